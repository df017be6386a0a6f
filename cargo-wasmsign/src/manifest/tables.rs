//! The tables of a workspace and of a package, with those for single profiles.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::file::File;
use super::keys;
use super::names::Names;
use super::node::{Node, Table};
use super::options::OptionsLayer;
use super::table::{TableSchema, schema_of};
use crate::error::Result;
use crate::keys::NamedKey;
use crate::text::snippet::Snippet;

/// The full name of the workspace's table.
pub(super) const ROOT: &str = "workspace.metadata.wasmsign";

/// What stands there alone, and nowhere else.
const WORKSPACE_ONLY: [&str; 2] = ["keys", "trust"];

/// A table and its tables for single profiles.
#[derive(Debug, Default)]
pub(super) struct Tables {
    base: OptionsLayer,
    profiles: BTreeMap<String, OptionsLayer>,
    /// Where the tables of profiles stand, each with its profile.
    places: Vec<(Snippet, String)>,
}

/// What the root of a workspace says.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) keys: BTreeMap<String, NamedKey>,
    pub(super) tables: Tables,
}

impl Workspace {
    /// Reads `[workspace.metadata.wasmsign]`, where the file has it.
    pub(super) fn read(file: &File) -> Result<Self> {
        let nobody = Names::default();
        let Some(node) = Node::metadata(file, "workspace", &nobody) else {
            return Ok(Self::default());
        };
        // What the trust table says is read by those who verify, with the code that reads trust files.
        let table = admitted(&node, &["profile", "keys", "trust"])?;
        let keys = table.get("keys", keys::read)?.unwrap_or_default();
        let names = Names::new(keys.keys().cloned());
        // Once more, now that it is known who can sign.
        let tables = match Node::metadata(file, "workspace", &names) {
            Some(node) => Tables::of(&node.any_table()?)?,
            None => Tables::default(),
        };
        Ok(Self { keys, tables })
    }
}

impl Tables {
    /// Reads `[package.metadata.wasmsign]`, where the file has it; signers have these names.
    pub(super) fn of_package(file: &File, names: &Names) -> Result<Option<Self>> {
        let node = Node::metadata(file, "package", names);
        node.map(|node| Self::of(&admitted(&node, &["profile"])?)).transpose()
    }

    fn of(table: &Table<'_>) -> Result<Self> {
        let mut tables = Self { base: OptionsLayer::of(table)?, ..Self::default() };
        let profiles = table.get("profile", Node::any_table)?;
        for node in profiles.iter().flat_map(Table::nodes) {
            let layer = OptionsLayer::of(&admitted(&node, &[])?)?;
            let name = profile_name(&node)?;
            tables.places.push((node.snippet(), name.clone()));
            tables.profiles.insert(name, layer);
        }
        Ok(tables)
    }

    /// Where the tables of profiles stand, each with the profile's name.
    pub(super) fn profile_places(&self) -> impl Iterator<Item = (&Snippet, &str)> {
        self.places.iter().map(|(place, name)| (place, name.as_str()))
    }

    /// What counts in this profile, the nearest first.
    pub(super) fn layers(&self, profile: &str) -> impl Iterator<Item = &OptionsLayer> {
        self.profiles.get(profile).into_iter().chain([&self.base])
    }
}

/// A table of options, with these keys besides.
fn admitted<'a>(node: &Node<'a>, besides: &[&str]) -> Result<Table<'a>> {
    let table = node.any_table()?;
    let is_root = besides.contains(&"keys");
    for stray in table.nodes().filter(|node| WORKSPACE_ONLY.contains(&node.key())) {
        if !is_root {
            let message = |key: &str, table: &str| {
                format!("{key} does not belong in {table}, only in [{ROOT}]")
            };
            return Err(table.refuse(&stray, message).label("not here"));
        }
    }
    table.admit(&[OptionsLayer::KEYS, besides].concat())
}

/// Cargo has no profile `debug`: it is the folder of `dev`, and a table of it would never count.
fn profile_name(node: &Node<'_>) -> Result<String> {
    match node.key() {
        "debug" => Err(node.key_error("there is no profile with this name; did you mean `dev`?")),
        name => Ok(name.to_owned()),
    }
}

/// The schema of `[workspace.metadata.wasmsign]`.
pub(super) fn describe_workspace(generator: &mut SchemaGenerator) -> Schema {
    let about =
        "What counts for all packages of a workspace, and the keys that they are signed with.";
    let mut table = with_profiles(about, generator);
    let keys = keys::describe(generator);
    table.key("keys", "The keys that `sign-with` names.", keys, None);
    let trust = json_schema!({ "type": "object" });
    let about = "Whom `verify` trusts for which module: the tables of a trust file.";
    table.key("trust", about, trust, None);
    table.finish()
}

/// The schema of `[package.metadata.wasmsign]`.
pub(super) fn describe_package(generator: &mut SchemaGenerator) -> Schema {
    with_profiles("What counts for one package.", generator).finish()
}

fn with_profiles(about: &str, generator: &mut SchemaGenerator) -> TableSchema {
    let mut table = TableSchema::new(about);
    OptionsLayer::describe_in(&mut table, generator);
    let profiles = json_schema!({
        "type": "object",
        "additionalProperties": schema_of::<OptionsLayer>(generator),
        "propertyNames": json!({ "not": { "const": "debug" } }),
    });
    let about = "Options for single cargo profiles, by their exact names (`dev`, not `debug`); none inherits from \
                 another.";
    table.key("profile", about, profiles, None);
    table
}
