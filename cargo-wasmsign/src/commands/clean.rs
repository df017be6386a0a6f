//! `cargo wasmsign clean`.

use crate::args::Clean;
use crate::cargo::{Resolution, Workspace};
use crate::error::Result;
use crate::exit::Exit;
use crate::optimize::Cache;
use crate::report::Report;

/// Takes no lock: a build that runs meanwhile reads to the end what it has begun to read, and makes the rest
/// itself.
pub(super) fn run(arguments: &Clean, report: &Report) -> Result<Exit> {
    let directory = match &arguments.target_dir {
        Some(directory) => directory.clone(),
        None => workspace(arguments)?.target_directory()?,
    };
    // Whatever its size may be, it is emptied.
    let cache = Cache::of_target_directory(&directory, 0);
    let cleared = cache.clear()?;
    report.cleared(cache.directory(), cleared)?;
    Ok(Exit::Ok)
}

fn workspace(arguments: &Clean) -> Result<Workspace> {
    Workspace::load(&Resolution {
        manifest_path: arguments.manifest_path.clone(),
        ..Resolution::default()
    })
}
