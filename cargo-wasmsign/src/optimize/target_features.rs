//! The custom section `target_features`, as tool-conventions' Linking.md defines it.

use std::fmt;

use wasm_encoder::Encode;
use wasmparser::{BinaryReader, Parser, Payload};

use super::features::{self, Features};
use crate::escape::escape;

/// What a module says that it was compiled for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// What Binaryen can be told.
    pub(super) known: Features,
    /// Names that Binaryen has no word for.
    pub(super) unknown: Vec<String>,
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
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CustomSection(section) if section.name() == "target_features" => {
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
    let mut reader = BinaryReader::new(content, 0);
    let mut kept = Vec::new();
    for _ in 0..reader.read_var_u32()? {
        let (prefix, name) = (reader.read_u8()?, reader.read_string()?);
        let is_allowed = match features::lookup(name) {
            Ok(Some(feature)) => allowed.contains(feature),
            Ok(None) | Err(features::Unknown) => true,
        };
        if prefix == b'-' || is_allowed {
            kept.push((prefix, name));
        }
    }
    let mut content = Vec::new();
    kept.len().encode(&mut content);
    kept.iter().for_each(|(prefix, name)| {
        content.push(*prefix);
        name.encode(&mut content);
    });
    Ok(content)
}

fn parse(mut reader: BinaryReader<'_>) -> Result<Declared, Fault> {
    let mut used = Vec::new();
    for _ in 0..reader.read_var_u32()? {
        let offset = reader.original_position();
        let prefix = reader.read_u8()?;
        let name = reader.read_string()?;
        match prefix {
            // `=`, "required", is what linkers wrote before 2020 for a stricter `+`.
            b'+' | b'=' => used.push(name),
            // What the module must not be linked with says nothing of what it uses.
            b'-' => {}
            _ => return Err(bad_prefix(prefix, offset)),
        }
    }
    Ok(sort_out(&used))
}

fn bad_prefix(prefix: u8, offset: u64) -> Fault {
    let message = format!("invalid prefix {prefix:#04x} in `target_features`");
    Fault { message, offset }
}

fn sort_out(names: &[&str]) -> Declared {
    let unknown = |name: &&&str| features::lookup(name).is_err();
    Declared {
        known: names.iter().filter_map(|name| features::lookup(name).ok().flatten()).collect(),
        unknown: names.iter().filter(unknown).map(ToString::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::testing::target_features;

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
