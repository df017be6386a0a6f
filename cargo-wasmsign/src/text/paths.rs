//! Paths as they are told.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// The whole path of a file or directory that need not exist, the same one from wherever it is named.
///
/// # Errors
///
/// Exit code 4: it is relative, and there is no current directory.
pub fn whole(path: &Path) -> Result<PathBuf> {
    let failed = |source| Error::io(format!("failed to find `{}`", path.display()), source);
    Ok(normal(&std::path::absolute(path).map_err(failed)?))
}

/// A path without `.` and, where it leads nowhere else then, without `..`.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match (part, normal.components().next_back()) {
            // Behind a symbolic link, `..` is not where the link is.
            (Component::ParentDir, Some(Component::Normal(_))) if !normal.is_symlink() => {
                normal.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::CurDir, _) => {}
            _ => normal.push(part),
        }
    }
    normal
}

/// The directory that a file is in.
pub fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_path() {
        let here = std::env::current_dir().expect("there is one");
        for path in ["a/../b", "./b", "b/", "b//.", "c/d/../../b"] {
            assert_eq!(whole(Path::new(path)).expect("it is found"), here.join("b"), "{path}");
        }
        assert_eq!(whole(Path::new("/a/../../b")).expect("it is found"), Path::new("/b"));
        for (path, short) in [("../b", "../b"), ("a/../../b", "../b"), ("./b/.", "b"), ("a/..", "")]
        {
            assert_eq!(normal(Path::new(path)), Path::new(short), "{path}");
        }
    }
}
