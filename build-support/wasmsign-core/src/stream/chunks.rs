//! Reading in chunks that several threads can share.
//!
//! [`Tee`] is read byte by byte by the section reader, while everything that was read is handed on
//! to a [`Sink`] in runs as long as possible: a hashing thread keeps a reference to the chunk, so no
//! byte is copied.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use super::ReadError;
use super::source::Source;
use crate::limits::CHUNK_BYTES;

/// A run of bytes that another thread can keep.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    chunk: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Run {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.chunk[self.range.clone()]
    }

    /// The first so many bytes, and the others.
    #[cfg(feature = "whole-file")]
    pub(crate) fn split_at(&self, count: usize) -> (Self, Self) {
        let at = self.range.start + count.min(self.range.len());
        let part = |range| Self { chunk: Arc::clone(&self.chunk), range };
        (part(self.range.start..at), part(at..self.range.end))
    }
}

/// Who takes the bytes of a [`Tee`], in file order and without gaps.
pub(crate) trait Sink {
    /// What it is told of each run.
    type Label: Copy;

    /// What it fails with, which may be a failure of the input too.
    type Error: From<ReadError>;

    /// Takes the next run.
    fn run(&mut self, label: Self::Label, run: Run) -> Result<(), Self::Error>;

    /// Is told before the second chunk: the input is long enough to be worth a thread.
    fn long_input(&mut self);
}

/// How much is read before the first byte of it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A whole chunk: the fewest calls of the input.
    Full,
    /// What the input has: nothing that is here waits for what is not.
    Prompt,
}

/// A source whose bytes go to a sink as well.
pub(crate) struct Tee<I, S: Sink> {
    input: I,
    pub(crate) sink: S,
    chunk: Arc<Vec<u8>>,
    spare: Vec<Arc<Vec<u8>>>,
    /// File offset of the chunk's first byte.
    base: u64,
    /// The next byte to be read, and the first that the sink has not got.
    next: usize,
    unsent: usize,
    label: S::Label,
    pace: Pace,
}

impl<I: Source, S: Sink> Tee<I, S> {
    /// `label` is that of the first bytes.
    pub(crate) fn new(input: I, pace: Pace, label: S::Label, sink: S) -> Self {
        let (chunk, spare) = (Arc::default(), Vec::new());
        Self { input, sink, chunk, spare, base: 0, next: 0, unsent: 0, label, pace }
    }

    /// File offset of the next byte.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.next as u64
    }

    /// The next byte, or `None` at the end of the input.
    pub(crate) fn byte(&mut self) -> Result<Option<u8>, S::Error> {
        if self.available()? == 0 {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(self.chunk[self.next - 1]))
    }

    /// Passes over `count` bytes and gives how many there were.
    pub(crate) fn skip(&mut self, count: u64) -> Result<u64, S::Error> {
        self.each_run(count, |_| ())
    }

    /// Appends `count` bytes to `out` and gives how many there were. Memory follows the bytes present.
    pub(crate) fn append(&mut self, count: u64, out: &mut Vec<u8>) -> Result<u64, S::Error> {
        self.each_run(count, |bytes| out.extend_from_slice(bytes))
    }

    /// Hands on what was read so far, and says what the bytes after it are.
    pub(crate) fn enter(&mut self, label: S::Label) -> Result<(), S::Error> {
        self.flush()?;
        self.label = label;
        Ok(())
    }

    /// Says what the bytes are that were read since [`Tee::enter`].
    ///
    /// Right only within the first chunk, of which nothing is handed on before it is at its end.
    pub(crate) fn relabel(&mut self, label: S::Label) {
        self.label = label;
    }

    /// Hands on what was read so far.
    pub(crate) fn flush(&mut self) -> Result<(), S::Error> {
        if self.unsent < self.next {
            let run = Run { chunk: Arc::clone(&self.chunk), range: self.unsent..self.next };
            self.unsent = self.next;
            self.sink.run(self.label, run)?;
        }
        Ok(())
    }

    fn each_run(&mut self, count: u64, mut take: impl FnMut(&[u8])) -> Result<u64, S::Error> {
        let mut done = 0;
        while done < count {
            let available = self.available()?;
            if available == 0 {
                break;
            }
            let run = available.min(usize::try_from(count - done).unwrap_or(usize::MAX));
            take(&self.chunk[self.next..self.next + run]);
            self.next += run;
            done += run as u64;
        }
        Ok(done)
    }

    /// Bytes left in the chunk, after reading the next one if there are none; 0 at the end.
    fn available(&mut self) -> Result<usize, S::Error> {
        if self.next == self.chunk.len() {
            self.refill()?;
        }
        Ok(self.chunk.len() - self.next)
    }

    fn refill(&mut self) -> Result<(), S::Error> {
        if self.extend()? {
            return Ok(());
        }
        self.flush()?;
        let offset = self.offset();
        let mut fresh = self.free_chunk();
        let buffer =
            Arc::get_mut(&mut fresh).expect("free_chunk gives a chunk that nobody else holds");
        buffer.clear();
        let filled = match self.pace {
            Pace::Full => self.input.fill(CHUNK_BYTES, buffer),
            Pace::Prompt => self.input.fill_once(CHUNK_BYTES, buffer),
        };
        let read = buffer.len() as u64;
        filled.map_err(|source| ReadError::new(offset + read, source))?;
        if offset > 0 && read > 0 {
            self.sink.long_input();
        }
        self.spare.push(core::mem::replace(&mut self.chunk, fresh));
        (self.base, self.next, self.unsent) = (offset, 0, 0);
        Ok(())
    }

    /// At prompt pace, adds what the input has to a chunk that has room and that no thread holds.
    /// So nothing is handed on before its chunk is full, or somebody wants it handed on.
    fn extend(&mut self) -> Result<bool, S::Error> {
        let room = CHUNK_BYTES - self.chunk.len().min(CHUNK_BYTES);
        let offset = self.offset();
        match Arc::get_mut(&mut self.chunk) {
            Some(chunk) if self.pace == Pace::Prompt && room > 0 => {
                let filled = self.input.fill_once(room, chunk);
                filled.map_err(|source| ReadError::new(offset, source))?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// A chunk that every thread is done with. Those that hash hold a bounded number, so few exist.
    fn free_chunk(&mut self) -> Arc<Vec<u8>> {
        match self.spare.iter_mut().position(|chunk| Arc::get_mut(chunk).is_some()) {
            Some(index) => self.spare.swap_remove(index),
            None => Arc::new(Vec::with_capacity(CHUNK_BYTES)),
        }
    }
}

#[cfg(test)]
mod tests;
