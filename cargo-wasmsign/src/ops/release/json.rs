//! Values as files.

use serde::Serialize;

/// A value as a file: JSON for people too.
pub(super) fn json_file(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("texts can be written as JSON");
    text.push(b'\n');
    text
}
