//! Section frames as they stand in the file: raw bytes and offsets, never re-encoded.

use std::io::Read;
use std::ops::Range;

use crate::error::{Malformed, Result, Rule};
use crate::limits::MAX_NAME_BYTES;
use crate::stream::chunks::{Sink, Tee};
use crate::wasm::leb128::{self, Step, Varuint32};

/// The name of the section that holds signature data.
pub const SIGNATURE: &str = "signature";

/// The name of the section that ends a part.
pub const SIGNATURE_DELIMITER: &str = "signature_delimiter";

/// What the header of a binary announces. Signatures do not cover it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A core module: `00 61 73 6d 01 00 00 00`.
    Module,
    /// A component: `00 61 73 6d 0d 00 01 00`.
    Component,
}

impl Kind {
    /// The eight bytes of the header.
    pub fn header(self) -> [u8; 8] {
        match self {
            Self::Module => *b"\0asm\x01\0\0\0",
            Self::Component => *b"\0asm\x0d\0\x01\0",
        }
    }
}

/// One section of a binary. Offsets count bytes from the start of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The section id; 0 for a custom section.
    pub id: u8,
    /// Offset of the section's first byte, its id.
    pub offset: u64,
    /// The payload: what the section's size counts.
    pub payload: Range<u64>,
    /// Name and content of a custom section.
    pub custom: Option<Custom>,
    /// Whether its size, or its name's length, is written in more bytes than it needs, which is legal.
    pub padded: bool,
}

/// What a custom section has beside its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custom {
    /// The name, as the file says it. Escape it before it reaches a terminal.
    pub name: String,
    /// The content behind the name.
    pub content: Range<u64>,
}

impl Section {
    /// Offset of the first byte behind the section.
    pub fn end(&self) -> u64 {
        self.payload.end
    }

    /// The name of a custom section.
    pub fn name(&self) -> Option<&str> {
        self.custom.as_ref().map(|custom| custom.name.as_str())
    }

    /// Whether this is the section that holds signature data.
    pub fn is_signature(&self) -> bool {
        self.name() == Some(SIGNATURE)
    }

    /// Whether this section ends a part.
    pub fn is_delimiter(&self) -> bool {
        self.name() == Some(SIGNATURE_DELIMITER)
    }
}

/// All that stands before the content of a custom section, whose content has `length` bytes: its id, its size, and its
/// name. `None` where no section can have such a name or be so long.
pub fn custom_frame(name: &str, length: u64) -> Option<Vec<u8>> {
    let name_length = u32::try_from(name.len()).ok().filter(|&length| length <= MAX_NAME_BYTES)?;
    let mut named = Vec::new();
    leb128::encode(name_length, &mut named);
    named.extend_from_slice(name.as_bytes());
    let mut frame = vec![0];
    leb128::encode(u32::try_from(length.checked_add(named.len() as u64)?).ok()?, &mut frame);
    frame.extend_from_slice(&named);
    Some(frame)
}

/// A custom section that signing itself places, the name and the content of which are never over a limit.
pub(crate) fn own_section(name: &str, content: &[u8]) -> Vec<u8> {
    let frame = custom_frame(name, content.len() as u64);
    let mut section = frame.expect("the caps keep what this crate writes below 4 GiB");
    section.extend_from_slice(content);
    section
}

impl<R: Read, S: Sink> Tee<R, S> {
    /// Reads the header of the binary.
    pub(crate) fn kind(&mut self) -> Result<Kind> {
        let mut found = Vec::with_capacity(8);
        self.append(8, &mut found)?;
        let known = [Kind::Module, Kind::Component].into_iter().find(|kind| found == kind.header());
        known.ok_or_else(|| {
            let rule = if found.is_empty() { Rule::Empty } else { Rule::Header { found } };
            Malformed::module(0, rule).into()
        })
    }

