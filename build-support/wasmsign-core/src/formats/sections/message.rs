//! The bytes that a signature signs, built in this one place.

use alloc::vec::Vec;

use crate::digest::Hash;

/// Version of the signature format.
pub(crate) const VERSION: u8 = 0x01;
/// Content type: a WebAssembly binary.
pub(crate) const CONTENT_TYPE: u8 = 0x01;
/// Hash function: SHA-256.
pub(crate) const HASH_FUNCTION: u8 = 0x01;

/// `"wasmsig" ‖ version ‖ content type ‖ hash function ‖ hash*`
/// (tool-conventions, Signatures.md, "Signature").
pub(crate) fn message(hashes: &[Hash]) -> Vec<u8> {
    let mut message = Vec::with_capacity(10 + 32 * hashes.len());
    message.extend_from_slice(b"wasmsig");
    message.extend_from_slice(&[VERSION, CONTENT_TYPE, HASH_FUNCTION]);
    hashes.iter().for_each(|hash| message.extend_from_slice(hash));
    message
}
