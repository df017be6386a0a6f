//! Why a verification gave no proof.

use alloc::boxed::Box;

use super::verdict::Refusal;
use crate::limits::MAX_KEYS;
use crate::stream::ReadError;
use crate::wasm::{Malformed, WasmError};

/// Why a verification gave no [`Verified`](crate::Verified).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The module could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file could not be opened, or detached signature data not be read.
    #[cfg(feature = "std")]
    #[error("failed to read {path:?}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The module or its signature data is not what its format demands.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The module was read correctly but is not to be trusted.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// More bytes would have to wait for their verification than
    /// [`VerifyingReader::with_cap`](crate::VerifyingReader::with_cap) allows.
    #[error(
        "offset {offset}: more than {cap} bytes are still unverified here, which is too many to \
         keep in memory"
    )]
    OverCap {
        /// The first byte of the module for which there was no room.
        offset: u64,
        /// Bytes that may be held.
        cap: usize,
    },
    /// Bytes were read, so that [`VerifyingReader::into_module`](crate::VerifyingReader::into_module) could give only the
    /// others.
    #[error("{count} bytes were already read, so the proof would not cover the rest alone")]
    PartlyRead {
        /// How many were read.
        count: u64,
    },
}

impl VerifyError {
    /// A stable kebab-case word for programs: of a refusal and of malformed input the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            #[cfg(feature = "std")]
            Self::File { .. } => "read",
            Self::Malformed(fault) => fault.code(),
            Self::Refused(refusal) => refusal.reason().code(),
            Self::OverCap { .. } => "over-cap",
            Self::PartlyRead { .. } => "partly-read",
        }
    }
}

impl From<WasmError> for VerifyError {
    fn from(error: WasmError) -> Self {
        match error {
            WasmError::Read(error) => error.into(),
            WasmError::Malformed(fault) => fault.into(),
        }
    }
}

/// Keys and a policy of which no verifier can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuilderError {
    /// No key was given, and without one nothing can be trusted.
    #[error("no public key was given, so nothing can be trusted")]
    NoKeys,
    /// More distinct keys than [`MAX_KEYS`].
    #[error("{found} different keys: a verifier accepts at most {MAX_KEYS}")]
    TooManyKeys {
        /// How many distinct keys there were.
        found: usize,
    },
    /// The policy wants more signers than there are keys, so nothing could ever meet it.
    #[error("{wanted} keys must have signed, but the number of different keys given is {given}")]
    TooFewKeys {
        /// How many signers the policy wants.
        wanted: usize,
        /// How many distinct keys there are.
        given: usize,
    },
}

impl BuilderError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKeys => "no-keys",
            Self::TooManyKeys { .. } => "too-many-keys",
            Self::TooFewKeys { .. } => "too-few-keys",
        }
    }
}
