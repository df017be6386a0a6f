//! The temporary files between the steps.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::recipe::OutputDirectory;
use crate::error::{Error, Result};
use crate::module::seal;
use crate::sys::files::Staged;

/// A temporary file for one step of a module, in the directory where the module will be.
pub(super) fn step_file(output: &OutputDirectory, file_name: &Path, step: &str) -> Result<Staged> {
    seal::stage(&with_suffix(&output.published.join(file_name), &format!(".{step}")))
}

pub(super) fn reader(file: &mut Staged) -> Result<File> {
    let failed = |source| Error::io("failed to read a temporary file", source);
    io::Seek::rewind(file.file()).map_err(failed)?;
    // The same lock is on it: on Windows another handle could not read the file.
    file.file().try_clone().map_err(failed)
}

pub(super) fn length(file: &File) -> Result<u64> {
    let metadata =
        file.metadata().map_err(|source| Error::io("failed to read a temporary file", source))?;
    Ok(metadata.len())
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
