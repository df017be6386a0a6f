//! `cargo wasmsign inspect`.

mod beside;

use std::io;
use std::path::Path;

use wasmsign_core::inspect::{self, Inspection};

use crate::error::{Error, Result, of_module};
use crate::sys::files;
pub(crate) use beside::{Beside, Content};

/// What is in a module, and which signatures stand beside it.
pub(crate) struct Inspected {
    pub(crate) module: Inspection,
    pub(crate) beside: Vec<Beside>,
}

/// Looks at a module, or at standard input where the path is `-`, beside which there is nothing.
///
/// # Errors
///
/// Exit code 3 where it is malformed, 4 where it cannot be read.
pub(crate) fn run(path: &Path) -> Result<Inspected> {
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    let file = files::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let module = inspect::inspect(file).map_err(|error| of_module(path, error))?;
    let beside = match files::is_dash(path) {
        true => Vec::new(),
        false => beside::beside(path)?,
    };
    Ok(Inspected { module, beside })
}
