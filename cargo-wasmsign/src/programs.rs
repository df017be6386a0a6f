//! Programs that a manifest names.

use std::path::{Path, PathBuf, absolute, is_separator};

/// The program that a name means: a path below `directory`, or a name to look for in `PATH`.
///
/// Found once, so that what was found before the build is what signs after it, and a relative entry of `PATH`
/// does not come to mean a directory of the project, where the program is run.
pub fn find(name: &str, directory: &Path) -> Option<PathBuf> {
    if name.contains(is_separator) {
        return Some(directory.join(name)).filter(|path| is_program(path));
    }
    let path = std::env::var_os("PATH")?;
    let names = [name.to_owned(), format!("{name}{}", std::env::consts::EXE_SUFFIX)];
    let found = std::env::split_paths(&path)
        .flat_map(|place| names.iter().map(move |name| place.join(name)).collect::<Vec<_>>())
        .find(|path| is_program(path));
    found.and_then(|path| absolute(path).ok())
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
