//! A directory in the making: it appears with everything in it, or not at all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::staged;
use crate::error::{Error, Result};
use crate::text::paths::directory;

/// A directory in the making, beside its place. Dropped, it is gone with all that is in it.
//! Directories in the making: others see the old one or the new one, whole.
//!
//! A new directory is made beside its target as `.NAME.wasmsign-PID.tmp.d`, next to a temporary file of the same name that is
//! locked meanwhile. A directory whose file nobody has locked was left by a process that was killed.

use std::ffi::OsString;
use std::fs::{DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};

use super::staged::{
    Access, create_locked, is_temporary, lock, remove_strays, sync_directory, temporary_path,
};
use crate::error::{Error, Result};
use crate::text::paths::directory;

/// A directory in the making. Dropped, it is gone.
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
        let failed = |source| Error::io(format!("failed to make `{}`", target.display()), source);
        refuse_occupied(target)?;
        // A name like `.` has none that another could stand beside.
        let target = std::path::absolute(target).map_err(failed)?;
        staged::remove_strays(directory(&target));
        let path = staged::temporary_path(&target);
        let lock = staged::create_directory(&path).map_err(failed)?;
        Ok(Self { target, path, _lock: lock })
    }

    /// Where the directory is until it is published.
    /// The temporary file that is locked.
    mark: PathBuf,
    _locked: File,
}

const SUFFIX: &str = ".d";

impl StagedDirectory {
    /// Begins a directory that is to be `target`, or to replace it. Directories above it are made.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn new(target: &Path) -> Result<Self> {
        let failed = |source| Error::io(format!("failed to make `{}`", target.display()), source);
        let above = directory(target);
        std::fs::create_dir_all(above).map_err(failed)?;
        remove_stray_directories(above);
        remove_strays(above);
        let mark = temporary_path(target);
        let locked = create_locked(&mark, Access::Usual).map_err(failed)?;
        let mut path = mark.clone().into_os_string();
        path.push(SUFFIX);
        let path = PathBuf::from(path);
        let staged = Self { target: target.to_owned(), path, mark, _locked: locked };
        lock().insert(staged.path.clone());
        std::fs::create_dir(&staged.path).map_err(failed)?;
        Ok(staged)
    }

    /// Where it is until it is published.
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
    /// Puts it in the place of the target, which is not there, or empty.
    ///
    /// # Errors
    ///
    /// Exit code 2 where the target is there by now, 4.
    pub fn publish_new(self) -> Result<()> {
        let mut temporary = lock();
        // An empty one is in the way of a rename on some systems; one that is not empty stays.
        let _ = std::fs::remove_dir(&self.target);
        match std::fs::rename(&self.path, &self.target) {
            Err(source) if self.target.exists() => Err(super::exists(&self.target).because(source)),
            renamed => renamed.map_err(|source| self.failed(source)),
        }?;
        temporary.remove(&self.path);
        drop(temporary);
        self.sync()
    }

    /// Puts it in the place of the target, and removes what was there.
    ///
    /// # Errors
    ///
    /// Exit code 4; the old directory is still there then.
    pub fn replace(self) -> Result<()> {
        // No signal ends us while neither is there.
        let temporary = lock();
        exchange(&self.path, &self.target).map_err(|source| self.failed(source))?;
        drop(temporary);
        // What is removed with `self` now is the old one.
        self.sync()
    }

    fn sync(&self) -> Result<()> {
        sync_directory(directory(&self.target)).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::io(format!("failed to make `{}`", self.target.display()), source)
    }
}

impl Drop for StagedDirectory {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            staged::discard(&self.path);
        let mut temporary = lock();
        // Neither can be reported; the next one that is made here tries again.
        if temporary.remove(&self.path) {
            let _ = std::fs::remove_dir_all(&self.path);
        }
        if temporary.remove(&self.mark) {
            let _ = std::fs::remove_file(&self.mark);
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
/// Swaps two directories at once where the system can, else one after the other.
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let mut aside = OsString::from(new);
    aside.push(".old");
    let aside = PathBuf::from(aside);
    std::fs::rename(old, &aside)?;
    if let Err(error) = std::fs::rename(new, old) {
        std::fs::rename(&aside, old)?;
        return Err(error);
    }
    std::fs::rename(&aside, new)
}

/// Removes the directories in the making whose process has ended.
fn remove_stray_directories(above: &Path) {
    let entries = std::fs::read_dir(above).into_iter().flatten().flatten();
    let is_directory = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    for entry in entries.filter(is_directory) {
        let path = entry.path();
        let Some(mark) = path.to_str().and_then(|path| path.strip_suffix(SUFFIX)) else { continue };
        let mark = Path::new(mark);
        let is_ours = lock().contains(&path);
        if is_ours || !mark.file_name().is_some_and(is_temporary) {
            continue;
        }
        let is_in_use = File::open(mark).is_ok_and(|file| file.try_lock().is_err());
        if !is_in_use {
            // If it cannot be removed, the next one tries again.
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}
