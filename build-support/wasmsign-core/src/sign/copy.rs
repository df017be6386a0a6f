//! Reading a module a second time, and writing it with another signature section.

use std::io::{Read, Seek, SeekFrom, Write};

use super::error::{Changed, SignError};
use crate::stream::ReadError;
use crate::stream::source::Reader;
use crate::stream::write::write;
use crate::wasm::{Body, Embedded, Hashing, Kind, Visitor, pass};

/// Reads a binary from its first byte once more, and refuses one that is not what the first pass has found.
pub(crate) fn read_again<V: Visitor<Error: From<Changed>>>(
    mut input: impl Read + Seek,
    first: &Body,
    visitor: &mut V,
) -> Result<(), V::Error> {
    let rewound = input.seek(SeekFrom::Start(0));
    rewound.map_err(|source| ReadError::new(0, source))?;
    // Where each boundary has its hash, the last of them stands for every byte.
    let needs_identity = first.identity.is_some() && first.hashes().is_none();
    let hashing = if needs_identity { Hashing::SignedAndIdentity } else { Hashing::Signed };
    let second = pass::read(Reader::new(input), hashing, visitor)?;
    let same = second.boundaries == first.boundaries
        && second.kind == first.kind
        && second.total == first.total
        && (!needs_identity || second.identity == first.identity);
    if same { Ok(()) } else { Err(Changed.into()) }
}

/// Writes the header, a signature section, and the body as it is read.
pub(super) struct Copy<'a, W> {
    pub(super) output: &'a mut W,
    pub(super) section: &'a [u8],
    /// Whether a module that has signatures is left for a second reading.
    pub(super) unsigned_only: bool,
    /// Whether anything is written.
    pub(super) writes: bool,
}

impl<W: Write> Visitor for Copy<'_, W> {
    type Error = SignError;

    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<(), SignError> {
        self.writes = embedded.is_none() || !self.unsigned_only;
        if self.writes {
            write(self.output, &kind.header())?;
            write(self.output, self.section)?;
        }
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), SignError> {
        if self.writes { Ok(write(self.output, bytes)?) } else { Ok(()) }
    }
}

/// Reads the input again and writes it with this signature section, or, if that is empty, without one.
pub(crate) fn copy_with(
    input: impl Read + Seek,
    output: &mut impl Write,
    section: &[u8],
    first: &Body,
) -> Result<(), SignError> {
    let mut copy = Copy { output, section, unsigned_only: false, writes: false };
    read_again(input, first, &mut copy)
}
