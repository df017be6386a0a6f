//! What was signed in the formats that sign a file as a whole: one module, by one key.

use std::sync::LazyLock;

use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::{PublicKey, Verifier, VerifyError};

use crate::originals;
use crate::text::pem;

/// The module.
pub const MODULE: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";

/// The namespace of the signatures by OpenSSH.
pub const NAMESPACE: &str = "wasm";

/// The key of secp256k1, without its public half.
pub static EC: LazyLock<Secp256k1SecretKey> = LazyLock::new(|| {
    let head = b"\x30\x2e\x02\x01\x01\x04\x20";
    let curve = b"\xa0\x07\x06\x05\x2b\x81\x04\0\x0a";
    let der = [&head[..], &[1; 32], curve].concat();
    Secp256k1SecretKey::decode(pem("EC PRIVATE KEY", &der).as_bytes()).expect("it is a key")
});

/// A verifier that trusts the Ed25519 key 1 and the key of secp256k1.
pub static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let keys: [PublicKey; 2] = [originals::public(1), EC.public_key().clone()];
    Verifier::builder(keys).with_identity().build().expect("two keys are enough")
});

/// The word for a verdict.
pub fn word<T>(verdict: &Result<T, VerifyError>) -> &'static str {
    verdict.as_ref().map_or_else(|error| error.code(), |_| "verified")
}

/// A file that begins as a module does.
pub fn with_header(data: &[u8]) -> Vec<u8> {
    match data.starts_with(b"\0asm") {
        true => data.to_vec(),
        false => [&MODULE[..8], data].concat(),
    }
}
