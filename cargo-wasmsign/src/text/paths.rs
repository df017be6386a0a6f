//! Paths in messages.

use std::path::{Component, Path, PathBuf};

/// A path without `.` and, where it leads nowhere else then, without `..`.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match (part, normal.components().next_back()) {
            // After a symbolic link, `..` is not the directory of the link.
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
        for (path, short) in [("../b", "../b"), ("a/../../b", "../b"), ("./b/.", "b"), ("a/..", "")]
        {
            assert_eq!(normal(Path::new(path)), Path::new(short), "{path}");
        }
    }
}
