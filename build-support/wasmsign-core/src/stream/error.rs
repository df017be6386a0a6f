//! What can go wrong with a stream: it cannot be read, or not be written.

/// Why a source gave no bytes: the system's error. A slice never fails.
#[cfg(feature = "std")]
pub(crate) type SourceError = std::io::Error;

/// Why a source gave no bytes. A slice never fails.
#[cfg(not(feature = "std"))]
pub(crate) type SourceError = core::convert::Infallible;

/// The input could not be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the input at offset {offset}")]
#[non_exhaustive]
pub struct ReadError {
    /// Bytes read before the failure.
    pub offset: u64,
    /// The system's reason. Without the feature `std` there is none, because a slice never fails.
    pub source: SourceError,
}

impl ReadError {
    pub(crate) fn new(offset: u64, source: SourceError) -> Self {
        Self { offset, source }
    }

    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "read"
    }
}

/// The output could not be written.
#[cfg(feature = "sign")]
#[derive(Debug, thiserror::Error)]
#[error("failed to write the output")]
pub struct WriteError(#[source] pub std::io::Error);

#[cfg(feature = "sign")]
impl WriteError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "write"
    }
}
