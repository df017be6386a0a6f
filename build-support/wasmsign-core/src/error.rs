//! The roof: one error for whoever calls several layers.
//!
//! Each layer has an error of its own, and its functions give that: [`VerifyError`], [`SignError`] and so on. All of
//! them become an [`Error`] by `?`. Every error has a `code`, a word that stays when its message gets better.

use alloc::boxed::Box;

use crate::digest::ParseIdentityError;
use crate::formats::FormatError;
use crate::keys::KeyError;
use crate::stream::ReadError;
use crate::verify::{BuilderError, Refusal, VerifyError};
use crate::wasm::{Malformed, WasmError};

#[cfg(feature = "sign")]
use crate::edit::EditError;
#[cfg(feature = "sign")]
use crate::keys::PublicKey;
#[cfg(feature = "manifest")]
use crate::manifest::ManifestError;
#[cfg(feature = "sign")]
use crate::sign::{Changed, NotSignable, SignError};
#[cfg(feature = "sign")]
use crate::stream::WriteError;
#[cfg(feature = "trust")]
use crate::trust::{PinsError, SuccessionError, TrustError};

/// A result with the error of all layers.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why an operation gave no result: the union of the layers' errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text is no identity.
    #[error(transparent)]
    Identity(#[from] ParseIdentityError),
    /// A key could not be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The input could not be read.
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
    /// The input is not what its format demands.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Signature data is of another version, or over a cap.
    #[error(transparent)]
    Format(FormatError),
    /// Bytes are no module manifest, or none can be made.
    #[cfg(feature = "manifest")]
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// No verifier can be made of these keys and this policy.
    #[error(transparent)]
    Verifier(#[from] BuilderError),
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
    /// A trust file has faults.
    #[cfg(feature = "trust")]
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A store of pins has faults.
    #[cfg(feature = "trust")]
    #[error(transparent)]
    Pins(#[from] PinsError),
    /// An envelope is not that of a succession.
    #[cfg(feature = "trust")]
    #[error(transparent)]
    Succession(#[from] SuccessionError),
    /// The output could not be written.
    #[cfg(feature = "sign")]
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The output holds other bytes behind those that were written, and is no module so.
    #[cfg(feature = "sign")]
    #[error(
        "the output has {count} bytes after the end of what was written; open an empty or \
         truncated file, not one for appending"
    )]
    OutputHoldsMore {
        /// How many they are.
        count: u64,
    },
    /// The module cannot be signed as it is.
    #[cfg(feature = "sign")]
    #[error(transparent)]
    NotSignable(#[from] NotSignable),
    /// A signer gave no signature.
    #[cfg(feature = "sign")]
    #[error("the signer with the public key {public_key} failed")]
    Signer {
        /// Whose signature was wanted.
        public_key: Box<PublicKey>,
        /// What the signer said.
        source: crate::sign::SignerError,
    },
    /// The module carries signatures, which the operation cannot keep.
    #[cfg(feature = "sign")]
    #[error("the module is signed")]
    Signed,
    /// The module carries no signature.
    #[cfg(feature = "sign")]
    #[error("the module has no embedded signature")]
    Unsigned,
    /// The input changed while it was read.
    #[cfg(feature = "sign")]
    #[error(transparent)]
    Changed(#[from] Changed),
}

impl Error {
    /// A stable kebab-case word for programs: of a refusal and of malformed input the reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Identity(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Read(error) => error.code(),
            #[cfg(feature = "std")]
            Self::File { .. } => "read",
            Self::Malformed(fault) => fault.code(),
            Self::Format(error) => error.code(),
            #[cfg(feature = "manifest")]
            Self::Manifest(error) => error.code(),
            Self::Verifier(error) => error.code(),
            Self::Refused(refusal) => refusal.reason().code(),
            Self::OverCap { .. } => "over-cap",
            Self::PartlyRead { .. } => "partly-read",
            #[cfg(feature = "trust")]
            Self::Trust(error) => error.code(),
            #[cfg(feature = "trust")]
            Self::Pins(error) => error.code(),
            #[cfg(feature = "trust")]
            Self::Succession(error) => error.code(),
            #[cfg(feature = "sign")]
            Self::Write(error) => error.code(),
            #[cfg(feature = "sign")]
            Self::OutputHoldsMore { .. } => "output-holds-more",
            #[cfg(feature = "sign")]
            Self::NotSignable(why) => why.code(),
            #[cfg(feature = "sign")]
            Self::Signer { .. } => "signer-failed",
            #[cfg(feature = "sign")]
            Self::Signed => "signed",
            #[cfg(feature = "sign")]
            Self::Unsigned => "no-signature",
            #[cfg(feature = "sign")]
            Self::Changed(error) => error.code(),
        }
    }
}

impl From<WasmError> for Error {
    fn from(error: WasmError) -> Self {
        match error {
            WasmError::Read(error) => error.into(),
            WasmError::Malformed(fault) => fault.into(),
        }
    }
}

impl From<FormatError> for Error {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::Malformed(fault) => fault.into(),
            other => Self::Format(other),
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Read(error) => error.into(),
            #[cfg(feature = "std")]
            VerifyError::File { path, source } => Self::File { path, source },
            VerifyError::Malformed(fault) => fault.into(),
            VerifyError::Refused(refusal) => refusal.into(),
            VerifyError::OverCap { offset, cap } => Self::OverCap { offset, cap },
            VerifyError::PartlyRead { count } => Self::PartlyRead { count },
        }
    }
}

#[cfg(feature = "sign")]
impl From<SignError> for Error {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Read(error) => error.into(),
            SignError::Write(error) => error.into(),
            SignError::OutputHoldsMore { count } => Self::OutputHoldsMore { count },
            SignError::Malformed(fault) => fault.into(),
            SignError::NotSignable(why) => why.into(),
            SignError::Signer { public_key, source } => Self::Signer { public_key, source },
            SignError::Changed(error) => error.into(),
        }
    }
}

#[cfg(feature = "sign")]
impl From<EditError> for Error {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Read(error) => error.into(),
            EditError::Write(error) => error.into(),
            EditError::Malformed(fault) => fault.into(),
            EditError::Signed => Self::Signed,
            EditError::Unsigned => Self::Unsigned,
            EditError::NotSignable(why) => why.into(),
            EditError::Changed(error) => error.into(),
            EditError::Sign(error) => error.into(),
        }
    }
}
