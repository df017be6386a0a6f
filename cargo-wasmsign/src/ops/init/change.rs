//! What becomes of a file, as it is shown, and as it is written.

use std::path::{Path, PathBuf};

use similar::TextDiff;
use wasmsign_core::{KeyEncoding, SecretKey};

use crate::error::{Error, Result};
use crate::ops::key_file;
use crate::sys::files::{Access, Staged, write_whole};
use crate::text::paths::directory;

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is new.
    Created,
    /// Something was added to it.
    Changed,
    /// It stays as it is.
    Kept,
}

/// What becomes of a file.
#[derive(Debug)]
pub(crate) struct Change {
    /// The file.
    pub(crate) path: PathBuf,
    /// What becomes of it.
    pub(crate) action: Action,
    /// What it is, or what is new in it.
    pub(crate) about: String,
    before: Option<String>,
    after: After,
}

/// What is in a file afterwards.
#[derive(Debug)]
enum After {
    /// This text.
    Text(String),
    /// One half of a new key pair, which is made when it is written.
    Half(Half),
}

/// A half of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// The secret one.
    Secret,
    /// The public one.
    Public,
}

impl Change {
    /// A file with another text than before, or with the same one.
    pub(super) fn text(path: &Path, before: Option<String>, after: String, about: String) -> Self {
        let action = match &before {
            None => Action::Created,
            Some(before) if *before == after => Action::Kept,
            Some(_) => Action::Changed,
        };
        Self { path: path.to_owned(), action, about, before, after: After::Text(after) }
    }

    /// A file that is there, and nobody's business.
    pub(super) fn kept(path: &Path, about: impl Into<String>) -> Self {
        let after = After::Text(String::new());
        let (path, action) = (path.to_owned(), Action::Kept);
        Self { path, action, about: about.into(), before: None, after }
    }

    /// The file of a new key.
    pub(super) fn half(path: &Path, half: Half, about: impl Into<String>) -> Self {
        let (path, about) = (path.to_owned(), about.into());
        Self { path, action: Action::Created, about, before: None, after: After::Half(half) }
    }

    /// The difference, as `diff -u` shows it; none of a key that does not exist yet.
    pub(crate) fn diff(&self, name: &str) -> Option<String> {
        let After::Text(after) = &self.after else { return None };
        if self.action == Action::Kept {
            return None;
        }
        let old = if self.before.is_some() { format!("a/{name}") } else { "/dev/null".to_owned() };
        let before = self.before.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(before, after.as_str());
        Some(diff.unified_diff().header(&old, &format!("b/{name}")).to_string())
    }

    fn is_written(&self) -> bool {
        self.action != Action::Kept
    }
}

/// Writes all files, or none. A new pair is made of `key`.
///
/// # Errors
///
/// Exit code 4, or 2 where a new file is there by now.
pub(super) fn write(changes: &[Change], key: Option<SecretKey>) -> Result<()> {
    let mut made = Made::default();
    let written = changes.iter().filter(|change| change.is_written());
    let staged = written.map(|change| {
        made.directory(directory(&change.path))?;
        let (access, content) = content(change, key.as_ref());
        Ok((change, key_file::staged(&change.path, access, &content)?))
    });
    let staged: Result<Vec<(&Change, Option<Staged>)>> = staged.collect();
    let published = staged.and_then(|staged| {
        staged.into_iter().try_for_each(|(change, staged)| {
            key_file::publish(staged, change.action == Action::Changed)?;
            made.files.push(change);
            Ok(())
        })
    });
    published.inspect_err(|_| made.undo())
}

/// What is written of a change, and who may read it.
fn content(change: &Change, key: Option<&SecretKey>) -> (Access, zeroize::Zeroizing<Vec<u8>>) {
    match (&change.after, key) {
        (After::Text(text), _) => (Access::Usual, text.clone().into_bytes().into()),
        (After::Half(Half::Secret), Some(key)) => (Access::Secret, key.encode(KeyEncoding::Pem)),
        (After::Half(Half::Public), Some(key)) => {
            (Access::Usual, key.public_key().encode(KeyEncoding::Pem).into())
        }
        // There is a key wherever a half of one is to be written.
        (After::Half(_), None) => (Access::Secret, Vec::new().into()),
    }
}

/// What was made before something failed.
#[derive(Default)]
struct Made<'a> {
    directories: Vec<PathBuf>,
    files: Vec<&'a Change>,
}

impl Made<'_> {
    /// Makes a directory, and those above it.
    fn directory(&mut self, path: &Path) -> Result<()> {
        let missing: Vec<_> = path
            .ancestors()
            .take_while(|above| !above.as_os_str().is_empty() && !above.is_dir())
            .collect();
        for directory in missing.into_iter().rev() {
            std::fs::create_dir(directory).map_err(|source| {
                Error::io(format!("failed to make the directory `{}`", directory.display()), source)
            })?;
            self.directories.push(directory.to_owned());
        }
        Ok(())
    }

    /// Takes back what was done. What cannot be taken back stays: the error tells of the first trouble.
    fn undo(&self) {
        for change in self.files.iter().rev() {
            let _ = match &change.before {
                None => std::fs::remove_file(&change.path).is_ok(),
                Some(before) => write_whole(&change.path, before.as_bytes(), true).is_ok(),
            };
        }
        self.directories.iter().rev().for_each(|directory| drop(std::fs::remove_dir(directory)));
    }
}
