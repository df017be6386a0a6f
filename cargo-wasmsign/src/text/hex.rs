//! Keys as text.

use wasmsign_core::{KeyEncoding, PublicKey};

/// A public key as `-K` takes it: its compact form in hexadecimal.
pub fn public_key_text(key: &PublicKey) -> String {
    hex::encode(key.encode(KeyEncoding::Compact))
}
