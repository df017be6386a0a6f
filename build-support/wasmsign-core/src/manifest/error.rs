//! Why bytes are no manifest.

use alloc::string::String;

use crate::limits::MAX_MANIFEST_BYTES;

/// Why a manifest could not be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It has more bytes than [`MAX_MANIFEST_BYTES`].
    #[error("it has {length} bytes, and at most {MAX_MANIFEST_BYTES} are read")]
    TooLong {
        /// The bytes.
        length: u64,
    },
    /// It is not JSON, an object has a key twice, a key is missing or its value is of another type.
    ///
    /// The text may repeat words of the module: escape it before it reaches a terminal.
    #[error("{0}")]
    Broken(String),
    /// There are two sections of that name, so that readers could differ on which of them counts.
    #[error("there are two such sections, so neither of them counts")]
    Twice,
}

impl ManifestError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "manifest-too-long",
            Self::Broken(_) => "manifest-broken",
            Self::Twice => "manifest-twice",
        }
    }
}
