//! A public key by its own text.

use serde_json::{Value, json};
use wasmsign_core::PublicKey;

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
        key.map(|key| vec![key]).map_err(|error| key_error(self.owner, error))
    }
}
