//! The usual id of a key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The first 12 bytes of HMAC-SHA256, keyed with the bytes of a public key, over the text `key_id`.
pub(super) fn of(public: &[u8]) -> [u8; 12] {
    let mut mac = Hmac::<Sha256>::new_from_slice(public).expect("HMAC takes a key of any length");
    mac.update(b"key_id");
    *mac.finalize().into_bytes().first_chunk().expect("SHA-256 has 32 bytes, more than 12")
}
