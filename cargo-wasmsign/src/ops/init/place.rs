//! Where a project lies: its directory, and that of the repository around it.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::project::git;
use crate::sys::paths;

/// Where a project lies.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory of the workspace.
    pub(super) root: PathBuf,
    /// The directory of the repository; that of the workspace where git knows none.
    pub(super) top: PathBuf,
}

impl Place {
    /// The place of the workspace in this directory.
    pub(super) fn of(root: &Path) -> Result<Self> {
        let root = real(root)?;
        let top = git::top(&root).map(|top| real(&top)).transpose()?;
        Ok(Self { top: top.filter(|top| root.starts_with(top)).unwrap_or(root.clone()), root })
    }

    /// Whether a path is in the repository.
    pub(super) fn has(&self, path: &Path) -> Result<bool> {
        Ok(real(path)?.starts_with(&self.top))
    }

    /// A path in the repository as the workspace's manifest names it, with `/`.
    ///
    /// # Errors
    ///
    /// Exit code 2: it is not UTF-8.
    pub(super) fn relative_to_root(&self, path: &Path) -> Result<String> {
        relative(&self.root, &real(path)?)
    }

    /// The directory of the workspace from that of the repository, with `/`; empty where they are one.
    ///
    /// # Errors
    ///
    /// Exit code 2: it is not UTF-8.
    pub(super) fn root_from_top(&self) -> Result<String> {
        relative(&self.top, &self.root)
    }
}

/// A path from a directory. Both are whole.
fn relative(from: &Path, to: &Path) -> Result<String> {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..".into());
    let down = to.components().skip(common).map(Component::as_os_str);
    let words = up.chain(down.map(|word| word.to_owned()));
    let words = words.map(|word: std::ffi::OsString| word.into_string());
    let words: std::result::Result<Vec<_>, _> = words.collect();
    words.map(|words| words.join("/")).map_err(|_| {
        Error::usage(format!("`{}` is not UTF-8, and a manifest cannot name it", to.display()))
            .advice("choose another path")
    })
}

/// The whole path of a file that need not exist, as the system sees it.
fn real(path: &Path) -> Result<PathBuf> {
    let whole = paths::whole(path)?;
    let above = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    Ok(match above {
        Some((above, real)) => match whole.strip_prefix(above) {
            Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
            _ => real,
        },
        None => whole,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_a_directory() {
        for (from, to, told) in
            [("/a/b", "/a/b/c/d", "c/d"), ("/a/b", "/a/c", "../c"), ("/a/b", "/a/b", "")]
        {
            assert_eq!(relative(Path::new(from), Path::new(to)).expect("it is UTF-8"), told);
        }
    }
}
