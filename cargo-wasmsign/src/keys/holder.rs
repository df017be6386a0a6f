//! Whoever has a secret key.

use std::fmt;

use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::{PublicKey, SecretKey};

use crate::error::{Error, Result};

/// Whoever has the secret when it signs.
pub(super) trait Holder: fmt::Debug + Send + Sync {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]>;

    /// The secret, where it is in our memory.
    fn secret(&self) -> Option<&SecretKey> {
        None
    }

    /// The secret, where it is one of secp256k1.
    fn secp256k1(&self) -> Option<&Secp256k1SecretKey> {
        None
    }
}

/// A secret key that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) holder: Box<dyn Holder>,
    pub(super) warning: Option<String>,
}

impl Found {
    pub(super) fn new(holder: impl Holder + 'static) -> Self {
        Self { holder: Box::new(holder), warning: None }
    }

    /// Adds what the reader should know about the key.
    pub(super) fn warning(self, warning: Option<String>) -> Self {
        Self { warning, ..self }
    }
}

/// In our memory too. It signs digests in one format, and no messages.
impl Holder for Secp256k1SecretKey {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, _message: &[u8]) -> Result<[u8; 64]> {
        Err(Error::usage("a key of secp256k1 makes no Ed25519 signature")
            .advice("pass an Ed25519 key for this format, or sign with `--as wasm-sign`"))
    }

    fn secp256k1(&self) -> Option<&Secp256k1SecretKey> {
        Some(self)
    }
}

/// In our memory; it does not show in `Debug`.
impl Holder for SecretKey {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        Ok(self.sign(message))
    }

    fn secret(&self) -> Option<&SecretKey> {
        Some(self)
    }
}
