//! The custom section `target_features`, as tool-conventions' Linking.md defines it.

use std::fmt;

use serde::{Deserialize, Serialize};
use wasm_encoder::Encode;
use wasmparser::{BinaryReader, Parser, Payload};

use super::features::{self, Features};
use crate::text::escape::escape;

/// The name of the section.
pub(super) const SECTION: &str = "target_features";

/// What a module says that it was compiled for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// What there are features for.
    pub(super) known: Features,
    /// Names that nobody here knows.
    pub(super) unknown: Vec<String>,
}

/// A name in the section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// `+` for what is used, `-` for what must not be linked with it.
    pub(super) prefix: u8,
    pub(super) name: String,
}

/// What is wrong with a module, and where.
#[derive(Debug)]
pub(super) struct Fault {
    message: String,
    offset: u64,
}

impl From<wasmparser::Error> for Fault {
    /// wasmparser's words, escaped: they quote names from the module.
    fn from(error: wasmparser::Error) -> Self {
        Self { message: escape(error.message()), offset: error.offset() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at offset {:#x})", self.message, self.offset)
    }
}

/// Finds and reads the section; none where there is none.
///
/// # Errors
///
/// The first fault in the frames of the sections or in this section.
pub(super) fn read(module: &[u8]) -> Result<Option<Declared>, Fault> {
    Ok(entries(module)?.map(|entries| sort_out(&entries)))
}

/// The names in the section, as they stand there.
///
/// # Errors
///
/// As of [`read`].
pub(super) fn entries(module: &[u8]) -> Result<Option<Vec<Entry>>, Fault> {
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CustomSection(section) if section.name() == SECTION => {
                let offset = section.data_offset();
                return parse(BinaryReader::new(section.data(), offset)).map(Some);
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The content of the section without the features that are not among `allowed`: Binaryen takes whatever
/// is declared for allowed.
pub(super) fn restricted(content: &[u8], allowed: &Features) -> Result<Vec<u8>, Fault> {
    let mut entries = parse(BinaryReader::new(content, 0))?;
    entries.retain(|entry| {
        let is_allowed = match features::lookup(&entry.name) {
            Ok(features) if !features.is_empty() => {
                features.into_iter().any(|feature| allowed.contains(feature))
            }
            Ok(_) | Err(features::Unknown) => true,
        };
        entry.prefix == b'-' || is_allowed
    });
    Ok(content_of(&entries))
}

/// The content of a section with these names.
pub(super) fn content_of(entries: &[Entry]) -> Vec<u8> {
    let mut content = Vec::new();
    entries.len().encode(&mut content);
    for Entry { prefix, name } in entries {
        content.push(*prefix);
        name.encode(&mut content);
    }
    content
}

fn parse(mut reader: BinaryReader<'_>) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    for _ in 0..reader.read_var_u32()? {
        let offset = reader.original_position();
        let prefix = reader.read_u8()?;
        let name = reader.read_string()?.to_owned();
        match prefix {
            // `=`, "required", is what linkers wrote before 2020 for a stricter `+`.
            b'+' | b'=' | b'-' => entries.push(Entry { prefix, name }),
            _ => return Err(bad_prefix(prefix, offset)),
        }
    }
    Ok(entries)
}

fn bad_prefix(prefix: u8, offset: u64) -> Fault {
    let message = format!("invalid prefix {prefix:#04x} in `target_features`");
    Fault { message, offset }
}

/// What is used: what a module must not be linked with says nothing of that.
fn sort_out(entries: &[Entry]) -> Declared {
    let mut declared = Declared::default();
    let mut known = Vec::new();
    for Entry { name, .. } in entries.iter().filter(|entry| entry.prefix != b'-') {
        match features::lookup(name) {
            Ok(features) => known.extend(features),
            Err(features::Unknown) => declared.unknown.push(name.clone()),
        }
    }
    declared.known = known.into_iter().collect();
    declared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::target_features;

    #[test]
    fn what_is_not_allowed_is_declared_no_more() {
        let content = |names: &[&str]| target_features(names)[2 + 16..].to_vec();
        let declared = content(&["+sign-ext", "+simd128", "-atomics", "+frobnicate"]);
        let allowed = Features::from_names(["sign-ext"]).unwrap();
        let expected = content(&["+sign-ext", "-atomics", "+frobnicate"]);
        assert_eq!(restricted(&declared, &allowed).unwrap(), expected);
        assert!(restricted(&declared[..5], &allowed).is_err());
    }
}
