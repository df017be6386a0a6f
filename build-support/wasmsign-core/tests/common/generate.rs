//! Generated sections, and readers that give them out in pieces.

use std::io::{self, ErrorKind, Read};

use proptest::collection::vec;
use proptest::prelude::*;

use super::{leb, padded};

/// A section, its size and name length in as many bytes as a varuint32 may have.
pub fn any_section() -> impl Strategy<Value = Vec<u8>> {
    let content = vec(any::<u8>(), 0..40);
    let frame = |id: u8, payload: &[u8], width: usize| {
        let size = padded(payload.len(), width.max(leb(payload.len()).len()));
        [&[id], &size[..], payload].concat()
    };
    prop_oneof![
        (1..=13_u8, content.clone(), 1..=5_usize)
            .prop_map(move |(id, content, width)| frame(id, &content, width)),
        ("[a-zé]{0,12}", content, 1..=5_usize, 1..=5_usize).prop_map(
            move |(name, content, size, width)| {
                let name = [&padded(name.len(), width), name.as_bytes(), &content].concat();
                frame(0, &name, size)
            }
        ),
        (any::<u8>(), 0..20_usize, 1..=5_usize).prop_map(move |(seed, length, size)| {
            let content = [b"\x13signature_delimiter".as_slice(), &vec![seed; length]].concat();
            frame(0, &content, size)
        }),
    ]
}

pub fn sections() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(any_section(), 0..12)
}

/// Gives as many bytes as the pattern says, and is interrupted where it says 0.
pub struct Chunked<'a> {
    rest: &'a [u8],
    pattern: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl<'a> Chunked<'a> {
    /// Follows the pattern over and over; it need not be one that ever gives anything.
    pub fn new(rest: &'a [u8], mut pattern: Vec<usize>) -> Self {
        pattern.push(1);
        Self { rest, pattern: pattern.into_iter().cycle() }
    }
}

impl Read for Chunked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.pattern.next() {
            None | Some(0) => Err(ErrorKind::Interrupted.into()),
            Some(count) => {
                let count = count.min(buffer.len());
                self.rest.read(&mut buffer[..count])
            }
        }
    }
}
