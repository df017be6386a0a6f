//! Paths as this process sees them.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::text::paths::normal;

/// The whole path of a file or directory that need not exist, the same one from wherever it is named.
///
/// # Errors
///
/// Exit code 4: it is relative, and there is no current directory.
pub fn whole(path: &Path) -> Result<PathBuf> {
    let failed = |source| Error::io(format!("failed to find `{}`", path.display()), source);
    Ok(normal(&std::path::absolute(path).map_err(failed)?))
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
    }
}
