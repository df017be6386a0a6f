//! Programs that a manifest names.

use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute, is_separator};

/// The program that a name means: a path below `directory`, or a name to look for in `PATH`. On Windows the
/// extensions of `PATHEXT` may be left out, `.cmd` as well as `.exe`.
///
/// Found once, so that what was found before the build is what signs after it, and a relative entry of `PATH`
/// does not come to mean a directory of the project, where the program is run.
pub fn find(name: &str, directory: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found = if name.contains(is_separator) {
        which::which_in(name, None::<&str>, here.join(directory))
    } else {
        which::which_in(name, std::env::var_os("PATH"), here)
    };
    found.ok().and_then(|path| absolute(path).ok())
}

/// Where a program of this name was searched for, in words.
pub fn place(name: &str, directory: &Path) -> String {
    match name.contains(is_separator) {
        true => format!("below `{}`", directory.display()),
        false => "in PATH".to_owned(),
    }
}

/// All programs of a name in `PATH`, in its order; each once, though several directories lead to it, as `/bin` and
/// `/usr/bin` do on many systems.
pub fn all(name: &str) -> Vec<PathBuf> {
    all_in(name, std::env::var_os("PATH"))
}

fn all_in(name: &str, places: Option<OsString>) -> Vec<PathBuf> {
    let Ok(here) = std::env::current_dir() else { return Vec::new() };
    let found = which::which_in_all(name, places, here).into_iter().flatten();
    let (mut programs, mut known) = (Vec::new(), Vec::new());
    for program in found.filter_map(|path| absolute(path).ok()) {
        let real = program.canonicalize().unwrap_or_else(|_| program.clone());
        if !known.contains(&real) {
            known.push(real);
            programs.push(program);
        }
    }
    programs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a program into a directory, and gives its whole name.
    fn program(directory: &Path, name: &str) -> PathBuf {
        let path = directory.join(name);
        std::fs::write(&path, "").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        path
    }

    #[cfg(unix)]
    #[test]
    fn a_path_begins_at_its_directory() {
        let directory = tempfile::tempdir().unwrap();
        let path = program(directory.path(), "tool");
        std::fs::write(directory.path().join("text"), "").unwrap();
        let find = |name: &str| find(name, directory.path());
        assert_eq!(
            find("./tool").map(|path| path.canonicalize().unwrap()),
            path.canonicalize().ok()
        );
        assert_eq!(find(path.to_str().unwrap()), Some(path));
        for none in ["./text", "./none", "tool", ""] {
            assert_eq!(find(none), None, "{none}");
        }
        assert!(find("sh").is_some_and(|path| path.is_absolute()));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_two_directories_lead_to_is_one() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name: &str| directory.path().join(name);
        for name in ["bin", "other"] {
            std::fs::create_dir(place(name)).unwrap();
            program(&place(name), "tool");
        }
        std::os::unix::fs::symlink("bin", place("link")).unwrap();
        let path = std::env::join_paths(["link", "bin", "other"].map(place)).unwrap();
        let expected = ["link/tool", "other/tool"].map(place);
        assert_eq!(all_in("tool", Some(path)), expected);
    }

    #[cfg(windows)]
    #[test]
    fn extensions_may_be_left_out() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["one.exe", "two.cmd"] {
            let path = program(directory.path(), name);
            let stem = path.with_extension("");
            let found = find(stem.to_str().unwrap(), directory.path()).unwrap();
            assert_eq!(found.canonicalize().unwrap(), path.canonicalize().unwrap());
        }
    }
}
