//! What one table, or the environment, says; and how layers are laid over each other.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::PackageConfig;
use super::globs::SectionGlobs;
use super::key_id::KeyIdChoice;
use super::keys::Keys;
use super::optimize::OptimizeLayer;
use super::reader::{KeySet, Node, Table};
use super::text::{Invalid, Text, choose, distinct, words};
use crate::error::{Error, Result};

const ROOT: &str = "workspace.metadata.wasmsign";
const LATER: &[&str] = &["trust", "transform"];

/// The keys of `[workspace.metadata.wasmsign]`.
pub(super) const WORKSPACE: KeySet = KeySet {
    known: &[
        "enabled",
        "target",
        "sign-with",
        "signature",
        "key-id",
        "optimize",
        "sections",
        "profile",
        "keys",
    ],
    later: LATER,
    elsewhere: &[],
};

/// The keys of `[package.metadata.wasmsign]`.
pub(super) const PACKAGE: KeySet = KeySet {
    known: &[
        "enabled",
        "target",
        "sign-with",
        "signature",
        "key-id",
        "optimize",
        "sections",
        "profile",
    ],
    later: LATER,
    elsewhere: &[("keys", ROOT)],
};

const PROFILE: KeySet = KeySet {
    known: &["enabled", "target", "sign-with", "signature", "key-id", "optimize", "sections"],
    later: LATER,
    elsewhere: &[("keys", ROOT)],
};

const SECTIONS: KeySet = KeySet { known: &["remove"], later: &["parts", "embed"], elsewhere: &[] };

/// Where signatures go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Into the module.
    Embedded,
    /// Into a file beside it.
    Detached,
    /// Into the module and into a file beside it.
    Both,
}

impl FromStr for Placement {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let choices =
            [("embedded", Self::Embedded), ("detached", Self::Detached), ("both", Self::Both)];
        choose(text, &choices)
    }
}

/// What one layer says; `None` is where it says nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) enabled: Option<bool>,
    pub(super) targets: Option<Vec<String>>,
    pub(super) sign_with: Option<Vec<String>>,
    pub(super) signature: Option<Placement>,
    pub(super) key_id: Option<KeyIdChoice>,
    pub(super) optimize: OptimizeLayer,
    pub(super) remove: Option<SectionGlobs>,
}

impl Layer {
    fn read(table: &Table<'_>, keys: &Keys) -> Result<Self> {
        Ok(Self {
            enabled: table.get("enabled", Node::bool)?,
            targets: table.get("target", |node| targets(&one_or_more(node)?))?,
            sign_with: table.get("sign-with", |node| sign_with(node, keys))?,
            signature: table.get("signature", |node| node.text()?.parse())?,
            key_id: table.get("key-id", |node| node.text()?.parse())?,
            optimize: table.get("optimize", OptimizeLayer::read)?.unwrap_or_default(),
            remove: table.get("sections", remove)?.flatten(),
        })
    }

    /// This layer, completed by one that is further away.
    pub(super) fn over(self, below: &Self) -> Self {
        Self {
            enabled: self.enabled.or(below.enabled),
            targets: self.targets.or_else(|| below.targets.clone()),
            sign_with: self.sign_with.or_else(|| below.sign_with.clone()),
            signature: self.signature.or(below.signature),
            key_id: self.key_id.or_else(|| below.key_id.clone()),
            optimize: self.optimize.over(&below.optimize),
            remove: self.remove.or_else(|| below.remove.clone()),
        }
    }

    /// The options, with defaults for what no layer says.
    pub(super) fn finish(self) -> PackageConfig {
        PackageConfig {
            enabled: self.enabled.unwrap_or(true),
            targets: self.targets,
            sign_with: self.sign_with.unwrap_or_default(),
            signature: self.signature.unwrap_or(Placement::Embedded),
            key_id: self.key_id.unwrap_or(KeyIdChoice::Auto),
            optimize: self.optimize.finish(),
            remove: self.remove.unwrap_or_default(),
        }
    }
}

/// A table and its tables for single profiles.
#[derive(Debug, Default)]
pub(super) struct Tables {
    base: Layer,
    profiles: BTreeMap<String, Layer>,
}

impl Tables {
    pub(super) fn read(table: &Table<'_>, keys: &Keys) -> Result<Self> {
        let base = Layer::read(table, keys)?;
        let profiles = table.get("profile", |node| profiles(node, keys))?;
        Ok(Self { base, profiles: profiles.unwrap_or_default() })
    }

    /// What counts in this profile, the nearest first.
    pub(super) fn layers(&self, profile: &str) -> impl Iterator<Item = &Layer> {
        self.profiles.get(profile).into_iter().chain([&self.base])
    }
}

fn profiles(node: &Node<'_>, keys: &Keys) -> Result<BTreeMap<String, Layer>> {
    let profile = |node: Node<'_>| {
        let layer = Layer::read(&node.table(&PROFILE)?, keys)?;
        Ok((profile_name(&node)?, layer))
    };
    node.any_table()?.nodes().map(profile).collect()
}

/// Cargo has no profile `debug`: it is the folder of `dev`, and a table of it would never count.
fn profile_name(node: &Node<'_>) -> Result<String> {
    match node.key() {
        "debug" => Err(node.place().error("no profile has this name; did you mean `dev`?")),
        name => Ok(name.to_owned()),
    }
}

fn one_or_more<'a>(node: &Node<'a>) -> Result<Vec<Text<'a>>> {
    match node.as_text() {
        Some(text) => Ok(vec![text]),
        None => filled(node, "a string or a list of strings"),
    }
}

fn sign_with(node: &Node<'_>, keys: &Keys) -> Result<Vec<String>> {
    signers(&filled(node, "a list of strings")?, keys)
}

fn filled<'a>(node: &Node<'a>, what: &str) -> Result<Vec<Text<'a>>> {
    let texts = node.texts(what)?;
    match texts.is_empty() {
        true => Err(empty(node, what)),
        false => Ok(texts),
    }
}

fn empty(node: &Node<'_>, what: &str) -> Error {
    node.place().error(format!("expected {what}, found an empty list"))
}

fn remove(node: &Node<'_>) -> Result<Option<SectionGlobs>> {
    let patterns = |node: &Node<'_>| SectionGlobs::read(&node.texts("a list of strings")?);
    node.table(&SECTIONS)?.get("remove", patterns)
}

/// Target triples, none of them twice.
pub(super) fn targets(texts: &[Text<'_>]) -> Result<Vec<String>> {
    distinct(texts)?;
    words(texts, "a target triple")
}

/// Names of known keys, none of them twice.
pub(super) fn signers(texts: &[Text<'_>], keys: &Keys) -> Result<Vec<String>> {
    distinct(texts)?;
    texts.iter().map(|text| keys.known(text)).collect()
}
