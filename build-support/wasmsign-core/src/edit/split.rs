//! Splitting: delimiters, so that parts of a module can be verified alone.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, Write};
use std::vec::Vec;

use sha2::{Digest, Sha256};

use super::delimited::Delimited;
use super::earlier::{Earlier, lone_identity};
use super::error::EditError;
use crate::digest::{Hash, Identity};
use crate::limits::MAX_HASHES_PER_SET;
use crate::sign::{NotSignable, read_again};
use crate::stream::source::Reader;
use crate::stream::write::write;
use crate::wasm::{Body, Boundary, Embedded, Hashing, Kind, Section, Visitor, WasmError, pass};

/// What splitting has done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Split {
    /// The parts of the module that was written, in order, each with its delimiter. Offsets count in that module.
    pub parts: Vec<Boundary>,
    /// How many delimiters are new.
    pub added: usize,
    /// Whether the module had a signature section, which is gone.
    pub signatures_dropped: bool,
    /// What the header announces.
    pub kind: Kind,
    /// The identity of the module that was read.
    pub identity_before: Identity,
    /// The identity of the module that was written; another one as soon as a delimiter was added.
    pub identity: Identity,
}

/// Adds delimiters to a module and writes it to `output`. All that was there stays, byte for byte.
///
/// A delimiter goes where sections that `matches` takes and sections that it does not take meet, and behind the last
/// section; sections that are not custom count as taken. Delimiters that are there already are kept and end a part
/// as well: none is added directly behind one. So after `|_| true` at least the end of the file is a delimiter, and
/// whatever is appended to it later is a part of its own.
///
/// `delimiter` gives the 16 bytes of each new delimiter. It is told the SHA-256 of the body of the new module up to
/// the first byte of the delimiter's section; nobody should be able to predict what it gives. `input` is read
/// twice, and nothing is written where it is refused.
///
/// # Errors
///
/// [`EditError::Signed`] where the module has a signature section and `earlier` does not let it go;
/// [`EditError::NotSignable`] with more than [`MAX_HASHES_PER_SET`] parts or a misplaced signature section;
/// [`EditError::Read`], [`EditError::Malformed`], [`EditError::Write`], and [`EditError::Changed`] where the two readings differ.
///
/// ```
/// use std::io::Cursor;
/// use wasmsign_core::edit::{Earlier, split};
///
/// let mut parts = Vec::new();
/// let done = split(Cursor::new(b"\0asm\x01\0\0\0"), &mut parts, |_| true, |_| [7; 16], Earlier::Refuse)?;
/// assert_eq!((done.parts.len(), done.parts[0].end), (1, parts.len() as u64));
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
pub fn split<R, W>(
    mut input: R,
    output: &mut W,
    matches: impl Fn(&str) -> bool,
    delimiter: impl FnMut(&[u8; 32]) -> [u8; 16],
    earlier: Earlier,
) -> Result<Split, EditError>
where
    R: Read + Seek,
    W: Write,
{
    let mut plan = Plan { matches, class: None, cuts: Vec::new(), parts: 0 };
    let first = pass::read(Reader::new(&mut input), Hashing::SignedAndIdentity, &mut plan)?;
    let identity_before = lone_identity(&first)?;
    earlier.check(&first)?;
    let cuts = plan.finish(first.total)?;
    let output = HashedOutput { output, hash: Sha256::new() };
    let output = Delimited::new(output, first.kind, delimiter)?;
    let mut cutter = Cutter { output, marks: marks(&first, &cuts), position: 0 };
    read_again(input, &first, &mut cutter)?;
    let (parts, identity) = cutter.finish()?;
    Ok(Split {
        parts,
        added: cuts.len(),
        signatures_dropped: first.embedded.is_some(),
        kind: first.kind,
        identity_before,
        identity,
    })
}

/// Finds out where delimiters go.
struct Plan<P> {
    matches: P,
    /// Whether the sections since the last delimiter are taken; `None` right behind a delimiter.
    class: Option<bool>,
    /// Where new delimiters go, as offsets in the input; no more than can be signed.
    cuts: Vec<u64>,
    /// How many delimiters there will be.
    parts: usize,
}

