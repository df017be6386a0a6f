//! Where the bytes of a stream come from.

use alloc::vec::Vec;

use super::error::SourceError;

/// An input that is read once, from its start.
pub(crate) trait Source {
    /// Appends bytes until there are `room` more, or the input ends.
    fn fill(&mut self, room: usize, out: &mut Vec<u8>) -> Result<(), SourceError>;

    /// Appends what is there without waiting for more, at most `room` bytes; nothing at the end of the input.
    fn fill_once(&mut self, room: usize, out: &mut Vec<u8>) -> Result<(), SourceError>;
}

impl Source for &mut dyn Source {
    fn fill(&mut self, room: usize, out: &mut Vec<u8>) -> Result<(), SourceError> {
        (**self).fill(room, out)
    }

    fn fill_once(&mut self, room: usize, out: &mut Vec<u8>) -> Result<(), SourceError> {
        (**self).fill_once(room, out)
    }
}

/// Bytes in memory.
pub(crate) struct Slice<'a>(pub(crate) &'a [u8]);

impl Source for Slice<'_> {
    fn fill(&mut self, room: usize, out: &mut Vec<u8>) -> Result<(), SourceError> {
        let (taken, rest) = self.0.split_at(room.min(self.0.len()));
        out.extend_from_slice(taken);
        self.0 = rest;
        Ok(())
    }

    fn fill_once(&mut self, room: usize, out: &mut Vec<u8>) -> Result<(), SourceError> {
        self.fill(room, out)
    }
}

#[cfg(feature = "std")]
pub(crate) use reader::Reader;

#[cfg(feature = "std")]
mod reader {
    use std::io::{self, Read};
    use std::vec::Vec;

    use super::Source;
    use crate::limits::PROMPT_BYTES;

    /// A reader as a source.
    pub(crate) struct Reader<R> {
        input: R,
        /// What one call of the input fills; empty until it is needed.
        scratch: Vec<u8>,
    }

    impl<R> Reader<R> {
        pub(crate) fn new(input: R) -> Self {
            Self { input, scratch: Vec::new() }
        }
    }

    impl<R: Read> Source for Reader<R> {
        fn fill(&mut self, room: usize, out: &mut Vec<u8>) -> io::Result<()> {
            self.input.by_ref().take(room as u64).read_to_end(out).map(drop)
        }

        fn fill_once(&mut self, room: usize, out: &mut Vec<u8>) -> io::Result<()> {
            self.scratch.resize(PROMPT_BYTES, 0);
            let scratch = &mut self.scratch[..room.min(PROMPT_BYTES)];
            loop {
                match self.input.read(scratch) {
                    Ok(count) => {
                        out.extend_from_slice(&scratch[..count.min(scratch.len())]);
                        return Ok(());
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
