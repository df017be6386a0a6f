//! Writing a module in parts, each with its delimiter.

use std::io::{self, Write};
use std::vec::Vec;

use sha2::{Digest, Sha256};

use super::error::EditError;
use crate::limits::MAX_HASHES_PER_SET;
use crate::sign::NotSignable;
use crate::stream::WriteError;
use crate::stream::write::write;
use crate::wasm::{Boundary, Kind, SIGNATURE_DELIMITER, own_section};

/// Writes an unsigned module whose parts end with delimiters: the sections come in through [`Write`], whole and in
/// order, in pieces of any length.
///
/// `delimiter` gives the 16 bytes of each delimiter. It is told the SHA-256 of the body up to the first byte of the
/// delimiter's section: see [`DelimiterKey::delimiter`](crate::formats::sections::DelimiterKey::delimiter).
///
/// ```
/// use std::io::Write;
/// use wasmsign_core::edit::Delimited;
/// use wasmsign_core::wasm::Kind;
///
/// let mut module = Vec::new();
/// let mut writer = Delimited::new(&mut module, Kind::Module, |_| [7; 16])?;
/// writer.write_all(b"\0\x02\x01a").unwrap();
/// writer.end_part()?;
/// let (_, parts) = writer.into_inner();
/// assert_eq!(parts[0].end, module.len() as u64);
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
pub struct Delimited<W, D> {
    output: W,
    delimiter: D,
    /// Bytes written.
    written: u64,
    /// Over the body as it is written.
    body: Sha256,
    parts: Vec<Boundary>,
}

impl<W: Write, D: FnMut(&[u8; 32]) -> [u8; 16]> Delimited<W, D> {
    /// Writes the header.
    ///
    /// # Errors
    ///
    /// [`EditError::Write`].
    pub fn new(mut output: W, kind: Kind, delimiter: D) -> Result<Self, EditError> {
        let header = kind.header();
        write(&mut output, &header)?;
        let written = header.len() as u64;
        Ok(Self { output, delimiter, written, body: Sha256::new(), parts: Vec::new() })
    }

    /// Ends a part with a delimiter.
    ///
    /// # Errors
    ///
    /// [`EditError::Write`]; [`EditError::NotSignable`] for more than [`MAX_HASHES_PER_SET`] parts.
    pub fn end_part(&mut self) -> Result<(), EditError> {
        if self.parts.len() == MAX_HASHES_PER_SET as usize {
            return Err(NotSignable::OverLimit { what: "parts", limit: MAX_HASHES_PER_SET }.into());
        }
        let before = self.hash();
        let content = (self.delimiter)(&before);
        self.write_all(&own_section(SIGNATURE_DELIMITER, &content)).map_err(WriteError)?;
        self.note_part();
        Ok(())
    }

    /// Notes the end of a part whose delimiter was among the sections.
    pub(crate) fn note_part(&mut self) {
        self.parts.push(Boundary { end: self.written, hash: self.hash() });
    }

    /// The output, and the parts that have ended.
    pub fn into_inner(self) -> (W, Vec<Boundary>) {
        (self.output, self.parts)
    }

    fn hash(&self) -> [u8; 32] {
        self.body.clone().finalize().into()
    }
}

impl<W: Write, D> Write for Delimited<W, D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.output.write(bytes)?;
        self.body.update(&bytes[..count]);
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
