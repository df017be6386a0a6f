//! Modules that another tool has yet to finish: it would break their signatures.
//!
//! Each tool leaves itself a section with what it needs. Linkers that strip every custom section take these along; the
//! imports and exports that go with them stay.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use wasmparser::{BinaryReader, ExportSectionReader, ImportSectionReader};
use wasmsign_core::inspect::Inspection;
use wasmsign_core::wasm::{Kind, Section};

use crate::error::{Error, Result};
use crate::text::escape::escape;

/// The modules that wasm-bindgen's imports are of until it has run.
const PLACEHOLDERS: [&str; 3] =
    ["__wbindgen_placeholder__", "__wbindgen_externref_xform__", "__wbindgen_anyref_xform__"];

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// Refuses a module that is not finished.
///
/// # Errors
///
/// Usage; io, where the module cannot be read.
pub(super) fn refuse(name: &Path, what: &Inspection, file: &File) -> Result<()> {
    if what.kind == Kind::Component {
        return Ok(());
    }
    let failed = |source| Error::io(format!("failed to read `{}`", name.display()), source);
    let sign = what.sections.iter().find_map(|section| sign(section, file).transpose());
    match sign.transpose().map_err(failed)? {
        None => Ok(()),
        Some(sign) => Err(Error::usage(format!(
            "`{}` is not finished: its {sign} is for a tool that rewrites the module, which would \
             break its signature",
            name.display()
        ))
        .advice(
            "run that tool first (wasm-bindgen, wasm-tools component new, …) with `transform`, \
             sign its output afterwards with `cargo wasmsign sign`, or set `unfinished = \
             \"allow\"` if the host itself finishes the module",
        )),
    }
}

/// What of a section tells that the module is not finished, in words.
fn sign(section: &Section, file: &File) -> io::Result<Option<String>> {
    let found = match (section.id, section.name()) {
        (_, Some(name)) => is_for_a_tool(name).then(|| format!("section `{}`", escape(name))),
        (IMPORTS, _) => import(&content(section, file)?),
        (EXPORTS, _) => export(&content(section, file)?),
        _ => None,
    };
    Ok(found)
}

fn is_for_a_tool(section: &str) -> bool {
    section == "__wasm_bindgen_unstable"
        || section == "component-type"
        || section.starts_with("component-type:")
}

fn content(section: &Section, mut file: &File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(section.payload.start))?;
    file.take(section.payload.end - section.payload.start).read_to_end(&mut content)?;
    Ok(content)
}

/// An import that only wasm-bindgen, or whoever makes a component, understands. What cannot be read tells nothing.
fn import(content: &[u8]) -> Option<String> {
    let imports = ImportSectionReader::new(BinaryReader::new(content, 0)).ok()?;
    let found = imports.into_imports().map_while(Result::ok).find(|import| {
        PLACEHOLDERS.contains(&import.module)
            || import.name.starts_with("__wbindgen_describe")
            || import.module.starts_with("cm32p2|")
    })?;
    Some(format!("import `{}` of `{}`", escape(found.name), escape(found.module)))
}

/// The same of exports.
fn export(content: &[u8]) -> Option<String> {
    const PREFIXES: [&str; 3] = ["__wbindgen_describe_", "cabi_", "cm32p2"];
    let exports = ExportSectionReader::new(BinaryReader::new(content, 0)).ok()?;
    let mut names = exports.into_iter().map_while(Result::ok).map(|export| export.name);
    let found = names.find(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))?;
    Some(format!("export `{}`", escape(found)))
}