    /// Reads the frame of the next section up to its content; `None` at the end of the file.
    pub(crate) fn section(&mut self) -> Result<Option<Section>> {
        let offset = self.offset();
        let Some(id) = self.byte()? else { return Ok(None) };
        let (size, size_padded) = self.varuint32("the section's size")?;
        let start = self.offset();
        let payload = start..start + u64::from(size);
        let (custom, name_padded) =
            if id == 0 { self.custom(offset, &payload)? } else { (None, false) };
        let padded = size_padded || name_padded;
        Ok(Some(Section { id, offset, payload, custom, padded }))
    }

    /// Passes over the rest of a section whose frame was just read.
    pub(crate) fn skip_content(&mut self, section: &Section) -> Result<()> {
        let rest = section.end() - self.offset();
        let found = self.skip(rest)?;
        self.whole(section, rest, found)
    }

    /// Appends the rest of a section whose frame was just read to `out`.
    pub(crate) fn append_content(&mut self, section: &Section, out: &mut Vec<u8>) -> Result<()> {
        let rest = section.end() - self.offset();
        let found = self.append(rest, out)?;
        self.whole(section, rest, found)
    }

    fn whole(&self, section: &Section, wanted: u64, found: u64) -> Result<()> {
        if found == wanted {
            return Ok(());
        }
        Err(leaves_file(section.offset, &section.payload, self.offset()).into())
    }

    /// What a custom section has beside its frame, and whether its name's length is padded.
    fn custom(&mut self, offset: u64, payload: &Range<u64>) -> Result<(Option<Custom>, bool)> {
        let at = self.offset();
        if payload.is_empty() {
            return Err(Malformed::module(offset, Rule::NameMissing).into());
        }
        let (claimed, padded) = match self.varuint32("the section name's length") {
            // The frame is what is wrong where even the length of the name lies behind the end.
            Err(crate::Error::Malformed(fault))
                if matches!(fault.rule, Rule::Truncated { .. }) && self.offset() < payload.end =>
            {
                return Err(leaves_file(offset, payload, self.offset()).into());
            }
            read => read?,
        };
        let found = payload.end.saturating_sub(self.offset());
        if self.offset() > payload.end || u64::from(claimed) > found {
            return Err(Malformed::module(at, Rule::NameLeavesSection { claimed, found }).into());
        }
        if claimed > MAX_NAME_BYTES {
            return Err(Malformed::module(at, Rule::NameTooLong { claimed }).into());
        }
        let name = self.name(offset, payload, claimed)?;
        Ok((Some(Custom { name, content: self.offset()..payload.end }), padded))
    }

    fn name(&mut self, offset: u64, payload: &Range<u64>, length: u32) -> Result<String> {
        let start = self.offset();
        let mut bytes = Vec::new();
        if self.append(length.into(), &mut bytes)? < u64::from(length) {
            return Err(leaves_file(offset, payload, self.offset()).into());
        }
        String::from_utf8(bytes).map_err(|error| {
            let at = start + error.utf8_error().valid_up_to() as u64;
            Malformed::module(at, Rule::NameNotUtf8).into()
        })
    }

    /// Reads a varuint32, and tells whether it is padded.
    fn varuint32(&mut self, what: &'static str) -> Result<(u32, bool)> {
        let start = self.offset();
        let mut number = Varuint32::default();
        loop {
            let Some(byte) = self.byte()? else {
                return Err(Malformed::module(start, Rule::Truncated { what }).into());
            };
            match number.push(byte) {
                Step::More => {}
                Step::Done { value, padded } => return Ok((value, padded)),
                Step::TooLong => {
                    return Err(Malformed::module(start, Rule::Varuint32 { what }).into());
                }
            }
        }
    }
}

fn leaves_file(offset: u64, payload: &Range<u64>, file_end: u64) -> Malformed {
    let claimed = u32::try_from(payload.end - payload.start).unwrap_or(u32::MAX);
    let found = file_end.saturating_sub(payload.start);
    Malformed::module(offset, Rule::SectionLeavesFile { claimed, found })
}
