//! Why signature data gave nothing.

use crate::wasm::Malformed;

/// Why signature data gave no signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// It breaks the format.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is well-formed as far as it can be read, and of a kind that this crate does not know.
    #[error("unsupported signature data: {0}")]
    Unknown(Unknown),
    /// It holds more than a verifier looks at.
    #[error("too many {what}: the limit is {limit}")]
    OverLimit {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: u32,
    },
}

/// Signature data of another version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unknown {
    /// The first byte is not 1.
    #[error("expected version 1, found {0}")]
    Version(u8),
    /// The second byte is not 1.
    #[error("expected content type 1, found {0}")]
    ContentType(u8),
    /// The third byte is not 1 (SHA-256).
    #[error("expected hash function 1 (SHA-256), found {0}")]
    HashFunction(u8),
}

impl Unknown {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version(_) => "unknown-version",
            Self::ContentType(_) => "unknown-content-type",
            Self::HashFunction(_) => "unknown-hash-function",
        }
    }
}

impl FormatError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(fault) => fault.code(),
            Self::Unknown(unknown) => unknown.code(),
            Self::OverLimit { .. } => "too-many-signatures",
        }
    }
}
