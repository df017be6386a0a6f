//! Signing into the module.

use std::io::{Read, Seek, SeekFrom, Write};

use super::add::room;
use super::copy::{Copy, copy_with};
use super::error::SignError;
use super::pending::{Pending, Signed};
use super::signer::NewSignature;
use crate::stream::WriteError;
use crate::stream::source::Reader;
use crate::stream::write::write;
use crate::wasm::{Hashing, pass};

/// Signs a binary and writes it with its signature section to `output`.
///
/// Earlier signatures stay, byte for byte. An unsigned module of one part is read once: its body is written
/// while it is hashed, behind room for a signature section whose length is known beforehand. Any other is read
/// a second time for writing. Without `signatures` none are added, and an unsigned module
/// stays one. `output` is written from its
/// current position on, and must end there: a file that is not empty is truncated first.
///
/// # Errors
///
/// [`SignError::Read`], [`SignError::Malformed`], [`SignError::NotSignable`], [`SignError::Signer`],
/// [`SignError::Write`], or [`SignError::Changed`] where the input was read twice and differed.
/// [`SignError::OutputHoldsMore`] where other bytes stand behind what was written: in a longer file, or in one that is
/// opened for appending, where nothing can be written in its place.
pub fn embed<R, W>(
    mut input: R,
    output: &mut W,
    signatures: &[NewSignature<'_>],
) -> Result<Signed, SignError>
where
    R: Read + Seek,
    W: Write + Seek,
{
    let start = output.stream_position().map_err(WriteError)?;
    let room = room(signatures);
    let mut copy =
        Copy { output: &mut *output, section: &room, unsigned_only: true, writes: false };
    let body = pass::read(Reader::new(&mut input), Hashing::Signed, &mut copy)?;
    let written = copy.writes;
    let mut pending = Pending::extending(body)?;
    pending.ask(signatures)?;
    let section = pending.section();
    let header_end = start + pending.kind().header().len() as u64;
    if written && section.len() == room.len() {
        output.seek(SeekFrom::Start(header_end)).map_err(WriteError)?;
        write(output, &section)?;
    } else {
        output.seek(SeekFrom::Start(start)).map_err(WriteError)?;
        copy_with(input, output, &section, &pending.body)?;
    }
    ends_at(output, start + pending.body.unsigned_total() + section.len() as u64)?;
    Ok(pending.finish())
}

/// Goes to the end of what was written, and refuses an output that does not end there.
fn ends_at(output: &mut impl Seek, end: u64) -> Result<(), SignError> {
    let found = output.seek(SeekFrom::End(0)).map_err(WriteError)?;
    match found.checked_sub(end) {
        None | Some(0) => Ok(()),
        Some(count) => Err(SignError::OutputHoldsMore { count }),
    }
}

/// As [`embed`], for outputs that cannot seek, such as pipes: the input is read twice.
///
/// # Errors
///
/// As [`embed`].
pub fn embed_in_stream<R, W>(
    mut input: R,
    output: &mut W,
    signatures: &[NewSignature<'_>],
) -> Result<Signed, SignError>
where
    R: Read + Seek,
    W: Write,
{
    let mut pending = Pending::embedded(&mut input)?;
    pending.ask(signatures)?;
    pending.write(input, output)
}
