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

mod algorithm;
mod encoding;
mod error;
mod guess;
mod public;
mod secret;
mod stack;
mod strict;
#[cfg(test)]
mod tests;

pub use self::{
    error::KeyError,
    guess::{is_key_text, is_secret_key_text, may_be_secret},
    public::PublicKey,
    secret::SecretKey,
};

/// The encodings in which keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyEncoding {
    /// SPKI (public) or PKCS#8 v1 (secret) in PEM, as `openssl` reads and writes them.
    Pem,
    /// The form of the signature specification: 33 bytes (public) or 65 bytes (secret).
    Compact,
    /// The `authorized_keys` line (public) or the `openssh-key-v1` container in PEM (secret).
    OpenSsh,
}
