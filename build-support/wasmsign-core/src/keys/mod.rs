//! Ed25519 keys: what they are, and every encoding in which people keep them.
//!
//! [`PublicKey`] and [`SecretKey`] can only hold valid keys; `decode` finds out the encoding by
//! itself. One file an encoding:
//!
//! | encoding | public | secret | file |
//! | --- | --- | --- | --- |
//! | compact | `01 ‖ key` (33 bytes) | `81 ‖ seed ‖ key` (65 bytes) | `compact` |
//! | DER | SPKI (RFC 8410) | PKCS#8 v1 and v2 (RFC 5208, 5958) | `der` |
//! | PEM of that | `PUBLIC KEY` | `PRIVATE KEY` | `pem` |
//! | OpenSSH | `ssh-ed25519 AAAA… comment` | `OPENSSH PRIVATE KEY` | `openssh` |
//! | minisign | two lines, or the second alone | the same | `minisign` |
//! | wasmsign 0.1 | `02 00 00 00 ‖ key` | `02 00 00 00 ‖ seed ‖ key` | `wasmsign1` |
//! | hex, base64 | of 32 bytes, compact or DER | of compact or DER | `text` |
//! | under a passphrase | | PKCS#8 (`ENCRYPTED PRIVATE KEY`), OpenSSH, minisign | `pbes2`, `bcrypt`, `scrypt` |
//!
//! DER, PEM, OpenSSH and minisign's public keys come with the feature `key-files`, its secret keys with `minisign`,
//! passphrases with `encrypted-keys`.

mod algorithm;
mod description;
mod encoding;
mod error;
#[cfg(feature = "key-files")]
mod foreign;
mod form;
mod guess;
mod key_id;
mod parsed;
mod public;
mod redaction;
#[cfg(feature = "wasm-sign")]
mod secp256k1;
#[cfg(feature = "wasm-sign")]
mod secp256k1_secret;
mod secret;
mod stack;
mod strict;
#[cfg(all(test, feature = "key-files"))]
mod tests;

pub use self::{
    algorithm::Algorithm,
    description::KeyDescription,
    encoding::KeyEncoding,
    error::KeyError,
    form::KeyForm,
    guess::{is_key_text, is_plainly_public, is_secret_key_text, may_be_secret},
    public::PublicKey,
    secret::SecretKey,
};
#[cfg(feature = "wasm-sign")]
pub use self::{secp256k1::EcdsaSignature, secp256k1_secret::Secp256k1SecretKey};
