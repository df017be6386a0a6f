//! The sections of a module in memory, and modules put together from sections.

use std::path::Path;

use wasm_encoder::{CustomSection, Encode, Section as _};
use wasmparser::{Parser, Payload};

use super::malformed;
use crate::error::Result;

/// A section as it is in the module.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a> {
    /// Name and content of a custom section.
    pub(super) custom: Option<(&'a str, &'a [u8])>,
    /// All its bytes.
    pub(super) frame: &'a [u8],
}

impl<'a> Section<'a> {
    /// The name of a custom section.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.custom.map(|(name, _)| name)
    }

    /// Whether this is DWARF.
    pub(super) fn is_dwarf(&self) -> bool {
        self.name().is_some_and(|name| name.starts_with(".debug"))
    }
}

/// The header, which comes before all sections.
const HEADER: usize = 8;

/// All sections, in order. `name` is what messages call the module.
pub(super) fn sections<'a>(name: &Path, module: &'a [u8]) -> Result<Vec<Section<'a>>> {
    let mut sections = Vec::new();
    let mut start = HEADER;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|fault| malformed(name, &fault))?;
        let Some((_, range)) = payload.as_section() else { continue };
        // wasmparser has found it inside of the slice.
        let end = range.end as usize;
        let custom = match &payload {
            Payload::CustomSection(section) => Some((section.name(), section.data())),
            _ => None,
        };
        sections.push(Section { custom, frame: &module[start..end] });
        start = end;
    }
    Ok(sections)
}

/// A module of these sections.
pub(super) fn module<'a>(frames: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut module = wasm_encoder::Module::HEADER.to_vec();
    frames.into_iter().for_each(|frame| module.extend_from_slice(frame));
    module
}

/// The bytes of a custom section.
pub(super) fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    let section = CustomSection { name: name.into(), data: content.into() };
    let mut frame = vec![section.id()];
    section.encode(&mut frame);
    frame
}

/// The module with one more custom section at its end.
pub fn with_section(mut module: Vec<u8>, name: &str, content: &[u8]) -> Vec<u8> {
    module.extend_from_slice(&custom(name, content));
    module
}

/// The module without the custom sections whose names `goes` takes.
///
/// # Errors
///
/// Malformed.
pub(super) fn without(name: &Path, bytes: &[u8], goes: impl Fn(&str) -> bool) -> Result<Vec<u8>> {
    let kept = sections(name, bytes)?;
    let kept = kept.iter().filter(|section| !section.name().is_some_and(&goes));
    Ok(module(kept.map(|section| section.frame)))
}

/// The module with the content of the custom section `wanted` replaced by what `change` makes of it.
///
/// # Errors
///
/// Malformed, and those of `change`.
pub fn replaced(
    name: &Path,
    bytes: &[u8],
    wanted: &str,
    change: impl Fn(&[u8]) -> Result<Vec<u8>>,
) -> Result<Vec<u8>> {
    let mut made = wasm_encoder::Module::HEADER.to_vec();
    for section in sections(name, bytes)? {
        match section.custom {
            Some((found, content)) if found == wanted => {
                made.extend_from_slice(&custom(wanted, &change(content)?));
            }
            _ => made.extend_from_slice(section.frame),
        }
    }
    Ok(made)
}
