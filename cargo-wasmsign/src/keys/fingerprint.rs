//! Public keys as OpenSSH names them.

use ssh_key::HashAlg;
use ssh_key::public::{Ed25519PublicKey, KeyData};
use wasmsign_core::PublicKey;

/// `SHA256:` and 43 digits of base64, as `ssh-keygen -l` shows them.
pub fn fingerprint(key: &PublicKey) -> String {
    match key.ed25519_bytes() {
        Some(bytes) => {
            let key = KeyData::Ed25519(Ed25519PublicKey(*bytes));
            key.fingerprint(HashAlg::Sha256).to_string()
        }
        // OpenSSH knows no such key.
        None => key.to_string(),
    }
}
