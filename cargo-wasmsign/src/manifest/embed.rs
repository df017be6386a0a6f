//! `sections.embed.<name>`: custom sections to add.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::{Schema, SchemaGenerator, json_schema};

use super::globs::SIGNATURE_SECTIONS;
use super::kind::{FilePath, Kind};
use super::listing::Listing;
use super::node::Node;
use super::table::{Layer, Said, TableSchema};
use crate::error::Result;
use crate::text::toml::toml_key;
use crate::text::words::Invalid;

/// A custom section to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    /// Its name.
    pub name: String,
    /// The file that is its content, as a whole path.
    pub file: PathBuf,
}

const FILE: &str = "file";

/// The files of the sections to add, by the sections' names. Those of other layers stay.
#[derive(Debug, Clone, Default)]
pub(crate) struct EmbedLayer(BTreeMap<String, Said<FilePath>>);

impl Layer for EmbedLayer {
    /// In the order of their names.
    type Value = Vec<Embed>;

    fn read(node: &Node<'_>) -> Result<Self> {
        node.any_table()?.nodes().map(|node| read_one(&node)).collect::<Result<_>>().map(Self)
    }

    fn cover(&mut self, nearer: &Self) {
        self.0.extend(nearer.0.clone());
    }

    fn list(&self, key: String, listing: &mut Listing) {
        for (name, file) in &self.0 {
            file.list(format!("{key}.{}.{FILE}", toml_key(name)), listing);
        }
    }

    fn into_value(self) -> Vec<Embed> {
        let embed =
            |(name, file): (String, Said<FilePath>)| Embed { name, file: file.into_value() };
        self.0.into_iter().map(embed).collect()
    }

    fn describe(generator: &mut SchemaGenerator) -> Schema {
        let mut table = TableSchema::new("A custom section to add.");
        let about = "The file that is its content, from this Cargo.toml.";
        table.key(FILE, about, FilePath::describe(generator), None);
        table.require(FILE);
        json_schema!({
            "type": "object",
            "additionalProperties": table.finish(),
            "propertyNames": { "minLength": 1, "not": { "enum": SIGNATURE_SECTIONS } },
        })
    }
}

fn read_one(node: &Node<'_>) -> Result<(String, Said<FilePath>)> {
    let name = node.key();
    if name.is_empty() {
        return Err(node.key_error("expected the name of a custom section, found an empty string"));
    }
    if SIGNATURE_SECTIONS.contains(&name) {
        return Err(node.key_error("this is a signature section, which only signing adds"));
    }
    let table = node.table(&[FILE])?;
    let file = table.get(FILE, Said::read)?;
    let file = file.ok_or_else(|| table.invalid(&Invalid::instead("`file`", "none")))?;
    Ok((name.to_owned(), file))
}
