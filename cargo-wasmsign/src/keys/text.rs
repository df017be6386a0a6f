//! A public key by its own text.

use serde_json::{Value, json};
use wasmsign_core::keys::is_plainly_public;
use wasmsign_core::{KeyError, PublicKey};

use super::failure::{key_error, other_algorithm};
use super::fingerprint::fingerprint;
use super::scheme::Backend;
use crate::error::Result;

/// What may be the text of a public key: that is seen when it is asked for.
#[derive(Debug)]
pub(super) struct KeyText {
    pub(super) text: String,
    /// Who gives it, for messages.
    pub(super) owner: &'static str,
}

impl Backend for KeyText {
    /// A text that could be a seed is told by its hash.
    fn told(&self) -> Value {
        match (is_plainly_public(&self.text), PublicKey::decode(self.text.as_bytes())) {
            (false, Ok(key)) => json!(fingerprint(&key)),
            _ => json!(self.text),
        }
    }

    fn text(&self) -> Option<&str> {
        Some(&self.text)
    }

    fn public_keys(&self) -> Result<Vec<PublicKey>> {
        self.keys(PublicKey::decode)
    }

    fn any_public_keys(&self) -> Result<Vec<PublicKey>> {
        self.keys(PublicKey::decode_any)
    }
}

impl KeyText {
    fn keys(&self, decode: fn(&[u8]) -> Result<PublicKey, KeyError>) -> Result<Vec<PublicKey>> {
        decode(self.text.as_bytes()).map(|key| vec![key]).map_err(|error| match error {
            // There is no file that could be something else.
            KeyError::WrongAlgorithm { .. } => other_algorithm(self.owner).because(error),
            _ => key_error(self.owner, error),
        })
    }
}
