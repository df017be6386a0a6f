//! The name of a new package.

use std::path::Path;

use crate::error::{Error, Result};
use crate::text::escape::escape;

/// As many bytes as the registry takes.
const MAX_LENGTH: usize = 64;

/// Names that cargo refuses, that hide a crate of the compiler, or that name a device on Windows.
const RESERVED: [&str; 65] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "aux",
    "become",
    "box",
    "break",
    "build",
    "con",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "nul",
    "override",
    "priv",
    "prn",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// The name that was given, or else that of the directory.
///
/// # Errors
///
/// Exit code 2: it is none for a package.
pub(super) fn of_project(path: &Path, given: Option<&str>) -> Result<String> {
    let (name, advice) = match given {
        Some(name) => {
            (name.to_owned(), "begin with a letter, and use letters, digits, `-` and `_`")
        }
        None => (of_directory(path), "pass a name for the package with `--name`"),
    };
    match fault(&name) {
        None => Ok(name),
        Some(fault) => Err(Error::usage(format!(
            "`{}` cannot be the name of a package: {fault}",
            escape(&name)
        ))
        .advice(advice)),
    }
}

/// The name of the directory, also of one that is named as `.`.
fn of_directory(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn fault(name: &str) -> Option<String> {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match name.chars().next() {
        None => Some("it is empty".into()),
        Some(first) if !first.is_ascii_alphabetic() => {
            Some("it does not begin with a letter".into())
        }
        Some(_) if name.len() > MAX_LENGTH => Some(format!("it is longer than {MAX_LENGTH} bytes")),
        Some(_) if RESERVED.contains(&&*name.to_ascii_lowercase()) => {
            Some("the name is reserved".into())
        }
        Some(_) => name
            .chars()
            .find(|&c| !is_taken(c))
            .map(|c| format!("`{}` is not allowed in it", escape(&c.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_cargo_takes() {
        for (name, fault) in [
            ("", "empty"),
            ("1st", "letter"),
            ("-a", "letter"),
            ("a b", "` `"),
            ("grün", "`ü`"),
            ("fn", "reserved"),
            ("Test", "reserved"),
            (&"a".repeat(65), "longer"),
            ("a\u{202e}", "u{202e}"),
        ] {
            let error = of_project(Path::new("x"), Some(name)).expect_err(name);
            assert!(error.message().contains(fault), "{error}");
        }
        assert_eq!(of_project(Path::new("a/b-c_2"), None).expect("it is one"), "b-c_2");
        assert_eq!(of_project(Path::new("1st"), Some("first")).expect("it is one"), "first");
        let error = of_project(Path::new("1st"), None).expect_err("it is none");
        assert!(error.what_to_do().is_some_and(|advice| advice.contains("--name")));
    }
}
