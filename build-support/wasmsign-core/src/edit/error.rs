//! Why a module was not rewritten.

use crate::formats::FormatError;
use crate::sign::{Changed, NotSignable, SignError};
use crate::stream::{ReadError, WriteError};
use crate::wasm::{Malformed, WasmError};

/// Why a module was not split, or a signature not moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The module could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The module or its signature data is not what its format demands.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The module carries signatures, which the operation cannot keep.
    #[error("the module is signed")]
    Signed,
    /// The module carries no signature.
    #[error("the module has no embedded signature")]
    Unsigned,
    /// What would be written could not be signed or verified.
    #[error(transparent)]
    NotSignable(#[from] NotSignable),
    /// The module changed while it was read.
    #[error(transparent)]
    Changed(#[from] Changed),
    /// Writing the module with another signature section has failed in another way.
    #[error(transparent)]
    Sign(SignError),
}

impl EditError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::Malformed(fault) => fault.code(),
            Self::Signed => "signed",
            Self::Unsigned => "no-signature",
            Self::NotSignable(why) => why.code(),
            Self::Changed(error) => error.code(),
            Self::Sign(error) => error.code(),
        }
    }
}

impl From<WasmError> for EditError {
    fn from(error: WasmError) -> Self {
        match error {
            WasmError::Read(error) => error.into(),
            WasmError::Malformed(fault) => fault.into(),
        }
    }
}

impl From<FormatError> for EditError {
    fn from(error: FormatError) -> Self {
        SignError::from(error).into()
    }
}

impl From<SignError> for EditError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Read(error) => error.into(),
            SignError::Write(error) => error.into(),
            SignError::Malformed(fault) => fault.into(),
            SignError::NotSignable(why) => why.into(),
            SignError::Changed(error) => error.into(),
            other => Self::Sign(other),
        }
    }
}