impl<P: Fn(&str) -> bool> Visitor for Plan<P> {
    type Error = WasmError;

    fn section(&mut self, section: &Section) {
        if section.is_signature() {
            return;
        }
        if section.is_delimiter() {
            self.class = None;
            self.parts += 1;
            return;
        }
        let class = section.name().is_none_or(&self.matches);
        if self.class.is_some_and(|before| before != class) {
            self.cut(section.offset);
        }
        self.class = Some(class);
    }
}

impl<P> Plan<P> {
    fn cut(&mut self, at: u64) {
        self.parts += 1;
        if self.parts <= MAX_HASHES_PER_SET as usize {
            self.cuts.push(at);
        }
    }

    fn finish(mut self, total: u64) -> Result<Vec<u64>, NotSignable> {
        let ends_with_delimiter = self.class.is_none() && self.parts > 0;
        if !ends_with_delimiter {
            self.cut(total);
        }
        match self.parts > MAX_HASHES_PER_SET as usize {
            true => Err(NotSignable::OverLimit { what: "parts", limit: MAX_HASHES_PER_SET }),
            false => Ok(self.cuts),
        }
    }
}

/// The end of a part in the input, and whether it gets a delimiter.
struct Mark {
    at: u64,
    is_new: bool,
}

/// The ends of all parts: where new delimiters go, and where old ones end.
fn marks(first: &Body, cuts: &[u64]) -> VecDeque<Mark> {
    let old = first.boundaries.iter().map(|boundary| boundary.end);
    let old = old.filter(|end| !cuts.contains(end)).map(|at| Mark { at, is_new: false });
    let mut marks: Vec<_> = cuts.iter().map(|&at| Mark { at, is_new: true }).chain(old).collect();
    marks.sort_by_key(|mark| mark.at);
    marks.into()
}

/// Writes the body with its new delimiters.
struct Cutter<'a, W, D> {
    output: Delimited<HashedOutput<'a, W>, D>,
    marks: VecDeque<Mark>,
    /// Offset in the input of the next byte.
    position: u64,
}

impl<W: Write, D: FnMut(&Hash) -> [u8; 16]> Visitor for Cutter<'_, W, D> {
    type Error = EditError;

    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<(), EditError> {
        let header = kind.header().len() as u64;
        self.position = embedded.map_or(header, |embedded| embedded.section.end());
        Ok(())
    }

    fn body(&mut self, mut bytes: &[u8]) -> Result<(), EditError> {
        while let Some(before) = self.next_mark(bytes.len()) {
            let (part, rest) = bytes.split_at(before);
            self.position += before as u64;
            write(&mut self.output, part)?;
            self.end_part()?;
            bytes = rest;
        }
        self.position += bytes.len() as u64;
        Ok(write(&mut self.output, bytes)?)
    }
}

impl<W: Write, D: FnMut(&Hash) -> [u8; 16]> Cutter<'_, W, D> {
    /// How many of the next `count` bytes stand before the next mark, if it is there or right behind them.
    fn next_mark(&self, count: usize) -> Option<usize> {
        let ahead = self.marks.front()?.at.saturating_sub(self.position);
        usize::try_from(ahead).ok().filter(|&ahead| ahead <= count)
    }

    /// Ends a part, at the place of the first of the marks.
    fn end_part(&mut self) -> Result<(), EditError> {
        match self.marks.pop_front() {
            Some(mark) if mark.is_new => self.output.end_part(),
            _ => {
                self.output.note_part();
                Ok(())
            }
        }
    }

    /// Ends the part of a body without a byte, of which [`Visitor::body`] was never told. Gives the parts and the
    /// identity.
    fn finish(mut self) -> Result<(Vec<Boundary>, Identity), EditError> {
        while !self.marks.is_empty() {
            self.end_part()?;
        }
        let (output, parts) = self.output.into_inner();
        Ok((parts, Identity::from(Hash::from(output.hash.finalize()))))
    }
}

/// Hashes all that is written.
struct HashedOutput<'a, W> {
    output: &'a mut W,
    hash: Sha256,
}

impl<W: Write> Write for HashedOutput<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.output.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
