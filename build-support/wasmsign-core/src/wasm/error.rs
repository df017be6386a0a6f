//! Input that breaks its format, and where.
//!
//! One list of rules for the frames of a binary and for what is written in its signature section: both are read by the
//! same means, and a program that shows a fault need not ask which of them it was.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::stream::ReadError;

/// Why a pass over a binary came to no end: it could not be read, or is malformed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WasmError {
    /// The input could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The input is not what its format demands.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl WasmError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Malformed(fault) => fault.code(),
        }
    }
}

/// Which of the two inputs of a verification an offset counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The module, from its first byte.
    Module,
    /// Detached signature data, from its first byte.
    DetachedSignature,
}

/// Input that breaks its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}offset {offset}: {rule}")]
#[non_exhaustive]
pub struct Malformed {
    /// The byte at which the fault begins.
    pub offset: u64,
    /// What `offset` counts in.
    pub place: Place,
    /// Which rule is broken.
    pub rule: Rule,
}

impl Malformed {
    pub(crate) fn new(place: Place, offset: u64, rule: Rule) -> Self {
        Self { offset, place, rule }
    }

    pub(crate) fn module(offset: u64, rule: Rule) -> Self {
        Self::new(Place::Module, offset, rule)
    }

    /// A stable kebab-case word for programs: that of the rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rule.code()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module => Ok(()),
            Self::DetachedSignature => f.write_str("detached signature, "),
        }
    }
}

/// The rules of the format that input can break: what was expected and what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// The file has no bytes.
    #[error("expected a WebAssembly header, found an empty file")]
    Empty,
    /// The first eight bytes announce neither a module nor a component.
    #[error(
        "expected a WebAssembly header (00 61 73 6d, then 01 00 00 00 for a module or \
         0d 00 01 00 for a component), found {}",
        spaced(found)
    )]
    Header {
        /// The bytes in its place, at most eight.
        found: Vec<u8>,
    },
    /// The input ends inside `what`.
    #[error("the input ends inside {what}")]
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// A varuint32 of more than five bytes or 32 bits.
    #[error("expected {what} as a varuint32 of at most 5 bytes and 32 bits, found a longer one")]
    Varuint32 {
        /// What was being read.
        what: &'static str,
    },
    /// A varuint32 in signature data with more bytes than its value needs.
    #[error("expected {what} in its shortest form, found a padded varuint32")]
    Padded {
        /// What was being read.
        what: &'static str,
    },
    /// A section that claims more bytes than the file has.
    #[error("the section claims {claimed} bytes, the file has {found} more")]
    SectionLeavesFile {
        /// Bytes that the section claims for its payload.
        claimed: u32,
        /// Bytes of it that are there.
        found: u64,
    },
    /// A custom section of no bytes.
    #[error("expected the name of a custom section, found a section of 0 bytes")]
    NameMissing,
    /// A custom section's name that runs over the section's end.
    #[error("the section's name claims {claimed} bytes, the section has {found} more")]
    NameLeavesSection {
        /// Bytes that the name claims.
        claimed: u32,
        /// Bytes that the section has left.
        found: u64,
    },
    /// A custom section's name over [`MAX_NAME_BYTES`](crate::limits::MAX_NAME_BYTES).
    #[error(
        "the section's name claims {claimed} bytes, at most {} are read",
        crate::limits::MAX_NAME_BYTES
    )]
    NameTooLong {
        /// Bytes that the name claims.
        claimed: u32,
    },
    /// A custom section's name that is not UTF-8.
    #[error("expected the section's name in UTF-8, found another byte")]
    NameNotUtf8,
    /// A length in signature data that leaves what holds it.
    #[error("{what} claims {claimed} bytes, {found} are left")]
    LengthLeavesInput {
        /// What was being read.
        what: &'static str,
        /// Bytes that it claims.
        claimed: u32,
        /// Bytes that are left.
        found: usize,
    },
    /// Bytes behind the last field of a level of the signature data.
    #[error("expected the end of {what}, found {found} more bytes")]
    LeftOver {
        /// The level: the signature data, a set or an entry.
        what: &'static str,
        /// Bytes left over.
        found: usize,
    },
    /// Signature data without the lengths before sets and entries.
    #[error(
        "sets and entries without length prefixes: the literal form of the tool-conventions text, \
         which no deployed implementation writes"
    )]
    LiteralForm,
    /// A signature of another format that has not the one form of that.
    #[error("{format} signature: expected {expected}")]
    SignatureForm {
        /// The name of the format.
        format: &'static str,
        /// What was expected.
        expected: &'static str,
    },
}

impl Rule {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty-file",
            Self::Header { .. } => "not-wasm",
            Self::Truncated { .. } => "truncated",
            Self::Varuint32 { .. } => "varuint32-too-long",
            Self::Padded { .. } => "varuint32-not-minimal",
            Self::SectionLeavesFile { .. } => "section-leaves-file",
            Self::NameMissing => "name-missing",
            Self::NameLeavesSection { .. } => "name-leaves-section",
            Self::NameTooLong { .. } => "name-too-long",
            Self::NameNotUtf8 => "name-not-utf8",
            Self::LengthLeavesInput { .. } => "length-leaves-input",
            Self::LeftOver { .. } => "left-over-bytes",
            Self::LiteralForm => "literal-form",
            Self::SignatureForm { .. } => "signature-form",
        }
    }
}

/// Bytes as spaced hexadecimal.
fn spaced(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}
