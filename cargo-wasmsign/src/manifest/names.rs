//! The names of the keys that a workspace describes.

use wasmsign_core::keys::may_be_secret;

use super::text::Text;
use crate::error::{Error, Result};
use crate::text::nearest::suggestion;
use crate::text::redact;

/// The names that signers may have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    pub(super) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().collect())
    }

    /// The name `text`, where there is a key of that name.
    pub(super) fn known(&self, text: &Text<'_>) -> Result<String> {
        let found = self.0.iter().find(|name| *name == text.as_str());
        found.cloned().ok_or_else(|| self.unknown(text))
    }

    /// The error for a name that no key has.
    pub(super) fn unknown(&self, text: &Text<'_>) -> Error {
        let names: Vec<&str> = self.0.iter().map(String::as_str).collect();
        let name = redact::shown(text.as_str());
        let error = |message: String| text.error(message).label("no such key");
        match names.is_empty() {
            true if may_be_secret(text.as_str()) => {
                error(format!("there is no key with this name: {name}"))
            }
            true => error(format!("there is no key named {name}")).advice(format!(
                "describe it in [workspace.metadata.wasmsign.keys.{}]",
                text.as_str().escape_debug()
            )),
            false => error(format!("there is no key named {name}")).advice(suggestion(
                text.as_str(),
                &names,
                "the known keys are",
            )),
        }
    }
}
