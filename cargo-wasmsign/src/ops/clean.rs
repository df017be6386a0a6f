//! `cargo wasmsign clean`.

use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use super::{Event, Observer};
use crate::error::Result;
use crate::module::optimize::{Cache, Cleared};
use crate::project::{Resolution, Workspace};
use crate::sys::files::{Exclusive, Removal};

/// Which target directory is to be emptied of what is ours.
#[derive(Debug)]
pub(crate) struct Request {
    /// The target directory; that of the workspace where there is none.
    pub(crate) target_dir: Option<PathBuf>,
    /// The manifest of the workspace, where it is not in this directory or above it.
    pub(crate) manifest_path: Option<PathBuf>,
    /// Whether only the cache of optimized modules goes.
    pub(crate) cache: bool,
}

/// What was removed.
#[derive(Debug)]
pub(crate) struct Cleaned {
    /// The directory that was emptied.
    pub(crate) directory: PathBuf,
    /// How much was removed.
    pub(crate) removed: Cleared,
}

/// Removes the cache of optimized modules, and all else that is ours unless only the cache is meant.
///
/// # Errors
///
/// Exit code 4, and 101 where cargo does not find the workspace.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Cleaned> {
    let directory = match &request.target_dir {
        Some(directory) => directory.clone(),
        None => workspace(request)?.target_directory()?,
    };
    // Whatever its size may be, it is emptied.
    let cache = Cache::of_target_directory(&directory, 0);
    // No lock: a build that runs meanwhile reads to the end what it has begun to read, and makes the rest itself.
    let cleared = cache.clear()?;
    if request.cache {
        return Ok(Cleaned { directory: cache.directory().to_owned(), removed: cleared });
    }
    let ours = OurFiles { base: directory.join("wasmsign") };
    let removed = ours.remove(observe)?;
    let (files, bytes) = (cleared.files + removed.files, cleared.bytes + removed.bytes);
    Ok(Cleaned { directory: ours.base, removed: Cleared { files, bytes } })
}

fn workspace(request: &Request) -> Result<Workspace> {
    let manifest_path = request.manifest_path.clone();
    Workspace::load(&Resolution { manifest_path, ..Resolution::default() })
}

/// All that is ours in a target directory.
struct OurFiles {
    base: PathBuf,
}

impl OurFiles {
    /// Removes one place after the other, but for those where a build is at work.
    fn remove(&self, observe: &mut Observer<'_>) -> Result<Removal> {
        let mut removal = Removal::default();
        for (published, state) in self.places() {
            let path = state.join("lock");
            let Some(lock) = Exclusive::try_acquire(&path)? else {
                let place = published.display();
                let text = format!("`{place}` was not cleaned: a build is using it");
                observe(Event::Warning(&text))?;
                continue;
            };
            removal.tree(&published)?;
            removal.contents(&state, Some(&path))?;
            // Whoever waits for it finds that it is gone, and makes another.
            lock.remove(&path)?;
        }
        removal.tree(&self.base.join(".cache"))?;
        self.remove_empty();
        Ok(removal)
    }

    /// Where modules are published, each with the place of what is remembered of them.
    fn places(&self) -> Vec<(PathBuf, PathBuf)> {
        let state = self.base.join(".state");
        let names: BTreeSet<_> =
            [&self.base, &state].into_iter().flat_map(|base| names(base)).collect();
        let mut places: Vec<_> =
            names.iter().map(|name| (self.base.join(name), state.join(name))).collect();
        let rebuilt = (self.base.join(".rebuilt"), state.join("rebuilt"));
        places.extend(Some(rebuilt).filter(|(built, state)| built.is_dir() || state.is_dir()));
        places
    }

    /// Removes the directories that nothing is in any more.
    fn remove_empty(&self) {
        let state = self.base.join(".state");
        let places = names(&state).into_iter().map(|name| state.join(name));
        let above = [&state, &self.base].into_iter().flat_map(|base| directories(base));
        let empty = places.chain(above).collect::<Vec<_>>();
        for directory in empty.iter().chain([&state, &self.base]) {
            // One that is not empty stays: somebody has begun to build.
            let _ = std::fs::remove_dir(directory);
        }
    }
}

/// `TRIPLE/DIRECTORY`, each that is below a directory.
fn names(base: &Path) -> Vec<PathBuf> {
    let places = directories(base).into_iter().flat_map(|triple| directories(&triple));
    places.filter_map(|place| place.strip_prefix(base).map(Path::to_owned).ok()).collect()
}

/// The directories in a directory, but for those that are ours to name.
fn directories(base: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(base).into_iter().flatten().flatten();
    let is_meant = |entry: &DirEntry| {
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        !is_hidden && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    entries.filter(is_meant).map(|entry| entry.path()).collect()
}
