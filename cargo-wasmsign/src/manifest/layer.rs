//! What one table, the environment or the command line says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::keys::Keys;
use super::optimize::OptimizeLayer;
use super::reader::{KeySet, Node, Table};
use super::sections::SectionsLayer;
use super::setting::Setting;
use super::text::{Text, distinct, words};
use super::transform::TransformLayer;
use crate::error::Result;
use crate::keys::KeyIdChoice;
use crate::text::words::words as words_of;

/// The full name of the workspace's table.
pub(super) const ROOT: &str = "workspace.metadata.wasmsign";
const WORKSPACE_ONLY: &[(&str, &str)] = &[("keys", ROOT), ("trust", ROOT)];

/// The keys of `[workspace.metadata.wasmsign]`.
pub(super) const WORKSPACE: KeySet = KeySet {
    known: &[
        "enabled",
        "target",
        "sign-with",
        "signature",
        "key-id",
        "reproducible",
        "auditable",
        "artifact-dir",
        "unfinished",
        "transform",
        "optimize",
        "sections",
        "profile",
        "keys",
    ],
    later: &["trust"],
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
        "reproducible",
        "auditable",
        "artifact-dir",
        "unfinished",
        "transform",
        "optimize",
        "sections",
        "profile",
    ],
    later: &[],
    elsewhere: WORKSPACE_ONLY,
};

/// The keys of the table of a profile, in either.
pub(super) const PROFILE: KeySet = KeySet {
    known: &[
        "enabled",
        "target",
        "sign-with",
        "signature",
        "key-id",
        "reproducible",
        "auditable",
        "artifact-dir",
        "unfinished",
        "transform",
        "optimize",
        "sections",
    ],
    later: &[],
    elsewhere: WORKSPACE_ONLY,
};

words_of! {
    /// Where signatures go.
    pub enum Placement {
        /// Into the module.
        Embedded = "embedded",
        /// Into a file `NAME.wasm.sig` beside it.
        Detached = "detached",
        /// Both.
        Both = "both",
    }
}

words_of! {
    /// What becomes of a module that another tool has yet to finish.
    pub enum Unfinished {
        /// It is an error: that tool would break the signature.
        Refuse = "refuse",
        /// It is signed as it is, because its host finishes it.
        Allow = "allow",
    }
}

/// What one layer says; `None` is where it says nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) enabled: Option<Setting<bool>>,
    pub(super) targets: Option<Setting<Vec<String>>>,
    pub(super) sign_with: Option<Setting<Vec<String>>>,
    pub(super) signature: Option<Setting<Placement>>,
    pub(super) key_id: Option<Setting<KeyIdChoice>>,
    pub(super) reproducible: Option<Setting<bool>>,
    pub(super) auditable: Option<Setting<bool>>,
    pub(super) artifact_dir: Option<Setting<PathBuf>>,
    pub(super) unfinished: Option<Setting<Unfinished>>,
    pub(super) transform: Option<TransformLayer>,
    pub(super) optimize: OptimizeLayer,
    pub(super) sections: SectionsLayer,
}

impl Layer {
    fn read(table: &Table<'_>, keys: &Keys) -> Result<Self> {
        Ok(Self {
            enabled: table.setting("enabled", Node::bool)?,
            targets: table.setting("target", |node| targets(&one_or_more(node)?))?,
            sign_with: table.setting("sign-with", |node| sign_with(node, keys))?,
            signature: table.setting("signature", |node| node.text()?.parse())?,
            key_id: table.setting("key-id", |node| node.text()?.parse())?,
            reproducible: table.setting("reproducible", Node::bool)?,
            auditable: table.setting("auditable", Node::bool)?,
            artifact_dir: table.setting("artifact-dir", Node::path)?,
            unfinished: table.setting("unfinished", |node| node.text()?.parse())?,
            transform: table.get("transform", TransformLayer::read)?,
            optimize: table.get("optimize", OptimizeLayer::read)?.unwrap_or_default(),
            sections: table.get("sections", SectionsLayer::read)?.unwrap_or_default(),
        })
    }
}

/// A table and its tables for single profiles.
#[derive(Debug, Default)]
pub(super) struct Tables {
    base: Layer,
    profiles: BTreeMap<String, Layer>,
    /// Where the tables of profiles stand, each with its profile.
    profile_places: Vec<(String, String)>,
}

impl Tables {
    pub(super) fn read(table: &Table<'_>, keys: &Keys) -> Result<Self> {
        let base = Layer::read(table, keys)?;
        let profiles = table.get("profile", |node| profiles(node, keys))?.unwrap_or_default();
        let places = table.get("profile", |node| {
            let place = |node: Node<'_>| (node.place().describe(), node.key().to_owned());
            Ok(node.any_table()?.nodes().map(place).collect())
        })?;
        Ok(Self { base, profiles, profile_places: places.unwrap_or_default() })
    }

    /// Where the tables of profiles stand, each with the profile's name.
    pub(super) fn profile_places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.profile_places.iter().map(|(place, name)| (place.as_str(), name.as_str()))
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
        None => node.filled("a string or a list of strings"),
    }
}

fn sign_with(node: &Node<'_>, keys: &Keys) -> Result<Vec<String>> {
    signers(&node.filled("a list of strings")?, keys)
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
