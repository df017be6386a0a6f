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
//! | hex, base64 | of compact or DER | of compact or DER | `text` |
//!
//! DER, PEM and OpenSSH come with the feature `key-files`.

#[cfg(feature = "key-files")]
mod algorithm;
mod encoding;
mod error;
mod guess;
mod parsed;
mod public;
mod redaction;
mod secret;
mod stack;
mod strict;
#[cfg(all(test, feature = "key-files"))]
mod tests;

pub use self::{
    encoding::KeyEncoding,
    error::KeyError,
    guess::{is_key_text, is_secret_key_text, may_be_secret},
    public::PublicKey,
    secret::SecretKey,
};
