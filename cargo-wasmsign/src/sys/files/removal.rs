//! Removing directories in which others may still be at work.

use std::io;
use std::path::Path;

use crate::error::{Error, Result};

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removal {
    /// How many files.
    pub files: u64,
    /// How many bytes they had.
    pub bytes: u64,
}

impl Removal {
    /// Removes a directory with everything in it. Files that are added meanwhile may stay.
    ///
    /// # Errors
    ///
    /// Exit code 4: something cannot be removed.
    pub fn tree(&mut self, directory: &Path) -> Result<()> {
        self.contents(directory, None)?;
        match std::fs::remove_dir(directory) {
            Err(source) if !is_fine(&source) => Err(failed(directory, source)),
            _ => Ok(()),
        }
    }

    /// Removes what is in a directory, but for one file.
    ///
    /// # Errors
    ///
    /// As of [`Removal::tree`].
    pub fn contents(&mut self, directory: &Path, kept: Option<&Path>) -> Result<()> {
        let entries = match std::fs::read_dir(directory) {
            Err(source) if is_fine(&source) => return Ok(()),
            entries => entries.map_err(|source| failed(directory, source))?,
        };
        for entry in entries {
            let entry = entry.map_err(|source| failed(directory, source))?;
            let path = entry.path();
            if kept == Some(&path) {
                continue;
            }
            // A link to a directory is removed as a file.
            match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                true => self.tree(&path)?,
                false => self.file(&path)?,
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<()> {
        let bytes = std::fs::symlink_metadata(path).map_or(0, |file| file.len());
        match std::fs::remove_file(path) {
            Err(source) if is_fine(&source) => return Ok(()),
            removed => removed.map_err(|source| failed(path, source))?,
        }
        self.files += 1;
        self.bytes += bytes;
        Ok(())
    }
}

/// Another process removed it first, or added a file.
fn is_fine(source: &io::Error) -> bool {
    matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty)
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::io(format!("failed to remove `{}`", path.display()), source)
}
