//! The custom section `producers`, as tool-conventions' ProducersSection.md defines it.

use std::path::Path;

use wasm_encoder::Encode;
use wasmparser::BinaryReader;

use super::{frames, malformed};
use crate::error::Result;

const SECTION: &str = "producers";
const FIELD: &str = "processed-by";
const PROGRAM: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A field with its values, each a name and a version.
type Field<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// The module with this program among those that have processed it, once. Everything else stays byte for
/// byte; a section that was not there comes where the conventions want it, before `target_features`.
///
/// # Errors
///
/// Malformed.
pub fn record(name: &Path, module: &[u8]) -> Result<Vec<u8>> {
    let sections = frames::sections(name, module)?;
    let old = sections.iter().position(|section| section.name() == Some(SECTION));
    let mut fields = match old.and_then(|index| sections[index].custom) {
        Some((_, content)) => {
            read(content, offset_in(module, content)).map_err(|fault| malformed(name, &fault))?
        }
        None => Vec::new(),
    };
    add(&mut fields);
    let new = written(&fields);
    let mut parts: Vec<_> = sections.iter().map(|section| section.frame).collect();
    match old {
        Some(index) => parts[index] = &new,
        None => {
            let last = sections.iter().position(|one| one.name() == Some("target_features"));
            parts.insert(last.unwrap_or(parts.len()), &new);
        }
    }
    Ok(frames::module(parts))
}

/// The programs that the content of such a section names, with their versions: those that have made the module out of
/// its source, and kits that they belong to. None where it cannot be read.
pub fn tools(content: &[u8]) -> Vec<(String, String)> {
    let fields = read(content, 0).unwrap_or_default();
    let tools = fields.into_iter().filter(|(field, _)| matches!(*field, FIELD | "sdk"));
    let owned = |(name, version): (&str, &str)| (name.to_owned(), version.to_owned());
    tools.flat_map(|(_, values)| values).map(owned).collect()
}

/// The offset of the content of a section in the module.
fn offset_in(module: &[u8], content: &[u8]) -> u64 {
    (content.as_ptr() as usize - module.as_ptr() as usize) as u64
}

/// wasmparser's own reader refuses fields that the conventions do not know, which are none of our business.
fn read(content: &[u8], offset: u64) -> Result<Vec<Field<'_>>, wasmparser::Error> {
    let mut reader = BinaryReader::new(content, offset);
    let mut fields = Vec::new();
    for _ in 0..reader.read_var_u32()? {
        let field = reader.read_string()?;
        let mut values = Vec::new();
        for _ in 0..reader.read_var_u32()? {
            values.push((reader.read_string()?, reader.read_string()?));
        }
        fields.push((field, values));
    }
    Ok(fields)
}

fn add(fields: &mut Vec<Field<'_>>) {
    let index = fields.iter().position(|(field, _)| *field == FIELD).unwrap_or_else(|| {
        fields.push((FIELD, Vec::new()));
        fields.len() - 1
    });
    let values = &mut fields[index].1;
    match values.iter_mut().find(|(program, _)| *program == PROGRAM) {
        Some(value) => value.1 = VERSION,
        None => values.push((PROGRAM, VERSION)),
    }
}

fn written(fields: &[Field<'_>]) -> Vec<u8> {
    let mut content = Vec::new();
    fields.len().encode(&mut content);
    for (field, values) in fields {
        field.encode(&mut content);
        values.len().encode(&mut content);
        for (program, version) in values {
            program.encode(&mut content);
            version.encode(&mut content);
        }
    }
    frames::custom(SECTION, &content)
}
