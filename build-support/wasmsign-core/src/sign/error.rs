//! Why nothing was signed.

use std::boxed::Box;
use std::error::Error as StdError;

use crate::formats::{FormatError, Unknown};
use crate::keys::PublicKey;
use crate::stream::{ReadError, WriteError};
use crate::wasm::{Malformed, WasmError};

/// Why a module was not signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The module could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The output holds other bytes behind those that were written, and is no module so.
    #[error(
        "the output has {count} bytes after the end of what was written; open an empty or \
         truncated file, not one for appending"
    )]
    OutputHoldsMore {
        /// How many they are.
        count: u64,
    },
    /// The module or its signature data is not what its format demands.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The module cannot be signed as it is.
    #[error(transparent)]
    NotSignable(#[from] NotSignable),
    /// A signer gave no signature.
    #[error("the signer with the public key {public_key} failed")]
    Signer {
        /// Whose signature was wanted.
        public_key: Box<PublicKey>,
        /// What the signer said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The module changed while it was read.
    #[error(transparent)]
    Changed(#[from] Changed),
}

impl SignError {
    pub(super) fn of_signer(
        public_key: &PublicKey,
        source: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        Self::Signer { public_key: Box::new(public_key.clone()), source }
    }

    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::OutputHoldsMore { .. } => "output-holds-more",
            Self::Malformed(fault) => fault.code(),
            Self::NotSignable(why) => why.code(),
            Self::Signer { .. } => "signer-failed",
            Self::Changed(error) => error.code(),
        }
    }
}

impl From<WasmError> for SignError {
    fn from(error: WasmError) -> Self {
        match error {
            WasmError::Read(error) => error.into(),
            WasmError::Malformed(fault) => fault.into(),
        }
    }
}

impl From<FormatError> for SignError {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Malformed(fault) => fault.into(),
            FormatError::Unknown(unknown) => NotSignable::UnknownData(unknown).into(),
            FormatError::OverLimit { what, limit } => NotSignable::OverLimit { what, limit }.into(),
        }
    }
}

/// Why a module cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSignable {
    /// A `signature` section that is not the first section, or a second one.
    #[error("offset {offset}: a `signature` section that is not the module's first section")]
    MisplacedSignature {
        /// Where the misplaced section begins.
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
    /// A signature of another format stands in the module, and one of the two would break the other.
    #[cfg(feature = "whole-file")]
    #[error(
        "offset {offset}: the module has a {found} signature here, and a {wanted} signature would break it, or be broken"
    )]
    OtherFormat {
        /// Where the signature begins.
        offset: u64,
        /// Its format.
        found: &'static str,
        /// The format of the one that was to be made.
        wanted: &'static str,
    },
    /// A comment that is not one line, or has more than [`MAX_COMMENT_BYTES`](crate::limits::MAX_COMMENT_BYTES).
    #[cfg(feature = "minisign")]
    #[error(
        "a comment of minisign is one line of at most {} bytes",
        crate::limits::MAX_COMMENT_BYTES
    )]
    Comment,
    /// A file that may be what a key signs in another format: a hash alone, or a message. The signature over the file itself would
    /// be one in that format too.
    #[cfg(feature = "minisign")]
    #[error(
        "the file may be a hash, or what a key signs in another format: a signature over it as it is would be one in that \
         format too (minisign's default, over its BLAKE2b-512, is not)"
    )]
    Message,
    /// A key of another algorithm than the format has.
    #[cfg(feature = "whole-file")]
    #[error("the format needs a key of another algorithm")]
    Algorithm,
    /// The signature data that is already there is of a version that is not known.
    #[error("the existing signature data: {0}")]
    UnknownData(Unknown),
}

impl NotSignable {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MisplacedSignature { .. } => "stray-signature",
            Self::OverLimit { .. } => "over-limit",
            #[cfg(feature = "whole-file")]
            Self::OtherFormat { .. } => "other-format",
            #[cfg(feature = "minisign")]
            Self::Comment => "comment",
            #[cfg(feature = "minisign")]
            Self::Message => "other-message",
            #[cfg(feature = "whole-file")]
            Self::Algorithm => "wrong-algorithm",
            Self::UnknownData(unknown) => unknown.code(),
        }
    }
}

/// The input was read twice, and differed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file changed while it was being read")]
pub struct Changed;

impl Changed {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "changed"
    }
}
