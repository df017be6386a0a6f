//! `cargo wasmsign config`.

use serde_json::Value;

use super::resolve::{self, Resolved, Wanted};
use crate::cli::args::Config;
use crate::error::Result;
use crate::exit::Exit;
use crate::manifest::{self, Entry};
use crate::module::optimize;
use crate::project::{self, Workspace};
use crate::report::{Configuration, Report};

pub(crate) fn run(arguments: &Config, report: &Report) -> Result<Exit> {
    if arguments.schema {
        report.schema(&manifest::schema())?;
        return Ok(Exit::Ok);
    }
    let workspace = Workspace::load(&resolve::resolution(&arguments.resolution))?;
    let selection = resolve::selection(&arguments.packages);
    resolve::warn_of_unknown(&workspace, &selection, report);
    let wanted = Wanted {
        selection: &selection,
        overrides: &arguments.overrides,
        mode: &arguments.mode,
        configuration: &project::Configuration::load(&arguments.resolution.config)?,
    };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &wanted)?;
    manifests.warnings().iter().for_each(|warning| report.warning(warning));
    for (package, settings) in &packages {
        let entries = manifests.list(settings);
        report.configuration(&Configuration {
            package: package.name.as_str(),
            manifest: package.manifest_path.as_std_path(),
            profile: resolve::profile(wanted.mode),
            enabled: settings.is_enabled(),
            optimizers: optimizers(&entries),
            entries,
        })?;
    }
    Ok(Exit::Ok)
}

/// Which optimizers may run, where none is named.
fn optimizers(entries: &[Entry]) -> Vec<String> {
    let is = |key: &str, value: Value| {
        entries.iter().any(|entry| entry.key == key && entry.value == value)
    };
    match is("optimize.tool", "auto".into()) {
        true => optimize::candidates(is("reproducible", true.into())),
        false => Vec::new(),
    }
}
