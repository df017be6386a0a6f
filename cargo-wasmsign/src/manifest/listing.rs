//! Everything that counts for a package, value by value, for people and programs to look at.

use serde_json::Value;

use super::setting::{Origin, Setting};

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
pub(crate) struct Listing(pub(super) Vec<Entry>);

impl Listing {
    /// Adds what counts for `key`, which a manifest would write as `value`.
    pub(super) fn add<T>(&mut self, key: impl Into<String>, setting: &Setting<T>, value: Value) {
        self.0.push(Entry { key: key.into(), value, origin: setting.origin.clone() });
    }
}

/// The name of a key below a table, which may be the root.
pub(super) fn below(table: &str, key: &str) -> String {
    match table {
        "" => key.to_owned(),
        table => format!("{table}.{key}"),
    }
}
