//! `cargo wasmsign inspect`.

use std::io;

use wasmsign_core::inspect;

use crate::cli::args::Inspect;
use crate::error::{Error, Result, of_module};
use crate::exit::Exit;
use crate::report::Report;
use crate::sys::files;

pub(crate) fn run(arguments: &Inspect, report: &Report) -> Result<Exit> {
    let path = &arguments.module;
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    let file = files::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let inspection = inspect::inspect(file).map_err(|error| of_module(path, error))?;
    report.inspection(path, &inspection)?;
    match inspection.signatures {
        Some(Err(error)) => Err(of_module(path, error)),
        _ => Ok(Exit::Ok),
    }
}
