//! `cargo wasmsign trust init`: a trust file from the keys that a workspace signs with.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::keys;
use crate::manifest::{CommandLine, Manifests};
use crate::ops::resolve::{self, Query, Resolved};
use crate::ops::select;
use crate::ops::trust::document;
use crate::ops::{Event, Observer};
use crate::project::{Configuration, Resolution, Selection, Workspace};
use crate::sys::files;
use crate::text::escape::escape;

/// What is to be made.
#[derive(Debug)]
pub(crate) struct Request {
    /// The trust file; that beside the workspace's manifest where there is none.
    pub(crate) output: Option<PathBuf>,
    /// Whether an existing file is overwritten.
    pub(crate) force: bool,
    /// How cargo finds things.
    pub(crate) resolution: Resolution,
}

/// A trust file that was made.
pub(crate) struct Made {
    /// Where it is.
    pub(crate) output: PathBuf,
    /// The names of its keys.
    pub(crate) keys: Vec<String>,
}

/// Writes a trust file that trusts each module of the workspace if the keys have signed it that sign it in a build.
///
/// # Errors
///
/// Exit code 2 where nothing is signed here, or the file exists; 4; 101 where cargo finds no workspace.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Made> {
    let workspace = Workspace::load(&request.resolution)?;
    let configuration = &Configuration::load(&request.resolution.config)?;
    let selection = Selection { workspace: true, ..Selection::default() };
    let options = &CommandLine::default();
    let query = Query { selection: &selection, options, profile: "release", configuration };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &query)?;
    let mut text = String::from(document::HEAD);
    let keys = add_keys(&mut text, &manifests, observe)?;
    if keys.is_empty() {
        return Err(Error::usage("the manifest names no key whose public half can be known").advice(
            "add `[workspace.metadata.wasmsign.keys.NAME]` with `public = \"PATH\"`; `cargo wasmsign keygen` makes a \
             pair of keys",
        ));
    }
    let mut rules: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for (package, settings) in packages.into_iter().filter(|(_, settings)| settings.is_enabled()) {
        let signers = settings.into_config().options.sign_with;
        let signers: Vec<_> = signers.into_iter().filter(|name| keys.contains(name)).collect();
        if !signers.is_empty() {
            rules.entry(signers).or_default().extend(select::all(package));
        }
    }
    if rules.is_empty() {
        rules.insert(keys.clone(), vec!["**".to_owned()]);
    }
    rules.iter().for_each(|(signers, modules)| document::add_rule(&mut text, modules, signers));
    let output =
        request.output.clone().unwrap_or_else(|| workspace.root().join(document::FILE_NAME));
    files::write_whole(&output, text.as_bytes(), request.force)?;
    Ok(Made { output, keys })
}

/// Adds each key of the manifest, and gives the names.
fn add_keys(
    text: &mut String,
    manifests: &Manifests,
    observe: &mut Observer<'_>,
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for key in manifests.keys() {
        let halves = keys::public_halves(key).map(|keys| keys.into_iter().next());
        match halves {
            Ok(None) => {}
            Ok(Some(public)) => {
                document::add_key(text, &key.name, &document::text_of(&public));
                names.push(key.name.clone());
            }
            Err(error) => {
                let name = escape(&key.name);
                let why = format!(
                    "the key `{name}` is left out, since its public half is not known: {error}"
                );
                observe(Event::Warning(&why))?;
            }
        }
    }
    Ok(names)
}
