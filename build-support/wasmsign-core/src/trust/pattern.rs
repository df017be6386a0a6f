//! Globs on the names of modules and of sections.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// A glob: `*` and `?` do not match `/`, `**` does, and `**/` matches no folder too; `[a-z]`, `{a,b}`, and `\` before a
/// character that is meant as itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern, or what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern matches nothing".into());
        }
        if text.starts_with('!') {
            return Err(
                "a pattern cannot be negated; write `[!]` or `\\!` for the character".into()
            );
        }
        match fast_glob::validate(text) {
            Ok(()) => Ok(Self(text.into())),
            Err(error) => Err(format!("a broken pattern: {error}")),
        }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches a name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        fast_glob::glob_match(&self.0, name)
    }

    /// Whether it plainly matches every name.
    pub(super) fn matches_all(&self) -> bool {
        matches!(&*self.0, "**" | "**/*" | "**/**")
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stop_at_folders_as_they_should() {
        for (pattern, matching, others) in [
            (
                "plugins/*",
                &["plugins/a.wasm", "plugins/"][..],
                &["plugins/a/b", "plugins", "x/plugins/a"][..],
            ),
            ("*", &["a", "a.wasm"], &["a/b", "/a"]),
            ("**", &["a", "a/b", "a/b/c.wasm"], &[]),
            ("plugins/**", &["plugins/a", "plugins/a/b"], &["plugin", "x/plugins/a"]),
            (
                "**/codec.wasm",
                &["codec.wasm", "a/codec.wasm", "a/b/codec.wasm"],
                &["acodec.wasm", "codec.wasm/a"],
            ),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/bx"]),
            ("codec.wasm", &["codec.wasm"], &["codec-wasm", "Codec.wasm", "a/codec.wasm"]),
            ("?.wasm", &["a.wasm"], &["ab.wasm", ".wasm", "/.wasm"]),
            ("[a-c]x", &["ax", "cx"], &["dx", "/x", "abx"]),
            ("[!a]x", &["bx"], &["ax", "/x"]),
            ("{codec,filter-*}.wasm", &["codec.wasm", "filter-1.wasm"], &["filter.wasm", "codec"]),
            ("a\\*b", &["a*b"], &["axb"]),
        ] {
            let pattern = Pattern::parse(pattern).expect("it is one");
            for name in matching {
                assert!(pattern.matches(name), "{pattern} and {name}");
            }
            for name in others {
                assert!(!pattern.matches(name), "{pattern} and {name}");
            }
        }
    }

    #[test]
    fn broken_patterns_are_refused() {
        for text in ["", "a[b", "{a", "a\\", "!a"] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
