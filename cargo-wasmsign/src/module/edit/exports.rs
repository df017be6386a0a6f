//! Which exports stay. What only the others have led to is dead, and goes with them.

use std::collections::BTreeSet;
use std::path::Path;

use walrus::{Module, ModuleConfig, passes};

use super::frames::{self, Section};
use crate::error::{Error, Result};
use crate::text::escape::escape;
use crate::text::nearest::nearest;

/// How many of a module's exports an error lists.
const LISTED: usize = 50;

/// The module with the exports in `wanted` alone, memories and globals being exports like others.
///
/// Code and data are written anew, the section `name` too, and DWARF if `keep_debug` says so; all other
/// custom sections stay byte for byte and in order.
///
/// # Errors
///
/// Usage for an export that there is not; tool for a module that walrus cannot read.
pub fn keep(name: &Path, module: &[u8], wanted: &[String], keep_debug: bool) -> Result<Vec<u8>> {
    // walrus reads DWARF even to drop it, and may fail over it.
    let stripped = match keep_debug {
        true => module.to_vec(),
        false => frames::without(name, module, |section| section.starts_with(".debug"))?,
    };
    let mut parsed =
        config(keep_debug).parse(&stripped).map_err(|source| unreadable(name, source))?;
    refuse_unknown(name, &parsed, wanted)?;
    let goes = |export: &&walrus::Export| !wanted.contains(&export.name);
    let going: Vec<_> = parsed.exports.iter().filter(goes).map(walrus::Export::id).collect();
    going.into_iter().for_each(|export| parsed.exports.delete(export));
    passes::gc::run(&mut parsed);
    join(name, &parsed.emit_wasm(), module)
}

fn config(keep_debug: bool) -> ModuleConfig {
    let mut config = ModuleConfig::new();
    // The section would name walrus, and lose fields that walrus does not know.
    config.generate_producers_section(false).generate_dwarf(keep_debug);
    config
}

/// The edited module with the custom sections of the old one, but for those that walrus understands.
fn join(name: &Path, edited: &[u8], old: &[u8]) -> Result<Vec<u8>> {
    let (edited, old) = (frames::sections(name, edited)?, frames::sections(name, old)?);
    let is_new = |section: &&Section<'_>| section.name() == Some("name") || section.is_dwarf();
    let customs = |first: bool| {
        old.iter().filter(move |section| section.name().is_some() && section.is_first() == first)
    };
    let mut parts: Vec<_> = customs(true).map(|section| section.frame).collect();
    let standard = edited.iter().filter(|section| section.name().is_none());
    parts.extend(standard.map(|section| section.frame));
    // Each where the old one was, and what is new at the end.
    let mut rewritten: Vec<_> = edited.iter().filter(is_new).collect();
    for section in customs(false) {
        if !is_new(&section) {
            parts.push(section.frame);
        } else if let Some(index) = rewritten.iter().position(|one| one.name() == section.name()) {
            parts.push(rewritten.remove(index).frame);
        }
    }
    parts.extend(rewritten.iter().map(|section| section.frame));
    Ok(frames::module(parts))
}

fn refuse_unknown(name: &Path, module: &Module, wanted: &[String]) -> Result<()> {
    let there: BTreeSet<_> = module.exports.iter().map(|export| export.name.as_str()).collect();
    let Some(missing) = wanted.iter().find(|wanted| !there.contains(wanted.as_str())) else {
        return Ok(());
    };
    let error = Error::usage(format!(
        "`{}` has no export `{}`, which `optimize.exports` names",
        name.display(),
        escape(missing)
    ));
    let guess = nearest(missing, there.iter().copied())
        .map(|near| format!("did you mean `{}`? ", escape(near)));
    Err(error.advice(format!("{}{}", guess.unwrap_or_default(), list(&there))))
}

fn list(exports: &BTreeSet<&str>) -> String {
    if exports.is_empty() {
        return "the module has no exports".to_owned();
    }
    let names: Vec<_> =
        exports.iter().take(LISTED).map(|name| format!("`{}`", escape(name))).collect();
    let more = match exports.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("the module exports {}{more}", names.join(", "))
}

fn unreadable(name: &Path, source: impl std::fmt::Display) -> Error {
    Error::tool(format!("failed to remove exports from `{}`", name.display()))
        .because(escape(&format!("{source:#}")))
        .advice(
            "remove `optimize.exports`, or set `optimize.debug = \"strip\"` if the cause is DWARF",
        )
}
