//! What may be repeated on the screen. A secret key can stand wherever a person was to name something: nothing is repeated
//! that may be one.

use std::path::Path;

use wasmsign_core::keys::may_be_secret;

/// A text in quotes, or what it is not shown for.
pub fn shown(text: &str) -> String {
    match may_be_secret(text) {
        true => hidden(text),
        false => format!("`{}`", text.escape_debug()),
    }
}

/// A path in quotes, or what it is not shown for.
pub fn shown_path(path: &Path) -> String {
    match is_secret_for_a_path(path) {
        true => hidden(&path.to_string_lossy()),
        false => format!("`{}`", path.display()),
    }
}

/// Whether a path may be the text of a key that somebody gave in its place. What is there is a path.
pub fn is_secret_for_a_path(path: &Path) -> bool {
    let is_there = |path: &&Path| !path.as_os_str().is_empty() && path.symlink_metadata().is_ok();
    let known = path.ancestors().find(is_there).unwrap_or(Path::new(""));
    path.strip_prefix(known).is_ok_and(|rest| may_be_secret(&rest.to_string_lossy()))
}

fn hidden(text: &str) -> String {
    format!(
        "a text of {} characters, which may be a secret key and is not shown",
        text.chars().count()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    #[test]
    fn what_may_be_a_key_is_told_by_its_length() {
        assert_eq!(shown("a\u{1b}b"), "`a\\u{1b}b`");
        let said = "a text of 64 characters, which may be a secret key and is not shown";
        assert_eq!(shown(SEED), said);
        assert_eq!(shown_path(Path::new(SEED)), said);
        assert!(!shown_path(&Path::new("keys").join(SEED)).contains(SEED));
    }

    #[test]
    fn what_is_there_is_a_path_whatever_its_name() {
        let directory = tempfile::tempdir().expect("there is room");
        let path = directory.path().join(SEED);
        assert!(is_secret_for_a_path(&path));
        std::fs::create_dir(&path).expect("it can be made");
        assert_eq!(shown_path(&path), format!("`{}`", path.display()));
        assert!(!is_secret_for_a_path(&path.join("release.key")));
        assert!(is_secret_for_a_path(&path.join(SEED)));
        assert!(!is_secret_for_a_path(Path::new("keys/release.key")));
    }
}
