//! Globs: `*`, `?` (one byte), `[a-z]`, `[!a-z]`, `{a,b}`, and `\` before a character that is meant as itself.

use std::borrow::Cow;
use std::path::Path;

use fast_glob::ErrorKind;

/// What stands for `/` in names that are no paths: fast_glob takes every `/` for the end of a directory.
const SLASH_OF_NAMES: &str = "\u{1f}";

/// A glob that is well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    written: String,
    pattern: String,
}

impl Glob {
    /// A glob on names: `*` and `?` match `/` as every other character.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a few words.
    pub(crate) fn of_name(text: &str) -> Result<Self, String> {
        Self::new(text, name(text).into_owned())
    }

    /// A glob on paths: `*` stays within a directory, `**` does not.
    ///
    /// # Errors
    ///
    /// As of [`Glob::of_name`].
    pub(crate) fn of_path(text: &str) -> Result<Self, String> {
        Self::new(text, text.to_owned())
    }

    fn new(text: &str, mut pattern: String) -> Result<Self, String> {
        // Nothing is negated here.
        if pattern.starts_with('!') {
            pattern.insert(0, '\\');
        }
        fast_glob::validate(&pattern).map_err(|error| wrong(&error))?;
        Ok(Self { written: text.to_owned(), pattern })
    }

    /// Whether a glob of [`Glob::of_name`] means this name.
    pub(crate) fn is_name(&self, text: &str) -> bool {
        fast_glob::glob_match(&self.pattern, name(text).as_bytes())
    }

    /// Whether a glob of [`Glob::of_path`] means this path.
    pub(crate) fn is_path(&self, path: &Path) -> bool {
        let bytes = path.as_os_str().as_encoded_bytes();
        let bytes = match cfg!(windows) {
            true => Cow::Owned(bytes.iter().map(|&b| if b == b'\\' { b'/' } else { b }).collect()),
            false => Cow::Borrowed(bytes),
        };
        fast_glob::glob_match(&self.pattern, bytes)
    }

    /// The glob as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }
}

/// What is wrong, in fewer words than those of the error.
fn wrong(error: &fast_glob::Error) -> String {
    match error.kind {
        ErrorKind::UnclosedBrace => "`{` is not closed".to_owned(),
        ErrorKind::UnclosedBracket => "`[` is not closed".to_owned(),
        ErrorKind::TrailingBackslash => "nothing follows the last `\\`".to_owned(),
        _ => error.to_string(),
    }
}

fn name(text: &str) -> Cow<'_, str> {
    match text.contains('/') {
        true => Cow::Owned(text.replace('/', SLASH_OF_NAMES)),
        false => Cow::Borrowed(text),
    }
}

/// The glob that means this text alone.
pub(crate) fn escape(text: &str) -> String {
    let escaped = |c: char| match r"*?[]{}\!,-".contains(c) {
        true => vec!['\\', c],
        false => vec![c],
    };
    text.chars().flat_map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        for (glob, matching, others) in [
            ("*", &["", "a", "a/b", "component-type:a/b", "é"][..], &[][..]),
            ("core/?", &["core/a", "core//"], &["core/", "core/ab"]),
            (".debug_*", &[".debug_info"], &["debug_info"]),
            ("[!a]x", &["bx", "/x"], &["ax"]),
            ("{name,producers}", &["name", "producers"], &["names"]),
            (r"a\*", &["a*"], &["ab"]),
            ("!a", &["!a"], &["a", "b"]),
            ("**", &["a/b"], &[]),
        ] {
            let parsed = Glob::of_name(glob).unwrap();
            assert_eq!(parsed.as_str(), glob);
            matching.iter().for_each(|name| assert!(parsed.is_name(name), "{glob} {name}"));
            others.iter().for_each(|name| assert!(!parsed.is_name(name), "{glob} {name}"));
        }
    }

    #[test]
    fn a_star_stays_in_its_directory() {
        let matches =
            |glob: &str, path: &str| Glob::of_path(glob).unwrap().is_path(Path::new(path));
        assert!(matches("*.js", "a.js") && !matches("*.js", "a/b.js"));
        assert!(matches("**", "a/b.js") && matches("**/*.js", "a.js") && matches("a/**/b", "a/b"));
    }

    #[test]
    fn what_is_escaped_is_meant_as_itself() {
        for text in ["a", "[a]*", "{b,c}", "!x", r"a\b", "?", "é-z"] {
            let glob = Glob::of_path(&format!("{}*", escape(text))).unwrap();
            assert!(glob.is_path(Path::new(&format!("{text}1"))), "{text}");
            assert!(!glob.is_path(Path::new("other")), "{text}");
        }
    }

    #[test]
    fn broken_ones_are_told() {
        for text in ["[a", "{b", "a\\"] {
            assert!(!Glob::of_name(text).unwrap_err().is_empty(), "{text}");
        }
    }
}
