//! `-` on the command line: standard input and standard output serve one purpose at a time.

use std::path::Path;

use crate::error::{Error, Result};
use crate::sys::files;

/// Refuses to read standard input for two of these purposes.
///
/// # Errors
///
/// Exit code 2.
pub(crate) fn read_once<'a>(uses: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Result<()> {
    once("input", uses.into_iter().filter(|(_, path)| files::is_dash(path)))
}

/// Refuses to write two of these results to standard output.
///
/// # Errors
///
/// Exit code 2.
pub(crate) fn write_once<'a>(uses: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Result<()> {
    once("output", uses.into_iter().filter(|(_, path)| files::is_stdout(path)))
}

fn once<'a>(stream: &str, mut uses: impl Iterator<Item = (&'a str, &'a Path)>) -> Result<()> {
    let (Some((one, _)), Some((other, _))) = (uses.next(), uses.next()) else { return Ok(()) };
    let clash = match one == other {
        true => format!("{one} twice"),
        false => format!("{one} and {other} as well"),
    };
    Err(Error::usage(format!("standard {stream} cannot be {clash}"))
        .advice("give the path of a file for one of them"))
}
