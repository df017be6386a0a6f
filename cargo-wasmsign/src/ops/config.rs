//! `cargo wasmsign config`.

use std::path::PathBuf;

use serde_json::Value;

use super::resolve::{self, Query, Resolved};
use super::{Event, Observer};
use crate::error::Result;
use crate::manifest::{CommandLine, Entry};
use crate::module::optimize;
use crate::project::{self, Resolution, Selection, Workspace};

/// The packages to show, and the settings that override their manifests.
#[derive(Debug)]
pub(crate) struct Request {
    /// Which packages.
    pub(crate) selection: Selection,
    /// Settings that override every manifest.
    pub(crate) options: CommandLine,
    /// cargo's name of the profile.
    pub(crate) profile: String,
    /// How cargo finds things.
    pub(crate) resolution: Resolution,
}

/// The settings of a package.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// Its name.
    pub(crate) package: String,
    /// Its `Cargo.toml`.
    pub(crate) manifest: PathBuf,
    /// cargo's profile.
    pub(crate) profile: String,
    /// Whether it takes part at all.
    pub(crate) enabled: bool,
    /// The optimizers that `optimize.tool = "auto"` selects, in the order in which they are tried.
    pub(crate) optimizers: Vec<String>,
    /// Every value with its origin.
    pub(crate) entries: Vec<Entry>,
}

/// The configuration of each selected package.
///
/// # Errors
///
/// Exit code 2: manifests, variables and flags that cannot be read or do not fit together.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Vec<Configuration>> {
    let Request { selection, options, profile, resolution } = request;
    let workspace = Workspace::load(resolution)?;
    resolve::warn_of_unknown(&workspace, selection, observe)?;
    let configuration = &project::Configuration::load(&resolution.config)?;
    let query = Query { selection, options, profile, configuration };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &query)?;
    manifests.warnings().iter().try_for_each(|warning| observe(Event::Warning(warning)))?;
    let configuration = packages.iter().map(|(package, settings)| {
        let entries = manifests.list(settings);
        Configuration {
            package: package.name.to_string(),
            manifest: package.manifest_path.clone().into(),
            profile: profile.clone(),
            enabled: settings.is_enabled(),
            optimizers: optimizers(&entries),
            entries,
        }
    });
    Ok(configuration.collect())
}

/// The optimizers that may run if none is set.
fn optimizers(entries: &[Entry]) -> Vec<String> {
    let is = |key: &str, value: Value| {
        entries.iter().any(|entry| entry.key == key && entry.value == value)
    };
    match is("optimize.tool", "auto".into()) {
        true => optimize::candidates(is("reproducible", true.into())),
        false => Vec::new(),
    }
}
