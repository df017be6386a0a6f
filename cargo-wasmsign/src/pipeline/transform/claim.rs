//! The right to write in a place until what is there is ours: another program's module would be taken for it.
//!
//! Within this process it is a right to single paths, so that modules with outputs of their own are made side by side.
//! Other processes, which may have another target directory, are kept out by a lock on the directory of the manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::Result;
use crate::sys::files::Exclusive;

/// What is claimed now, by the directory of the manifest that names it.
static CLAIMED: Mutex<BTreeMap<PathBuf, LockedDirectory>> = Mutex::new(BTreeMap::new());
/// Something of it is free again.
static FREED: Condvar = Condvar::new();

/// The lock on a directory, and the paths that go with it.
struct LockedDirectory {
    paths: Vec<PathBuf>,
    _lock: Exclusive,
}

/// The right to some paths and all that is below them.
pub(super) struct Claim {
    directory: PathBuf,
    paths: Vec<PathBuf>,
}

impl Claim {
    /// Waits until nobody else has any of these paths; calls `waiting` first if another process may have one.
    ///
    /// # Errors
    ///
    /// Exit code 4: the directory cannot be locked.
    pub(super) fn wait(
        directory: &Path,
        paths: Vec<PathBuf>,
        waiting: impl FnOnce(),
    ) -> Result<Self> {
        let claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
        let free = FREED.wait_while(claimed, |claimed| {
            claimed.values().flat_map(|held| &held.paths).any(|held| overlaps(held, &paths))
        });
        let mut claimed = free.unwrap_or_else(PoisonError::into_inner);
        if !claimed.contains_key(directory) {
            let lock = Exclusive::of_directory(directory, waiting)?;
            claimed
                .insert(directory.to_owned(), LockedDirectory { paths: Vec::new(), _lock: lock });
        }
        let held = claimed.get_mut(directory);
        held.into_iter().for_each(|held| held.paths.extend(paths.iter().cloned()));
        Ok(Self { directory: directory.to_owned(), paths })
    }
}

fn overlaps(held: &Path, paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| path.starts_with(held) || held.starts_with(path))
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = claimed.get_mut(&self.directory) {
            held.paths.retain(|path| !self.paths.contains(path));
            if held.paths.is_empty() {
                claimed.remove(&self.directory);
            }
        }
        FREED.notify_all();
    }
}
