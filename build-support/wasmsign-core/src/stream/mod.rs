//! Bytes that pass once: read in chunks, hashed side by side, written.

pub(crate) mod chunks;
mod error;
pub(crate) mod hashes;
pub(crate) mod source;
#[cfg(feature = "sign")]
pub(crate) mod write;

pub use error::ReadError;
#[cfg(feature = "sign")]
pub use error::WriteError;
