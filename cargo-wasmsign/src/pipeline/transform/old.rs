//! A file that lies where a program is to leave a new one.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// An old file, dated back: whatever is written from now on is younger, however coarse the clock of the file system is.
/// If it is still the old one in the end, it gets its own date again.
pub(super) struct OldFile {
    path: PathBuf,
    modified: SystemTime,
    mark: FileState,
}

/// What changes when a file is written, or another one is put in its place.
#[derive(PartialEq, Eq)]
struct FileState {
    modified: SystemTime,
    length: u64,
    index: u64,
}

impl OldFile {
    /// Marks the file at `path`, if there is one.
    pub(super) fn mark(path: &Path) -> Option<Self> {
        let modified = std::fs::metadata(path).ok()?.modified().ok()?;
        if let Some(earlier) = modified.checked_sub(Duration::from_secs(2)) {
            date(path, earlier);
        }
        Some(Self { path: path.to_owned(), modified, mark: FileState::of(path)? })
    }

    /// Whether nobody has written it, or put another one in its place.
    pub(super) fn is_still_there(&self) -> bool {
        FileState::of(&self.path).is_some_and(|now| now == self.mark)
    }
}

impl Drop for OldFile {
    fn drop(&mut self) {
        if self.is_still_there() {
            date(&self.path, self.modified);
        }
    }
}

impl FileState {
    fn of(path: &Path) -> Option<Self> {
        let file = std::fs::metadata(path).ok()?;
        Some(Self { modified: file.modified().ok()?, length: file.len(), index: index(&file) })
    }
}

/// Where the date cannot be set, the rest of the state tells an old file from a new one.
fn date(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path);
    let _ = file.and_then(|file| file.set_modified(time));
}

#[cfg(unix)]
fn index(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

/// There is no number that one can ask for here.
#[cfg(not(unix))]
fn index(_file: &Metadata) -> u64 {
    0
}
