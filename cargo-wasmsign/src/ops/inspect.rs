//! `cargo wasmsign inspect`.

use std::io;
use std::path::Path;

use wasmsign_core::inspect::{self, Inspection};

use crate::error::{Error, Result, of_module};
use crate::sys::files;

/// What is in a module, or in standard input where the path is `-`.
///
/// # Errors
///
/// Exit code 3 where it is malformed, 4 where it cannot be read.
pub(crate) fn run(path: &Path) -> Result<Inspection> {
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    let file = files::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    inspect::inspect(file).map_err(|error| of_module(path, error))
}
