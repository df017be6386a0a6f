//! A reader that gives its bytes out in pieces.

use std::io::{self, ErrorKind, Read};

/// How many times longer the pieces of so many bytes are: a long file in pieces of one byte takes seconds.
pub fn scale(total: usize) -> usize {
    1 + total / 4096
}

/// Gives as many bytes as a pattern says, over and over, and is interrupted where that says 0.
pub struct Pieces<'a> {
    rest: &'a [u8],
    pattern: Vec<usize>,
    turn: usize,
}

impl<'a> Pieces<'a> {
    /// Gives out `rest`. A pattern of zeros alone ends with a 1, or nothing would ever come.
    pub fn new(rest: &'a [u8], pattern: &[u8]) -> Self {
        let longer = scale(rest.len());
        let mut pattern: Vec<_> = pattern.iter().map(|&byte| usize::from(byte) * longer).collect();
        if pattern.iter().all(|&count| count == 0) {
            pattern.push(1);
        }
        Self { rest, pattern, turn: 0 }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.pattern[self.turn % self.pattern.len()];
        self.turn += 1;
        match count.min(buffer.len()) {
            0 if !buffer.is_empty() => Err(ErrorKind::Interrupted.into()),
            count => self.rest.read(&mut buffer[..count]),
        }
    }
}
