//! `cargo wasmsign trust init`: a trust file from the keys that a workspace signs with.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use wasmsign_core::KeyEncoding;

use crate::error::{Error, Result};
use crate::keys;
use crate::manifest::{CommandLine, Manifests};
use crate::ops::resolve::{self, Query, Resolved};
use crate::ops::select;
use crate::ops::{Event, Observer};
use crate::project::{Configuration, Resolution, Selection, Workspace};
use crate::sys::files;
use crate::text::escape::escape;
use crate::text::toml::{toml_key, toml_string};

/// The usual name.
const FILE_NAME: &str = "wasmsign-trust.toml";

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
    let mut text = String::from(HEAD);
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
    rules.iter().for_each(|(signers, modules)| add_rule(&mut text, modules, signers));
    let output = request.output.clone().unwrap_or_else(|| workspace.root().join(FILE_NAME));
    files::write_whole(&output, text.as_bytes(), request.force)?;
    Ok(Made { output, keys })
}

const HEAD: &str = "\
# Whom to trust for which module. `cargo wasmsign trust check` reads this file, `cargo wasmsign verify --policy` decides
# by it, and `cargo wasmsign trust explain` says why.
version = 1
";

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
                let public = public.encode(KeyEncoding::OpenSsh);
                let public = String::from_utf8_lossy(&public);
                // Nothing can fail that writes into a string.
                let _ = write!(
                    text,
                    "\n[keys.{}]\npublic = {}\n# valid-until = 2030-01-01\n# revoked = true\n",
                    toml_key(&key.name),
                    toml_string(public.trim())
                );
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

fn add_rule(text: &mut String, modules: &[String], signers: &[String]) {
    let list = |texts: &[String]| {
        let texts: Vec<_> = texts.iter().map(|text| toml_string(text)).collect();
        texts.join(", ")
    };
    let (modules, require) = (list(modules), list(signers));
    let _ = write!(
        text,
        "\n[[rules]]\nmodules = [{modules}]\nrequire = [{require}] # each of these must have signed\n\
         # package = \"NAME\" # of the module manifest, which `manifest = true` embeds\n# version = \">=1.0\"\n"
    );
}
