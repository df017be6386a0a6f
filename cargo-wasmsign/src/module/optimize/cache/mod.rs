//! What optimizers have made of modules, by content: a module that was optimized before is not optimized
//! again, whichever profile or branch it comes from.
//!
//! Nothing here can fail a build. A cache that cannot be read is a miss; one that cannot be written stays
//! as it is.

mod entry;
mod key;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use key::Key;

use crate::error::{Error, Result};
use crate::sys::files::{self, Access, Staged};

const MIB: u64 = 1 << 20;

/// Room for some hundred modules.
const DEFAULT_LIMIT: u64 = 512 * MIB;

/// The variable that sets the limit, in MiB.
const LIMIT: &str = "CARGO_WASMSIGN_CACHE_SIZE";

/// A directory of optimized modules, bounded in size.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
    limit: u64,
}

/// What [`Cache::clear`] has removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    /// How many files.
    pub files: u64,
    /// How many bytes they had.
    pub bytes: u64,
}

/// A file of the cache.
struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Cache {
    /// The cache in `directory`, which need not exist, of `limit` bytes; with 0 it is off.
    pub fn new(directory: impl Into<PathBuf>, limit: u64) -> Self {
        Self { directory: directory.into(), limit }
    }

    /// The cache that all builds into a target directory share; see [`Cache::new`].
    pub fn of_target_directory(target: &Path, limit: u64) -> Self {
        Self::new(target.join("wasmsign").join(".cache").join("optimized"), limit)
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Copies what is kept under `key` to `output`, which is empty; whether there was such a thing. What is
    /// not as it was stored is removed, and was not there.
    pub fn fetch(&self, key: &Key, output: &mut File) -> bool {
        let path = self.path(key);
        let found = match self.limit {
            0 => return false,
            _ => File::open(&path).and_then(|file| entry::read(key, &file, output)),
        };
        match found {
            Ok(entry::Found::Whole) => touch(&path),
            Ok(entry::Found::Broken) => drop(std::fs::remove_file(&path)),
            // It is not there; or it cannot be read, or the output not be written, for the moment.
            Err(_) => {}
        }
        let hit = matches!(found, Ok(entry::Found::Whole));
        if !hit {
            // Whatever cannot be taken back is in the way of the optimizer, which will say so.
            let _ = output.set_len(0).and_then(|()| output.rewind());
        }
        hit
    }

    /// Drops what is kept under `key`.
    pub fn forget(&self, key: &Key) {
        // One that cannot be removed is found wanting again.
        let _ = std::fs::remove_file(self.path(key));
    }

    /// Keeps a copy of `module` under `key`, and makes room by dropping what was not used for longest.
    pub fn store(&self, key: &Key, module: &File) {
        if self.limit > 0 && self.write(key, module).is_ok() {
            self.evict();
        }
    }

    /// Removes everything that is kept, and nothing else.
    ///
    /// # Errors
    ///
    /// Io.
    pub fn clear(&self) -> Result<Cleared> {
        let failed = |path: &Path, source| {
            Error::io(format!("failed to remove `{}`", path.display()), source)
        };
        let entries = match self.entries() {
            Err(source) if source.kind() == io::ErrorKind::NotFound => Vec::new(),
            entries => entries.map_err(|source| failed(&self.directory, source))?,
        };
        files::remove_strays(&self.directory);
        let mut cleared = Cleared::default();
        for entry in entries {
            match std::fs::remove_file(&entry.path) {
                // A build may have been faster.
                Err(source) if source.kind() == io::ErrorKind::NotFound => continue,
                removed => removed.map_err(|source| failed(&entry.path, source))?,
            }
            cleared.files += 1;
            cleared.bytes += entry.bytes;
        }
        Ok(cleared)
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.directory.join(key.to_string())
    }

    fn write(&self, key: &Key, module: &File) -> Result<()> {
        let failed = |source| Error::io("failed to write to the cache", source);
        let size = module.metadata().map_err(failed)?.len() + entry::HEADER;
        if size > self.limit {
            return Err(failed(io::ErrorKind::FileTooLarge.into()));
        }
        std::fs::create_dir_all(&self.directory).map_err(failed)?;
        // Not synced: what a power cut leaves of an entry is noticed when it is read.
        let mut staged = Staged::new(&self.path(key), Access::Usual)?;
        entry::write(key, module, staged.file()).map_err(failed)?;
        staged.publish()
    }

    /// Drops the least recently used entries until the rest fits. Whoever reads one of them has it open,
    /// and reads to its end.
    fn evict(&self) {
        let Ok(mut entries) = self.entries() else { return };
        let mut total: u64 = entries.iter().map(|entry| entry.bytes).sum();
        entries.sort_by_key(|entry| entry.used);
        for entry in entries {
            if total <= self.limit {
                return;
            }
            // If another process was faster, or nobody can, the next one is tried.
            if std::fs::remove_file(&entry.path).is_ok() {
                total -= entry.bytes;
            }
        }
    }

    fn entries(&self) -> io::Result<Vec<Entry>> {
        let is_key = |name: &OsStr| name.to_str().is_some_and(key::is_key);
        let entries = std::fs::read_dir(&self.directory)?.flatten();
        let entries = entries.filter(|entry| is_key(&entry.file_name())).filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            Some(Entry { path: entry.path(), bytes: metadata.len(), used })
        });
        Ok(entries.collect())
    }
}

/// The time of its last use is that of its modification: file systems are often told not to note others.
fn touch(path: &Path) {
    let file = OpenOptions::new().write(true).open(path);
    // One that cannot be touched only goes earlier.
    let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
}

/// The size of the cache that the environment asks for, in bytes.
///
/// # Errors
///
/// Usage, where the variable is no size.
pub fn limit_from_environment() -> Result<u64> {
    limit(std::env::var_os(LIMIT).as_deref())
}

fn limit(text: Option<&OsStr>) -> Result<u64> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(DEFAULT_LIMIT) };
    let size: Option<u64> = text.to_str().and_then(|text| text.parse().ok());
    size.map(|size| size.saturating_mul(MIB)).ok_or_else(|| {
        Error::usage(format!("`{LIMIT}` is not a size: {}", text.display()))
            .advice("set it to a number of MiB, or to 0 to turn the cache off")
    })
}
