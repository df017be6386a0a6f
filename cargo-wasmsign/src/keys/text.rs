//! A public key by its own text.

use serde_json::{Value, json};
use wasmsign_core::{KeyError, PublicKey};

use super::failure::key_error;
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
    fn told(&self) -> Value {
        json!(self.text)
    }

    fn text(&self) -> Option<&str> {
        Some(&self.text)
    }

    fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let key = PublicKey::decode(self.text.as_bytes());
        key.map(|key| vec![key]).map_err(|error| match error {
            // There is no file that could be something else.
            KeyError::WrongAlgorithm { .. } => other_algorithm(self.owner).because(error),
            _ => key_error(self.owner, error),
        })
    }
}

fn other_algorithm(owner: &str) -> Error {
    Error::usage(format!("{owner} is not an Ed25519 key"))
        .advice("modules are signed with Ed25519 keys: `cargo wasmsign keygen` creates a pair")
}
