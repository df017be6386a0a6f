//! Section frames as they stand in the file: raw bytes and offsets.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::leb128;
use crate::limits::MAX_NAME_BYTES;

/// The name of the section that holds signature data.
pub const SIGNATURE: &str = "signature";

/// The name of the section that ends a part.
pub const SIGNATURE_DELIMITER: &str = "signature_delimiter";

/// What the header of a binary announces. Signatures do not cover it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A core module: `00 61 73 6d 01 00 00 00`.
    Module,
    /// A component: `00 61 73 6d 0d 00 01 00`.
    Component,
}

impl Kind {
    /// Both of them.
    pub(crate) const ALL: [Self; 2] = [Self::Module, Self::Component];

    /// The eight bytes of the header.
    #[must_use]
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
#[cfg(feature = "sign")]
pub(crate) fn own_section(name: &str, content: &[u8]) -> Vec<u8> {
    let frame = custom_frame(name, content.len() as u64);
    let mut section = frame.expect("the caps keep what this crate writes below 4 GiB");
    section.extend_from_slice(content);
    section
}
