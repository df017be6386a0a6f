//! What can go wrong, and where.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::verify::Refusal;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input could not be read.
    #[error("failed to read the input at offset {offset}")]
    Read {
        /// Bytes read before the failure.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// A file could not be opened, or detached signature data not be read.
    #[error("failed to read {path:?}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// More bytes would have to wait for their verification than
    /// [`VerifyingReader::with_cap`](crate::VerifyingReader::with_cap) allows.
    #[error("offset {offset}: more than {cap} bytes are still unverified here, too many to hold")]
    OverCap {
        /// The first byte of the module for which there was no room.
        offset: u64,
        /// Bytes that may be held.
        cap: usize,
    },
    /// Bytes were read, so that [`VerifyingReader::into_bytes`](crate::VerifyingReader::into_bytes) could give only the
    /// others.
    #[error("{count} bytes were read before: the others are not what the proof is about")]
    PartlyRead {
        /// How many were read.
        count: u64,
    },
    /// The output could not be written.
    #[error("failed to write the output")]
    Write(#[source] io::Error),
    /// The output holds other bytes behind those that were written, and is no module so.
    #[error(
        "the output holds {count} bytes behind what was written: open a file that is empty or is truncated, and not for \
         appending"
    )]
    OutputHoldsMore {
        /// How many they are.
        count: u64,
    },
    /// The input is not what its format demands.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The module was read correctly but is not to be trusted.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// The module carries signatures, which the operation cannot keep.
    #[error("the module is signed")]
    Signed,
    /// The module carries no signature.
    #[error("the module has no embedded signature")]
    Unsigned,
    /// The module cannot be signed as it is.
    #[error(transparent)]
    NotSignable(#[from] NotSignable),
    /// A signer gave no signature.
    #[error("the signer with the public key {public_key:?} failed")]
    Signer {
        /// Whose signature was wanted.
        public_key: Box<crate::PublicKey>,
        /// What the signer said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The input changed while it was read.
    #[error("the file changed while it was being read")]
    Changed,
}

/// Which of the two inputs of a verification an offset counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The module, from its first byte.
    Module,
    /// Detached signature data, from its first byte.
    DetachedSignature,
}

/// Input that breaks its format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}offset {offset}: {rule}")]
pub struct Malformed {
    /// The byte at which the fault begins.
    pub offset: u64,
    /// What `offset` counts in.
    pub place: Place,
    /// Which rule is broken.
    pub rule: Rule,
}

impl Malformed {
    pub(crate) fn module(offset: u64, rule: Rule) -> Self {
        Self { offset, place: Place::Module, rule }
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
        hex(found)
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
}

impl Rule {
    /// A stable kebab-case word for programs.
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
        }
    }
}

/// Why a module cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSignable {
    /// A `signature` section that is not the first section, or a second one.
    #[error("offset {offset}: a `signature` section that is not the module's first section")]
    StraySignature {
        /// Where the stray section begins.
        offset: u64,
    },
    /// More would be written than a verifier may read.
    #[error("{what}: at most {limit} can be verified")]
    OverLimit {
        /// What there would be too many of.
        what: &'static str,
        /// How many there may be.
        limit: u32,
    },
    /// The signature data that is already there is of a version that is not known.
    #[error("the signature data that is already there: {0}")]
    UnknownData(crate::formats::sections::data::Unknown),
}

/// Bytes as spaced hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
