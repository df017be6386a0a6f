//! Bytes and keys as text.

use wasmsign_core::{KeyEncoding, PublicKey};

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A public key as `-K` takes it: its compact form in hexadecimal.
pub fn public_key_text(key: &PublicKey) -> String {
    hex(&key.encode(KeyEncoding::Compact))
}
