//! Reading in chunks that several threads can share.
//!
//! [`Tee`] is read byte by byte by the section reader, while everything that was read is handed on
//! to a [`Sink`] in runs as long as possible: a hashing thread keeps a reference to the chunk, so no
//! byte is copied.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits::{CHUNK_BYTES, PROMPT_BYTES};

/// What a run of bytes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    /// The eight bytes that announce a module or component.
    Header,
    /// The embedded signature section.
    Signature,
    /// All sections behind it.
    Body,
}

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
}

/// Who takes the bytes of a [`Tee`], in file order and without gaps.
pub(crate) trait Sink {
    /// Takes the next run.
    fn run(&mut self, region: Region, run: Run) -> Result<()>;

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

/// A reader whose bytes go to a sink as well.
pub(crate) struct Tee<R, S> {
    input: R,
    pub(crate) sink: S,
    chunk: Arc<Vec<u8>>,
    spare: Vec<Arc<Vec<u8>>>,
    /// File offset of the chunk's first byte.
    base: u64,
    /// The next byte to be read, and the first that the sink has not got.
    next: usize,
    unsent: usize,
    region: Region,
    /// What one call of a prompt input fills; empty at full pace.
    scratch: Vec<u8>,
}

impl<R: Read, S: Sink> Tee<R, S> {
    pub(crate) fn new(input: R, pace: Pace, sink: S) -> Self {
        let chunk = Arc::default();
        let scratch = if pace == Pace::Prompt { vec![0; PROMPT_BYTES] } else { Vec::new() };
        Self {
            input,
            sink,
            chunk,
            spare: Vec::new(),
            base: 0,
            next: 0,
            unsent: 0,
            region: Region::Header,
            scratch,
        }
    }

    /// File offset of the next byte.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.next as u64
    }

    /// The next byte, or `None` at the end of the input.
    pub(crate) fn byte(&mut self) -> Result<Option<u8>> {
        if self.available()? == 0 {
            return Ok(None);
        }
        self.next += 1;
        Ok(Some(self.chunk[self.next - 1]))
    }

    /// Passes over `count` bytes and gives how many there were.
    pub(crate) fn skip(&mut self, count: u64) -> Result<u64> {
        self.each_run(count, |_| ())
    }

    /// Appends `count` bytes to `out` and gives how many there were. Memory follows the bytes present.
    pub(crate) fn append(&mut self, count: u64, out: &mut Vec<u8>) -> Result<u64> {
        self.each_run(count, |bytes| out.extend_from_slice(bytes))
    }

    /// Hands on what was read so far, and says what the bytes after it are.
    pub(crate) fn enter(&mut self, region: Region) -> Result<()> {
        self.flush()?;
        self.region = region;
        Ok(())
    }

    /// Says what the bytes are that were read since [`Tee::enter`].
    ///
    /// Right only within the first chunk, of which nothing is handed on before it is at its end.
    pub(crate) fn relabel(&mut self, region: Region) {
        self.region = region;
    }

    /// Hands on what was read so far.
    pub(crate) fn flush(&mut self) -> Result<()> {
        if self.unsent < self.next {
            let run = Run { chunk: Arc::clone(&self.chunk), range: self.unsent..self.next };
            self.unsent = self.next;
            self.sink.run(self.region, run)?;
        }
        Ok(())
    }

    fn each_run(&mut self, count: u64, mut take: impl FnMut(&[u8])) -> Result<u64> {
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
    fn available(&mut self) -> Result<usize> {
        if self.next == self.chunk.len() {
            self.refill()?;
        }
        Ok(self.chunk.len() - self.next)
    }

    fn refill(&mut self) -> Result<()> {
        if self.extend()? {
            return Ok(());
        }
        self.flush()?;
        let offset = self.offset();
        let mut fresh = self.free_chunk();
        let buffer =
            Arc::get_mut(&mut fresh).expect("free_chunk gives a chunk that nobody else holds");
        buffer.clear();
        let filled = match self.scratch.is_empty() {
            true => fill(&mut self.input, buffer),
            false => read_once(&mut self.input, &mut self.scratch, buffer),
        };
        let read = buffer.len() as u64;
        filled.map_err(|source| Error::Read { offset: offset + read, source })?;
        if offset > 0 && read > 0 {
            self.sink.long_input();
        }
        self.spare.push(std::mem::replace(&mut self.chunk, fresh));
        (self.base, self.next, self.unsent) = (offset, 0, 0);
        Ok(())
    }

    /// At prompt pace, adds what the input has to a chunk that has room and that no thread holds.
    /// So nothing is handed on before its chunk is full, or somebody wants it handed on.
    fn extend(&mut self) -> Result<bool> {
        let room = self.scratch.len().min(CHUNK_BYTES - self.chunk.len());
        let offset = self.offset();
        match Arc::get_mut(&mut self.chunk) {
            Some(chunk) if room > 0 => read_once(&mut self.input, &mut self.scratch[..room], chunk)
                .map(|()| true)
                .map_err(|source| Error::Read { offset, source }),
            _ => Ok(false),
        }
    }

    /// A chunk that every thread is done with. The lanes hold a bounded number of chunks, so few exist.
    fn free_chunk(&mut self) -> Arc<Vec<u8>> {
        match self.spare.iter_mut().position(|chunk| Arc::get_mut(chunk).is_some()) {
            Some(index) => self.spare.swap_remove(index),
            None => Arc::new(Vec::with_capacity(CHUNK_BYTES)),
        }
    }
}

/// Fills the buffer to one chunk, or to the end of the input.
fn fill(input: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<()> {
    input.by_ref().take(CHUNK_BYTES as u64).read_to_end(buffer).map(drop)
}

/// Appends what one call of the input gives; nothing at its end.
fn read_once(input: &mut impl Read, scratch: &mut [u8], out: &mut Vec<u8>) -> io::Result<()> {
    loop {
        match input.read(scratch) {
            Ok(count) => {
                out.extend_from_slice(&scratch[..count.min(scratch.len())]);
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
