//! `cargo wasmsign config`.

use super::build::resolve::{self, Resolved, Wanted};
use crate::args::Config;
use crate::cargo::Workspace;
use crate::config;
use crate::error::Result;
use crate::exit::Exit;
use crate::report::{Configuration, Report};

pub(super) fn run(arguments: &Config, report: &Report) -> Result<Exit> {
    if arguments.schema {
        report.schema(&config::schema())?;
        return Ok(Exit::Ok);
    }
    let workspace = Workspace::load(&resolve::resolution(&arguments.resolution))?;
    let selection = resolve::selection(&arguments.packages);
    resolve::warn_of_unknown(&workspace, &selection, report);
    let wanted = Wanted {
        selection: &selection,
        overrides: &arguments.overrides,
        mode: &arguments.mode,
        cargo_config: &arguments.resolution.config,
    };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &wanted)?;
    for (package, settings) in &packages {
        report.configuration(&Configuration {
            package: package.name.as_str(),
            manifest: package.manifest_path.as_std_path(),
            profile: resolve::profile(wanted.mode),
            enabled: settings.is_enabled(),
            entries: manifests.list(settings),
        })?;
    }
    Ok(Exit::Ok)
}
