//! The bytes that a [`VerifyingReader`](super::reader::VerifyingReader) holds between the file and its caller.

use std::io;
use std::sync::Arc;
use std::vec::Vec;

use super::error::VerifyError;
use super::judge::Criteria;
use super::notes::Notes;
use crate::stream::ReadError;
use crate::wasm::{Embedded, Kind, Section, Visitor};

/// Smaller growth takes more time than it saves memory.
const MIN_GROWTH: usize = 64 * 1024;

/// A queue in three parts: what the caller has taken, what it may take, what is not certain yet.
#[derive(Debug)]
pub(super) struct Held {
    bytes: Vec<u8>,
    taken: usize,
    released: usize,
    /// File offset of the first byte behind the queue.
    end: u64,
    cap: usize,
    /// Whether bytes are still taken in.
    open: bool,
}

impl Held {
    /// An empty queue of at most `cap` bytes; of none at all, and closed, without a cap.
    pub(super) fn new(cap: Option<usize>) -> Self {
        let (open, cap) = (cap.is_some(), cap.unwrap_or(0));
        Self { bytes: Vec::new(), taken: 0, released: 0, end: 0, cap, open }
    }

    /// Whether there may be more to release.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Moves released bytes to `buffer` and gives their number, 0 where there are none.
    pub(super) fn take(&mut self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.released - self.taken);
        buffer[..count].copy_from_slice(&self.bytes[self.taken..self.taken + count]);
        self.taken += count;
        count
    }

    /// Releases what stands before the offset `covered` in the file.
    pub(super) fn release(&mut self, covered: u64) {
        let behind = usize::try_from(self.end.saturating_sub(covered)).unwrap_or(usize::MAX);
        self.released = self.released.max(self.bytes.len().saturating_sub(behind));
    }

    /// What is released, all of it where nothing was taken.
    pub(super) fn into_released(mut self) -> Vec<u8> {
        self.bytes.truncate(self.released);
        self.bytes.drain(..self.taken);
        self.bytes
    }

    /// Drops what is not released, and takes nothing in from now on.
    pub(super) fn close(&mut self) {
        self.bytes.truncate(self.released);
        self.open = false;
    }

    /// Takes bytes in that stand behind the others in the file.
    fn push(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        if self.open {
            self.bytes.drain(..self.taken);
            self.released -= self.taken;
            self.taken = 0;
            self.make_room(bytes.len())?;
            self.bytes.extend_from_slice(bytes);
        }
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Grows by an eighth, which leaves little unused. What is released does not count against the cap.
    fn make_room(&mut self, count: usize) -> Result<(), VerifyError> {
        let waiting = self.bytes.len() - self.released;
        let room = self.cap.saturating_sub(waiting);
        if count > room {
            return Err(VerifyError::OverCap { offset: self.end + room as u64, cap: self.cap });
        }
        if self.bytes.capacity() - self.bytes.len() < count {
            let more = count.max(self.bytes.len() / 8).max(MIN_GROWTH).min(room);
            let reserved = self.bytes.try_reserve_exact(more);
            reserved.map_err(|_| ReadError::new(self.end, io::ErrorKind::OutOfMemory.into()))?;
        }
        Ok(())
    }
}

/// Sees a pass go by, for a reader.
pub(super) struct Holding {
    pub(super) held: Held,
    pub(super) criteria: Arc<Criteria>,
    pub(super) notes: Notes,
}

impl Visitor for Holding {
    type Error = VerifyError;

    fn section(&mut self, section: &Section) {
        self.notes.see(&self.criteria.policy, section);
    }

    #[cfg(feature = "manifest")]
    fn wants(&self, section: &Section) -> bool {
        self.notes.wants(section)
    }

    #[cfg(feature = "manifest")]
    fn content(&mut self, content: Vec<u8>) {
        self.notes.content(content);
    }

    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<(), VerifyError> {
        let header = kind.header();
        self.held.push(&header)?;
        self.held.end = embedded.map_or(header.len() as u64, |embedded| embedded.section.end());
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.held.push(bytes)
    }
}
