//! A directory in the making: it appears with everything in it, or not at all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::staged;
use crate::error::{Error, Result};
use crate::text::paths::directory;

/// A directory in the making, beside its place. Dropped, it is gone with all that is in it.
#[derive(Debug)]
pub struct StagedDirectory {
    target: PathBuf,
    path: PathBuf,
    /// Tells others that the directory is in use, where directories can be locked.
    _lock: Option<File>,
}

impl StagedDirectory {
    /// Begins a directory that is to be `target`: a name that is free, or an empty directory.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is something; 4 where the directory that it is to be in does not exist or cannot be
    /// written.
    pub fn new(target: &Path) -> Result<Self> {
        refuse_occupied(target)?;
        Self::beside(target)
    }

    /// Begins a directory that may replace what `target` is now. Directories above it are made.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn replacing(target: &Path) -> Result<Self> {
        let failed = |source| Error::io(format!("failed to make `{}`", target.display()), source);
        std::fs::create_dir_all(directory(target)).map_err(failed)?;
        Self::beside(target)
    }

    fn beside(target: &Path) -> Result<Self> {
        let failed = |source| Error::io(format!("failed to make `{}`", target.display()), source);
        // A name like `.` has none that another could stand beside.
        let target = std::path::absolute(target).map_err(failed)?;
        staged::remove_strays(directory(&target));
        let path = staged::temporary_path(&target);
        let lock = staged::create_directory(&path).map_err(failed)?;
        Ok(Self { target, path, _lock: lock })
    }

    /// Where the directory is until it is published.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the directory, with what is in it, in its place.
    ///
    /// # Errors
    ///
    /// Exit code 2 where something is there by now, 4.
    pub fn publish(mut self) -> Result<()> {
        let failed =
            |source| Error::io(format!("failed to make `{}`", self.target.display()), source);
        match self.target.is_dir() {
            // It may be the directory that somebody stands in: it stays the same one.
            true => self.fill().map_err(failed)?,
            false => std::fs::rename(&self.path, &self.target).map_err(|source| {
                match self.target.symlink_metadata().is_ok() {
                    true => Error::usage(format!("`{}` already exists", self.target.display())),
                    false => failed(source),
                }
            })?,
        }
        let parent = directory(&self.target).to_owned();
        staged::forget(&std::mem::take(&mut self.path));
        staged::sync_directory(&parent).map_err(failed)
    }

    /// Puts the directory in the place of another one, and removes that with all that is in it.
    ///
    /// # Errors
    ///
    /// Exit code 4; the other one is still there then.
    pub fn replace(self) -> Result<()> {
        let failed =
            |source| Error::io(format!("failed to make `{}`", self.target.display()), source);
        staged::exchange(&self.path, &self.target).map_err(failed)?;
        // What is removed with `self` now is the other one.
        staged::sync_directory(directory(&self.target)).map_err(failed)
    }

    /// Moves everything into the empty directory that is there, or nothing.
    fn fill(&self) -> io::Result<()> {
        let mut moved = Vec::new();
        let result = std::fs::read_dir(&self.path)?.try_for_each(|entry| {
            let (from, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
            let to = self.target.join(name);
            std::fs::rename(&from, &to)?;
            moved.push((from, to));
            Ok(())
        });
        match result {
            Ok(()) => std::fs::remove_dir(&self.path),
            Err(error) => {
                // What cannot be moved back stays where it is; the error tells of the first trouble.
                moved.iter().for_each(|(from, to)| drop(std::fs::rename(to, from)));
                Err(error)
            }
        }
    }
}

impl Drop for StagedDirectory {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            staged::discard(&self.path);
        }
    }
}

/// Refuses a place where there is anything but an empty directory.
///
/// # Errors
///
/// Exit code 2, or 4 where it cannot be read.
fn refuse_occupied(target: &Path) -> Result<()> {
    if target.symlink_metadata().is_err() {
        return Ok(());
    }
    let failed = |source| Error::io(format!("failed to read `{}`", target.display()), source);
    match target.is_dir() && std::fs::read_dir(target).map_err(failed)?.next().is_none() {
        true => Ok(()),
        false if target.is_dir() => {
            Err(Error::usage(format!("the directory `{}` is not empty", target.display()))
                .advice("give the name of another directory, or of one that does not exist yet"))
        }
        false => Err(Error::usage(format!("`{}` exists and is no directory", target.display()))
            .advice("give the name of another directory, or of one that does not exist yet")),
    }
}
