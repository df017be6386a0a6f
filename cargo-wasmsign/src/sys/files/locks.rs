//! Locks between processes, on file systems that have them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::text::paths::directory;

/// A lock that only one process has at a time, for as long as the value lives.
#[derive(Debug)]
pub struct Exclusive {
    file: File,
    is_held: bool,
}

impl Exclusive {
    /// Waits for the lock, and calls `waiting` first if another process has it. Makes the file, and the directory that
    /// it lies in. Where the file system has no locks nobody is kept out: see [`Exclusive::is_held`].
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn acquire(path: &Path, mut waiting: impl FnMut()) -> Result<Self> {
        let failed = |source| Error::io(format!("failed to lock `{}`", path.display()), source);
        let mut tries = 0..100;
        loop {
            let locked = open_lock(path).and_then(|file| Self::lock(file, &mut waiting));
            match locked {
                // `clean` removes the files of locks too: then another one counts.
                Ok(lock) if is_at(&lock.file, path) => return Ok(lock),
                Err(source)
                    if source.kind() != io::ErrorKind::NotFound || tries.next().is_none() =>
                {
                    return Err(failed(source));
                }
                _ => {}
            }
        }
    }

    /// The lock, if no one else has it.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn try_acquire(path: &Path) -> Result<Option<Self>> {
        let failed = |source| Error::io(format!("failed to lock `{}`", path.display()), source);
        let file = open_lock(path).map_err(failed)?;
        let is_held = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) if has_no_locks(&source) => false,
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        };
        Ok(Some(Self { file, is_held }).filter(|lock| is_at(&lock.file, path)))
    }

    /// Gives the lock back, and removes its file, which is at `path`.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn remove(self, path: &Path) -> Result<()> {
        std::fs::remove_file(path)
            .map_err(|source| Error::io(format!("failed to remove `{}`", path.display()), source))
    }

    /// As [`Exclusive::acquire`], of a directory.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn of_directory(directory: &Path, waiting: impl FnOnce()) -> Result<Self> {
        let failed =
            |source| Error::io(format!("failed to lock `{}`", directory.display()), source);
        let file = lock_of_directory(directory).map_err(failed)?;
        Self::lock(file, waiting).map_err(failed)
    }

    /// Whether other processes are kept out: not every file system has locks.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    fn lock(file: File, waiting: impl FnOnce()) -> io::Result<Self> {
        let is_held = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                waiting();
                hold(&file)?
            }
            Err(TryLockError::Error(source)) if has_no_locks(&source) => false,
            Err(TryLockError::Error(source)) => return Err(source),
        };
        Ok(Self { file, is_held })
    }
}

/// Waits for the lock of a file, and returns whether the file system supports locks.
pub(super) fn hold(file: &File) -> io::Result<bool> {
    match file.lock() {
        Ok(()) => Ok(true),
        Err(error) if has_no_locks(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a file system reports that it does not support locks. cargo then continues without, and so do we.
fn has_no_locks(error: &io::Error) -> bool {
    // ENOLCK, which has no kind of its own: a network file system whose locks nobody serves.
    #[cfg(unix)]
    if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NOLCK) {
        return true;
    }
    error.kind() == io::ErrorKind::Unsupported
}

fn open_lock(path: &Path) -> io::Result<File> {
    std::fs::create_dir_all(directory(path))?;
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

/// Whether an open file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |file: std::fs::Metadata| (file.dev(), file.ino());
    file.metadata().map(id).ok() == std::fs::metadata(path).map(id).ok()
}

/// Where open files cannot be replaced it is enough that there is one.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// What is locked for a directory: here it can be opened like a file.
#[cfg(unix)]
fn lock_of_directory(directory: &Path) -> io::Result<File> {
    File::open(directory)
}

/// What is locked for a directory: a file under its name among the user's temporary ones.
#[cfg(not(unix))]
fn lock_of_directory(directory: &Path) -> io::Result<File> {
    use sha2::{Digest, Sha256};
    let name = hex::encode(Sha256::digest(directory.as_os_str().as_encoded_bytes()));
    let path = std::env::temp_dir().join(format!("cargo-wasmsign-{}.lock", &name[..16]));
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}
