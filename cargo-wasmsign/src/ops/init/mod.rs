//! `cargo wasmsign init`: what a project needs to sign its modules, added to what is there.

mod change;
mod ignored;
mod lines;
mod pair;
mod place;
mod request;
mod tables;
mod text;
mod trusted;
mod workflow;

use std::path::Path;

use cargo_metadata::Package;

pub(crate) use change::{Action, Change};
pub(crate) use request::{Ci, Request};

use crate::error::{Error, Result};
use crate::keys::KeyRef;
use crate::manifest::Manifests;
use crate::ops::{resolve, select};
use crate::project::{Configuration, Resolution, Selection, Workspace, has_cdylib};
use crate::text::shell::shell_words;
use pair::Pair;
use place::Place;
use tables::Tables;

/// What was done, or would be.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// One file after the other; those that stay as they are too.
    pub(crate) changes: Vec<Change>,
    /// Whether nothing was written.
    pub(crate) dry_run: bool,
    /// What the reader has to do by hand.
    pub(crate) advice: Vec<String>,
    /// What to type next.
    pub(crate) next: Vec<String>,
}

/// Adds what is missing, all of it or nothing. What is there stays.
///
/// # Errors
///
/// Exit code 2 for a manifest that is wrong, keys that do not belong together, or no package that could become a module; 3
/// for a key file that is none; 4 where something cannot be read or written; 101 where cargo finds no project.
pub(crate) fn run(request: &Request) -> Result<Outcome> {
    let resolution =
        Resolution { manifest_path: request.manifest_path.clone(), ..Resolution::default() };
    let workspace = Workspace::load(&resolution)?;
    let configuration = Configuration::load(&resolution.config)?;
    let manifests = resolve::read(&workspace, &configuration)?;
    let packages = packages(&workspace, &manifests, &request.packages)?;
    let place = Place::of(workspace.root())?;
    let pair = match manifests.keys().next() {
        None => Some(Pair::find(request, &place)?),
        Some(_) => None,
    };

    let mut changes = Vec::new();
    if let Some(pair) = &pair {
        changes.extend(ignored::change(pair, &place)?);
        changes.extend(pair.changes());
    }
    let others = packages.iter().filter(|package| package.manifest_path != workspace.manifest());
    for package in others {
        changes.push(tables::change(package.manifest_path.as_std_path(), &Tables::of_package())?);
    }
    let root = workspace.manifest();
    let has_package = packages.iter().any(|package| package.manifest_path == root);
    let tables = Tables { package: has_package, key: pair.as_ref().map(Pair::table) };
    let mut advice = Vec::new();
    if request.trust {
        let named = pair.as_ref().map(|pair| pair.table().public);
        changes.push(trusted::change(&place, &manifests, &packages, named)?);
    }
    if let Some(ci) = request.ci {
        let public = public_of(&manifests, pair.as_ref(), &place)?;
        changes.extend(workflow::changes(ci, &place, &public, &mut advice)?);
    }
    // Last: whatever it names is there then.
    changes.push(tables::change(&root, &tables)?);
    if !request.dry_run {
        let key = pair.as_ref().map(Pair::new_secret).transpose()?.flatten();
        change::write(&changes, key)?;
    }
    let next = next(&packages, pair.as_ref(), &manifests);
    Ok(Outcome { changes, dry_run: request.dry_run, advice, next })
}

/// The packages that are to have a table: those that are named; else those that have one; else those of cargo's selection
/// with a library that becomes a module.
fn packages<'a>(
    workspace: &'a Workspace,
    manifests: &Manifests,
    named: &[String],
) -> Result<Vec<&'a Package>> {
    let selection = Selection { packages: named.to_vec(), ..Selection::default() };
    let selected = workspace.select(&selection)?;
    if !named.is_empty() {
        return Ok(selected);
    }
    if manifests.have_tables() {
        let has_table = |package: &&Package| manifests.has_table(package.name.as_str());
        return Ok(workspace.members().into_iter().filter(has_table).collect());
    }
    let modules: Vec<_> = selected.iter().copied().filter(|package| has_cdylib(package)).collect();
    match modules.is_empty() {
        false => Ok(modules),
        true => Err(Error::usage("no package here makes a WebAssembly module").advice(
            "add `crate-type = [\"cdylib\"]` to the [lib] table of a library, or name a package with programs with `-p`",
        )),
    }
}

/// The public key that releases are verified with, as a call in the workspace's directory names it.
fn public_of(manifests: &Manifests, pair: Option<&Pair>, place: &Place) -> Result<String> {
    if let Some(pair) = pair {
        return Ok(pair.table().public.to_owned());
    }
    let told = manifests.keys().find_map(|key| key.public.as_ref()).map(KeyRef::told_public);
    match told.as_ref().and_then(|told| told.as_str()) {
        Some(path) if Path::new(path).is_absolute() => place.relative_to_root(Path::new(path)),
        Some(other) => Ok(other.to_owned()),
        None => {
            Err(Error::usage("the manifest names no public key that releases are verified with")
                .advice("set `public` in the table of a key"))
        }
    }
}

/// What to type next.
fn next(packages: &[&Package], pair: Option<&Pair>, manifests: &Manifests) -> Vec<String> {
    let mut build = vec!["cargo", "wasmsign", "build", "--release"];
    let secret = pair.and_then(Pair::outside).map(|path| path.to_string_lossy().into_owned());
    if let Some(secret) = &secret {
        build.extend(["-k", secret]);
    }
    let words: Vec<_> = build.into_iter().map(str::to_owned).collect();
    let mut lines = vec![shell_words(&words)];
    let module = packages.iter().find_map(|package| select::all(package).into_iter().next());
    // Where a table says something of the target, the module may lie elsewhere.
    if let (Some(module), false) = (module, manifests.have_tables()) {
        lines.push(format!(
            "cargo wasmsign verify target/wasmsign/wasm32-unknown-unknown/release/{module}"
        ));
    }
    lines
}
