//! `-` on the command line: standard input and standard output serve one purpose at a time.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::ops::signature_file;
use crate::sys::files;

/// Refuses to read standard input for two of these purposes.
///
/// # Errors
///
/// Exit code 2.
pub(super) fn read_once<'a>(uses: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Result<()> {
    once("input", uses.into_iter().filter(|(_, path)| files::is_dash(path)))
}

/// Refuses to write two of these results to standard output.
///
/// # Errors
///
/// Exit code 2.
pub(super) fn write_once<'a>(uses: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Result<()> {
    once("output", uses.into_iter().filter(|(_, path)| files::is_stdout(path)))
}

fn once<'a>(stream: &str, mut uses: impl Iterator<Item = (&'a str, &'a Path)>) -> Result<()> {
    let (Some((one, _)), Some((other, _))) = (uses.next(), uses.next()) else { return Ok(()) };
    let clash = match one == other {
        true => format!("{one} twice"),
        false => format!("both {one} and {other}"),
    };
    Err(Error::usage(format!("standard {stream} cannot be {clash}"))
        .advice("give the path of a file for one of them"))
}

/// The file that `--signature` names, or else the default one next to the module.
///
/// # Errors
///
/// Exit code 2: standard input has no default signature file.
pub(super) fn signature_path(named: Option<PathBuf>, module: &Path) -> Result<PathBuf> {
    match named {
        Some(path) => Ok(path),
        None if files::is_dash(module) => Err(nothing_beside_stdin()),
        None => Ok(signature_file::beside(module)),
    }
}

/// The error for standard input, which has no default signature file.
pub(super) fn nothing_beside_stdin() -> Error {
    Error::usage("there is no default signature file for standard input")
        .advice("pass the signature's file with `--signature`")
}
