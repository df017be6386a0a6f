//! TOML as it is shown.

use serde_json::Value;

/// A text as a string in quotes: the escapes of JSON are some of TOML's.
pub(crate) fn toml_string(text: &str) -> String {
    Value::from(text).to_string()
}

/// A name as it stands in a dotted key: in quotes where TOML wants them.
pub(crate) fn toml_key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_owned(),
        false => toml_string(name),
    }
}
