//! The files of a release while it is made: each with its sum.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::names::{SUMS, SUMS_SIGNATURE};
use super::sums::Sums;
use crate::error::{Error, Result};
use crate::ops::parallel::in_parallel;
use crate::sys::files::StagedDirectory;
use crate::sys::hashing::copy_hashed;

/// A directory in the making, and the sums of what is in it.
pub(super) struct Contents {
    staged: StagedDirectory,
    sums: Mutex<Sums>,
}

impl Contents {
    /// An empty directory, which is to be `target`.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn new(target: &Path) -> Result<Self> {
        Ok(Self { staged: StagedDirectory::replacing(target)?, sums: Mutex::default() })
    }

    /// Where a file is for now.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.staged.path().join(file)
    }

    /// Makes a file that is not there.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn create(&self, file: &str) -> Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        options.open(self.path(file)).map_err(|source| failed(file, source))
    }

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn write(&self, file: &str, content: &[u8]) -> Result<()> {
        self.create(file)?.write_all(content).map_err(|source| failed(file, source))?;
        if file != SUMS && file != SUMS_SIGNATURE {
            self.add(file, hex::encode(Sha256::digest(content)));
        }
        Ok(())
    }

    /// Copies a file; gives its size and its sum.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn copy(&self, from: impl Read, file: &str) -> Result<(u64, String)> {
        let mut hash = Sha256::new();
        let copied = copy_hashed(from, &mut self.create(file)?, &mut hash);
        let size = copied.map_err(|source| failed(file, source))?;
        let sum = hex::encode(hash.finalize());
        self.add(file, sum.clone());
        Ok((size, sum))
    }

    /// Sums a file that somebody else has written here; gives its size and its sum.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn sum(&self, file: &str) -> Result<(u64, String)> {
        let mut hash = Sha256::new();
        let read = File::open(self.path(file))
            .and_then(|from| copy_hashed(from, &mut io::sink(), &mut hash));
        let size = read.map_err(|source| failed(file, source))?;
        let sum = hex::encode(hash.finalize());
        self.add(file, sum.clone());
        Ok((size, sum))
    }

    /// The sums so far.
    pub(super) fn sums(&self) -> Sums {
        self.lock().clone()
    }

    /// The directory, once everything in it is on the disk.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn synced(self) -> Result<StagedDirectory> {
        let entries =
            std::fs::read_dir(self.staged.path()).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(|source| failed("", source))?;
        let paths: Vec<_> = entries.iter().map(std::fs::DirEntry::path).collect();
        let sync = |path: &PathBuf| File::open(path).and_then(|file| file.sync_all());
        in_parallel(&paths, sync, |synced| synced.map_err(|source| failed("", source)))?;
        Ok(self.staged)
    }

    fn add(&self, file: &str, sum: String) {
        self.lock().insert(file, sum);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Sums> {
        // The sums are whole between any two insertions.
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(file: &str, source: io::Error) -> Error {
    Error::io(format!("failed to write `{file}` of the release"), source)
}
