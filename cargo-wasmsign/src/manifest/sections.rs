//! `sections`: which custom sections go, come, and are signed together.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;

use super::globs::{SIGNATURE_SECTIONS, SectionGlobs};
use super::listing::{Listing, toml_key};
use super::parts::Parts;
use super::reader::{KeySet, Node};
use super::setting::Setting;
use crate::error::Result;

pub(super) const KEYS: KeySet =
    KeySet { known: &["remove", "embed", "parts", "producers"], later: &[], elsewhere: &[] };
pub(super) const EMBED: KeySet = KeySet { known: &["file"], later: &[], elsewhere: &[] };

/// How the custom sections of a module are shaped, after the optimizer and before signing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sections {
    /// The custom sections to drop.
    pub remove: SectionGlobs,
    /// The custom sections to add, in the order of their names.
    pub embed: Vec<Embed>,
    /// The parts to sign; `None` for a module in one.
    pub parts: Option<Parts>,
    /// Whether the `producers` section names this program.
    pub producers: bool,
}

/// A custom section to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    /// Its name.
    pub name: String,
    /// The file that is its content, as a whole path.
    pub file: PathBuf,
}

/// What one table says of `sections`.
#[derive(Debug, Clone, Default)]
pub(super) struct SectionsLayer {
    remove: Option<Setting<SectionGlobs>>,
    embed: BTreeMap<String, Setting<PathBuf>>,
    parts: Option<Setting<Parts>>,
    producers: Option<Setting<bool>>,
}

/// What counts of `sections`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SectionsSettings {
    remove: Setting<SectionGlobs>,
    embed: BTreeMap<String, Setting<PathBuf>>,
    parts: Setting<Option<Parts>>,
    producers: Setting<bool>,
}

impl SectionsLayer {
    pub(super) fn read(node: &Node<'_>) -> Result<Self> {
        let table = node.table(&KEYS)?;
        let remove = |node: &Node<'_>| SectionGlobs::read(&node.texts("a list of strings")?);
        Ok(Self {
            remove: table.setting("remove", remove)?,
            embed: table.get("embed", embed)?.unwrap_or_default(),
            parts: table.setting("parts", Parts::read)?,
            producers: table.setting("producers", Node::bool)?,
        })
    }
}

impl Default for SectionsSettings {
    fn default() -> Self {
        Self {
            remove: Setting::unsaid(SectionGlobs::default()),
            embed: BTreeMap::new(),
            parts: Setting::unsaid(None),
            producers: Setting::unsaid(false),
        }
    }
}

impl SectionsSettings {
    /// Puts a nearer layer on top.
    pub(super) fn cover(&mut self, nearer: &SectionsLayer) {
        self.remove.yield_to(nearer.remove.as_ref());
        self.embed.extend(nearer.embed.clone());
        self.parts.yield_to(nearer.parts.as_ref());
        self.producers.yield_to(nearer.producers.as_ref());
    }

    pub(super) fn list(&self, listing: &mut Listing) {
        listing.add("sections.remove", &self.remove, |globs| json!(globs.patterns()));
        for (name, file) in &self.embed {
            let key = format!("sections.embed.{}.file", toml_key(name));
            listing.add(key, file, |path| json!(path.to_string_lossy()));
        }
        listing.add("sections.parts", &self.parts, |parts| {
            json!(parts.as_ref().map(Parts::selectors))
        });
        listing.add("sections.producers", &self.producers, |on| json!(on));
    }

    pub(super) fn finish(self) -> Sections {
        let embed = self.embed.into_iter();
        Sections {
            remove: self.remove.value,
            embed: embed.map(|(name, file)| Embed { name, file: file.value }).collect(),
            parts: self.parts.value,
            producers: self.producers.value,
        }
    }
}

fn embed(node: &Node<'_>) -> Result<BTreeMap<String, Setting<PathBuf>>> {
    node.any_table()?.nodes().map(|node| embedded(&node)).collect()
}

fn embedded(node: &Node<'_>) -> Result<(String, Setting<PathBuf>)> {
    let name = node.key();
    if name.is_empty() {
        return Err(node.key_error("expected the name of a custom section, found an empty text"));
    }
    if SIGNATURE_SECTIONS.contains(&name) {
        return Err(node.key_error("this is a section of signatures, and only signing makes it"));
    }
    let table = node.table(&EMBED)?;
    let path = table.setting("file", Node::path)?;
    let path = path.ok_or_else(|| table.error("expected `file`, found none"))?;
    Ok((name.to_owned(), path))
}
