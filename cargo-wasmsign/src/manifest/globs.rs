//! Patterns on the names of custom sections.

use std::fmt;
use std::str::FromStr;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::kind::{Kind, texts_schema};
use super::node::Node;
use super::text::Text;
use crate::error::Result;
use crate::text::glob::Glob;
use crate::text::words::Invalid;

/// The sections that signing itself places: no pattern removes them.
pub(super) const SIGNATURE_SECTIONS: [&str; 2] = ["signature", "signature_delimiter"];

/// Globs on the names of custom sections.
///
/// `*` and `?` match every character, `/` and `.` too: a section name is not a path.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SectionGlobs(Vec<Glob>);

impl SectionGlobs {
    fn of(texts: &[Text<'_>]) -> Result<Self> {
        let pattern = |text: &Text<'_>| text.parse().map(|Pattern(glob)| glob);
        texts.iter().map(pattern).collect::<Result<_>>().map(Self)
    }

    /// Whether a custom section of this name is meant. Sections of signatures never are, however
    /// wide a pattern is.
    pub fn is_match(&self, name: &str) -> bool {
        !SIGNATURE_SECTIONS.contains(&name) && self.0.iter().any(|glob| glob.is_name(name))
    }

    /// The patterns that name one section, which is none of `names` and none that toolchains put in or leave out.
    pub fn misses<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        const USUAL: [&str; 4] = ["name", "producers", "target_features", "sourceMappingURL"];
        let is_name = |pattern: &str| !pattern.contains(['*', '?', '[', '{', '\\']);
        let is_missed = move |pattern: &&str| {
            let usual = USUAL.contains(pattern) || pattern.starts_with(".debug");
            is_name(pattern) && !usual && !names.contains(pattern)
        };
        self.patterns().filter(is_missed)
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The patterns as they were written.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Glob::as_str)
    }
}

impl Kind for SectionGlobs {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        Self::of(&node.texts("a list of strings")?)
    }

    fn show(value: &Self) -> Value {
        json!(value.patterns().collect::<Vec<_>>())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        texts_schema()
    }
}

/// Only the patterns as they were written.
impl fmt::Debug for SectionGlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SectionGlobs").field(&self.patterns().collect::<Vec<_>>()).finish()
    }
}

/// One glob on the names of custom sections, as the command line takes them.
///
/// Matches as [`SectionGlobs`] does, the sections of signatures too: what must be covered, must be.
#[derive(Clone, PartialEq, Eq)]
pub struct SectionGlob(Glob);

impl SectionGlob {
    /// Whether a custom section of this name is meant.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.is_name(name)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

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
            _ => glob(text).map(Self),
        }
    }
}

fn glob(text: &str) -> Result<Glob, Invalid> {
    Glob::of_name(text).map_err(|why| Invalid::new(format!("a glob ({why})"), text))
}

/// One pattern of sections to remove.
struct Pattern(Glob);

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
        glob(text).map(Self)
    }
}
