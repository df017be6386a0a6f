//! Before Binaryen, in a child: what the module needs, and what of it is edited.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::capabilities::Abilities;
use super::constructs::{self, Construct};
use super::features::{Feature, TABLE};
use super::job::{Allowed, Job};
use super::names::Names;
use super::{Features, detect, target_features};
use crate::error::{Error, Result};
use crate::module::edit;

/// What is found out about a module and a tool.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Prepared {
    /// The tool can be given the module.
    Ready(Ready),
    /// The tool cannot read it, for want of these.
    Unreadable(Vec<Need>),
}

/// A module that Binaryen can be given.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ready {
    /// What Binaryen may use: what hosts know, and what the module needs besides, for a pass that lowers it.
    pub(super) features: Features,
    /// How an external tool is told so.
    pub(super) flags: Vec<String>,
    /// What the module declares.
    pub(super) names: Names,
    /// Whether it declares what nobody here knows, and the tool perhaps does.
    pub(super) is_strange: bool,
    /// Whether it lies in the file for edited modules, and not where it was.
    pub(super) edited: bool,
}

/// What a module needs of an optimizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Need {
    /// A feature or an instruction.
    pub(super) what: String,
    /// The first Binaryen that can read it.
    pub(super) since: u32,
}

/// Finds out what the job's module needs of a tool of these abilities, edits it, and writes it to `edited` if anything
/// was to be edited.
///
/// # Errors
///
/// Those of [`detect::detect`] and of the edits.
pub(super) fn prepare(job: &Job, edited: &Path, abilities: &Abilities) -> Result<Prepared> {
    let name = &job.name;
    let built = edit::read(name, &job.input)?;
    let features = needed(job, &built)?;
    let stripped = edit::without_stale(name, &built, abilities.keeps_hints())?;
    let changed = edit_module(job, stripped.as_ref().unwrap_or(&built), &features)?.or(stripped);
    // What only a dropped export needed is needed no more.
    let features = match &changed {
        Some(module) if job.exports.is_some() => needed(job, module)?,
        _ => features,
    };
    let changed = match (changed, &job.features) {
        (Some(module), Allowed::Only(_)) => Some(declare(name, &module, &features)?),
        (changed, _) => changed,
    };
    let module = changed.as_deref().unwrap_or(&built);
    let (features, mut needs) = known(module, features, abilities);
    let (replaced, constructs) = readable(job, module, &features, abilities)?;
    needs.extend(constructs);
    if !needs.is_empty() {
        return Ok(Prepared::Unreadable(needs));
    }
    let names = Names::of(module, abilities);
    let unknown = target_features::read(module).ok().flatten().unwrap_or_default().unknown;
    let is_strange = !unknown.is_empty();
    let flags = flags(unknown, &features, abilities);
    let changed = replaced.or(changed);
    if let Some(module) = &changed {
        edit::write(name, edited, module)?;
    }
    Ok(Prepared::Ready(Ready { features, flags, names, is_strange, edited: changed.is_some() }))
}

/// The features that a tool can be told of, and those that it would have to know besides.
fn known(module: &[u8], features: Features, abilities: &Abilities) -> (Features, Vec<Need>) {
    let unknown = abilities.unknown(&features);
    let without = |gone: &[Feature]| -> Features {
        features.iter().filter(|feature| !gone.contains(feature)).collect()
    };
    let is_valid = |features: &Features| detect::validate(module, features.validation()).is_ok();
    let known = without(&unknown);
    // What is merely declared is left out.
    if unknown.is_empty() || is_valid(&known) {
        return (known, Vec::new());
    }
    let rows = TABLE.iter().filter(|row| unknown.contains(&row.feature));
    let missing: Vec<_> = rows.filter(|row| !is_valid(&without(&[row.feature]))).collect();
    let need = |row: &&super::features::Row| Need { what: row.name.to_owned(), since: row.since };
    (known, missing.iter().map(need).collect())
}

/// The module without the instructions that the tool cannot read, if there are any, and what it cannot read besides.
fn readable(
    job: &Job,
    module: &[u8],
    features: &Features,
    abilities: &Abilities,
) -> Result<(Option<Vec<u8>>, Vec<Need>)> {
    let is_known = |construct: &Construct| abilities.reaches(construct.since());
    if Construct::ALL.iter().all(is_known) {
        return Ok((None, Vec::new()));
    }
    let found = constructs::found(module).into_iter();
    let mut unknown: Vec<_> = found.filter(|construct| !is_known(construct)).collect();
    let mut replaced = None;
    // The functions use single elements of tables.
    if unknown.iter().any(|one| one.is_replaceable()) && features.contains(Feature::ReferenceTypes)
    {
        replaced = edit::without_bulk_operations(&job.name, module, job.keep_debug)?;
    }
    if replaced.is_some() {
        unknown.retain(|construct| !construct.is_replaceable());
    }
    let need = |one: Construct| Need { what: one.name().to_owned(), since: one.since() };
    Ok((replaced, unknown.into_iter().map(need).collect()))
}

/// The flags for an external tool.
fn flags(unknown: Vec<String>, features: &Features, abilities: &Abilities) -> Vec<String> {
    let known = features.rows().filter_map(|row| abilities.flag(row)).map(str::to_owned);
    let mut flags: Vec<_> = known.collect();
    // What it lists and nobody here knows is passed on as well.
    flags.extend(unknown.into_iter().filter(|name| abilities.lists_feature(name)));
    let mut seen = BTreeSet::new();
    flags.retain(|flag| seen.insert(flag.clone()));
    flags
}

fn needed(job: &Job, module: &[u8]) -> Result<Features> {
    match &job.features {
        Allowed::Auto => detect::detect(&job.name, module),
        Allowed::Only(listed) => detect::detect_beyond(&job.name, module, listed),
    }
}

/// The edited module; `None` where nothing is to be edited.
fn edit_module(job: &Job, module: &[u8], features: &Features) -> Result<Option<Vec<u8>>> {
    let declares_more = match &job.features {
        Allowed::Only(_) => declare(&job.name, module, features)? != module,
        Allowed::Auto => false,
    };
    if job.exports.is_none() && !job.producers && !declares_more {
        return Ok(None);
    }
    edit_always(job, module).map(Some)
}

/// The module with the exports alone, and the producers, that are asked for.
pub(super) fn edit_always(job: &Job, module: &[u8]) -> Result<Vec<u8>> {
    let module = match &job.exports {
        Some(exports) => edit::keep_exports(&job.name, module, exports, job.keep_debug)?,
        None => module.to_vec(),
    };
    if job.producers { edit::record(&job.name, &module) } else { Ok(module) }
}

/// The module declaring no feature that is not among these.
fn declare(name: &Path, module: &[u8], features: &Features) -> Result<Vec<u8>> {
    edit::replaced(name, module, target_features::SECTION, |content| {
        target_features::restricted(content, features).map_err(|fault| {
            Error::malformed(format!("`{}` has a malformed `target_features`", name.display()))
                .because(fault.to_string())
        })
    })
}
