//! Everything that counts for a package, value by value, for people and programs to look at.

use serde_json::{Value, json};
use wasmsign_core::keys::may_be_secret;

use super::keys::{KeyConfig, KeyText, SecretSource};
use super::layer::ROOT;
use super::setting::{Origin, Setting};
use crate::text::redact;

/// One value of a package's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key with all tables above it, as TOML writes a dotted key.
    pub key: String,
    /// The value, in the form that a manifest has it; null where nobody says anything and there is no default.
    pub value: Value,
    /// Who says so.
    pub origin: Origin,
}

/// The values of a package, in the order of the reference.
#[derive(Debug, Default)]
pub(super) struct Listing(Vec<Entry>);

impl Listing {
    /// Adds what counts for `key`.
    pub(super) fn add<T>(
        &mut self,
        key: impl Into<String>,
        setting: &Setting<T>,
        value: impl FnOnce(&T) -> Value,
    ) {
        let (key, origin) = (key.into(), setting.origin.clone());
        self.0.push(Entry { key, value: value(&setting.value), origin });
    }

    /// Adds where the halves of a key are found; never what a secret half is.
    pub(super) fn add_key(&mut self, key: &KeyConfig) {
        let table = format!("keys.{}", toml_key(&key.name));
        let origin = Origin::Manifest {
            path: key.manifest.clone(),
            line: key.line,
            column: key.column,
            table: format!("{}.{table}", ROOT),
        };
        let mut add = |half: &str, value| {
            let (key, origin) = (format!("{table}.{half}"), origin.clone());
            self.0.push(Entry { key, value, origin });
        };
        key.public.iter().for_each(|public| add("public", public_value(public)));
        key.secret.iter().for_each(|secret| add("secret", secret_value(secret)));
    }

    pub(super) fn entries(self) -> Vec<Entry> {
        self.0
    }
}

fn public_value(public: &KeyText) -> Value {
    match public {
        KeyText::Path(path) => json!(path.to_string_lossy()),
        KeyText::Text(text) => json!(text),
    }
}

fn secret_value(secret: &SecretSource) -> Value {
    match secret {
        SecretSource::Env(name) => json!({ "env": name }),
        SecretSource::EnvFile(name) => json!({ "env-file": name }),
        SecretSource::File(path) => json!({ "file": path.to_string_lossy() }),
        SecretSource::SshAgent(key) => json!({ "ssh-agent": key }),
        SecretSource::Command { argv, .. } => {
            json!({ "command": argv.iter().map(|word| told(word)).collect::<Vec<_>>() })
        }
    }
}

/// A word of a command; one that may be a secret by its length.
fn told(word: &str) -> String {
    match may_be_secret(word) {
        true => redact::shown(word),
        false => word.to_owned(),
    }
}

/// A name as it stands in a dotted key: in quotes where TOML wants them.
pub(crate) fn toml_key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_owned(),
        // The escapes of JSON are some of TOML's.
        false => Value::from(name).to_string(),
    }
}
