//! A directory in which everything is built from scratch.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::module::optimize::Cache;
use crate::ops::build::layout;
use crate::ops::{Event, Observer};
use crate::pipeline::OutputDirectory;
use crate::sys::files::Exclusive;

/// A directory in which everything is built from scratch, because earlier artifacts are not trusted. It is
/// removed at the end.
pub(crate) struct Scratch {
    /// The directory.
    pub(crate) path: PathBuf,
    _lock: Exclusive,
}

impl Scratch {
    /// An empty one below a target directory, once no other rebuild is at work there.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(crate) fn new(target_directory: &Path, observe: &mut Observer<'_>) -> Result<Self> {
        let base = target_directory.join("wasmsign");
        let (path, state) = (base.join(".rebuilt"), base.join(".state").join("rebuilt"));
        let failed = |source| Error::io("failed to make a directory", source);
        fs_err::create_dir_all(&state).map_err(failed)?;
        let mut observed = Ok(());
        let lock = Exclusive::acquire(&state.join("lock"), || {
            observed = observe(Event::Waiting("another rebuild"));
        })?;
        observed?;
        // Leftovers of a killed process.
        remove(&path)?;
        fs_err::create_dir_all(&path).map_err(failed)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where its modules go. Nothing is taken from the cache of optimized modules.
    pub(crate) fn output_directory(&self, target: &str, profile: &str) -> OutputDirectory {
        layout::output_directory(
            &self.path,
            target,
            profile,
            &Cache::of_target_directory(&self.path, 0),
        )
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The next rebuild tries again, and reports the error.
        let _ = remove(&self.path);
    }
}

fn remove(directory: &Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(format!("failed to remove `{}`", directory.display()), source))
        }
        _ => Ok(()),
    }
}
