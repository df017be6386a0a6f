//! Patterns on the names of custom sections.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::kind::{Kind, texts_schema};
use super::node::Node;
use super::text::Text;
use crate::error::Result;
use crate::text::words::Invalid;

/// The sections that signing itself places: no pattern removes them.
pub(super) const SIGNATURE_SECTIONS: [&str; 2] = ["signature", "signature_delimiter"];

/// Globs on the names of custom sections.
///
/// `*` and `?` match every character, `/` and `.` too: a section name is not a path.
#[derive(Clone, Default)]
pub struct SectionGlobs {
    patterns: Vec<String>,
    matchers: Vec<GlobMatcher>,
}

impl SectionGlobs {
    fn of(texts: &[Text<'_>]) -> Result<Self> {
        let pattern = |text: &Text<'_>| text.parse().map(|Pattern(matcher)| matcher);
        let matchers = texts.iter().map(pattern).collect::<Result<_>>()?;
        let patterns = texts.iter().map(|text| text.as_str().to_owned()).collect();
        Ok(Self { patterns, matchers })
    }

    /// Whether a custom section of this name is meant. Sections of signatures never are, however
    /// wide a pattern is.
    pub fn is_match(&self, name: &str) -> bool {
        !SIGNATURE_SECTIONS.contains(&name)
            && self.matchers.iter().any(|matcher| matcher.is_match(name))
    }

    /// The patterns that name one section, which is none of `names` and none that toolchains put in or leave out.
    pub fn misses<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        const USUAL: [&str; 4] = ["name", "producers", "target_features", "sourceMappingURL"];
        let is_name = |pattern: &str| !pattern.contains(['*', '?', '[', '{', '\\']);
        let is_missed = move |pattern: &&String| {
            let usual = USUAL.contains(&pattern.as_str()) || pattern.starts_with(".debug");
            is_name(pattern) && !usual && !names.contains(&pattern.as_str())
        };
        self.patterns.iter().filter(is_missed).map(String::as_str)
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The patterns as they were written.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

impl Kind for SectionGlobs {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        Self::of(&node.texts("a list of strings")?)
    }

    fn show(value: &Self) -> Value {
        json!(value.patterns)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        texts_schema()
    }
}

impl PartialEq for SectionGlobs {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for SectionGlobs {}

/// Only the patterns: what a matcher shows of itself may change with its crate.
impl fmt::Debug for SectionGlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SectionGlobs").field(&self.patterns).finish()
    }
}

/// One glob on the names of custom sections, as the command line takes them.
///
/// Matches as [`SectionGlobs`] does, the sections of signatures too: what must be covered, must be.
#[derive(Clone)]
pub struct SectionGlob(GlobMatcher);

impl SectionGlob {
    /// Whether a custom section of this name is meant.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        self.0.glob().glob()
    }
}

impl PartialEq for SectionGlob {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for SectionGlob {}

/// Only the pattern, as for [`SectionGlobs`].
impl fmt::Debug for SectionGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SectionGlob").field(&self.as_str()).finish()
    }
}

impl FromStr for SectionGlob {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            // A variable that is not set, rather than the section without a name.
            "" => Err(Invalid::new("a glob on the names of custom sections", text)),
            _ => matcher(text).map(Self),
        }
    }
}

fn matcher(text: &str) -> Result<GlobMatcher, Invalid> {
    let glob = GlobBuilder::new(text).backslash_escape(true).build();
    let reason = |error: globset::Error| format!("a glob ({})", error.kind());
    glob.map(|glob| glob.compile_matcher()).map_err(|e| Invalid::new(reason(e), text))
}

/// One pattern of sections to remove.
struct Pattern(GlobMatcher);

impl FromStr for Pattern {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text == "@standard" {
            return Err(Invalid::because(
                "`@standard` means all non-custom sections, which cannot be removed",
            ));
        }
        if SIGNATURE_SECTIONS.contains(&text) {
            let message = format!("`{text}` is a signature section, which cannot be removed");
            return Err(Invalid::because(message));
        }
        // Whatever begins with `@` is kept for selectors such as `@standard`.
        if text.is_empty() || text.starts_with('@') {
            return Err(Invalid::new("a glob on the names of custom sections", text));
        }
        matcher(text).map(Self)
    }
}
