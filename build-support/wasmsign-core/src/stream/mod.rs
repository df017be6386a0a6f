//! Bytes that pass once: read in chunks, hashed side by side.

pub(crate) mod chunks;
pub(crate) mod hashes;
