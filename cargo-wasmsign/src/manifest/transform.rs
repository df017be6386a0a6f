//! `transform`: programs of the user's before and after the optimizer.

use std::path::{Path, PathBuf};

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::kind::{Kind, Maybe, Word};
use super::listing::{Entry, Listing};
use super::node::Node;
use super::setting::{Origin, Setting};
use super::table::{Layer, schema_of, table};
use super::template::{PathGlobs, PathTemplate};
use super::text::command_line;
use crate::error::{Error, Result};
use crate::text::words::words;

table! {
    /// A program that rewrites each module, such as wasm-bindgen.
    pub struct Transform, layer TransformLayer, named "Transform" {
        /// The program and its arguments, with `{input}`, `{output}`, `{name}` and `{profile}` in them. It runs in the
        /// directory of the `Cargo.toml` that names it.
        "command" command: Command = Command::default();
        /// Where the program leaves the module; the same places.
        "output" output: Maybe<PathTemplate> = None;
        /// What else it makes, as globs with `{name}` and `{profile}` in them: made again when it is gone or another's. By
        /// default everything in the directory of `output`.
        "produces" produces: Maybe<PathGlobs> = None;
        /// What else it reads, as globs with `{name}` and `{profile}` in them.
        "inputs" inputs: PathGlobs = Vec::new();
        /// When it runs.
        "after" after: Word<After> = After::Build;
    }
}

impl Transform {
    /// Whether a file is one that the program makes for whatever module.
    pub fn makes(&self, path: &Path) -> bool {
        let output = self.output.as_ref().map(|output| output.path(&[]));
        let beside = output.as_deref().and_then(Path::parent).filter(|_| self.produces.is_none());
        let mut said = self.produces.iter().flatten();
        output.as_deref() == Some(path)
            || beside.is_some_and(|directory| path.starts_with(directory))
            || said.any(|files| files.files(&[]).is_match(path))
    }
}

words! {
    /// When a program runs.
    pub enum After {
        /// On what cargo has built.
        Build = "build",
        /// On what the optimizer has left.
        Optimize = "optimize",
    }
}

/// A program with its arguments. Only what nobody has said is empty: such a transform does not leave this room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments, at least the program.
    pub argv: Vec<String>,
    /// The directory of the `Cargo.toml` that names it.
    pub directory: PathBuf,
}

impl Kind for Command {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        let argv = command_line(&node.filled("a list of strings")?)?;
        Ok(Self { argv, directory: node.file().directory().to_path_buf() })
    }

    fn show(value: &Self) -> Value {
        if value.argv.is_empty() { Value::Null } else { json!(value.argv) }
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string" }, "minItems": 1 })
    }
}

impl TransformLayer {
    fn has_command(&self) -> bool {
        self.command.0.is_said()
    }

    /// What is said, without the defaults.
    fn said(&self) -> impl Iterator<Item = Entry> + use<> {
        let mut listing = Listing::default();
        self.list(String::new(), &mut listing);
        listing.0.into_iter().filter(|entry| entry.origin != Origin::Default)
    }
}

/// What one layer says of `transform`.
#[derive(Debug, Clone, Default)]
pub(crate) enum TransformsLayer {
    /// Nothing.
    #[default]
    Unsaid,
    /// One table, which joins those of other layers.
    Table(Box<TransformLayer>),
    /// A list of tables, each complete; it replaces whatever others say.
    List(Setting<Vec<TransformLayer>>),
}

impl Layer for TransformsLayer {
    /// In the order in which the manifest has them.
    type Value = Vec<Transform>;
    const NAME: Option<&'static str> = Some("Transforms");

    fn read(node: &Node<'_>) -> Result<Self> {
        if node.as_table().is_some() {
            return TransformLayer::read(node).map(|table| Self::Table(Box::new(table)));
        }
        let tables = node.tables("a table or a list of tables")?;
        let value = tables.iter().map(complete).collect::<Result<_>>()?;
        Ok(Self::List(Setting { value, origin: node.origin() }))
    }

    fn cover(&mut self, nearer: &Self) {
        match (&mut *self, nearer) {
            (_, Self::Unsaid) => {}
            (Self::Table(table), Self::Table(nearer)) => table.cover(nearer),
            (_, other) => *self = other.clone(),
        }
    }

    fn list(&self, key: String, listing: &mut Listing) {
        match self {
            Self::Unsaid => list_table(&TransformLayer::default(), key, listing),
            Self::Table(table) => list_table(table, key, listing),
            Self::List(list) => {
                let table = |transform: &TransformLayer| -> Map<_, _> {
                    transform.said().map(|entry| (entry.key, entry.value)).collect()
                };
                let shown = list.value.iter().map(table).map(Value::from).collect();
                listing.add(key, list, shown);
            }
        }
    }

    fn into_value(self) -> Vec<Transform> {
        let tables = match self {
            Self::Unsaid => Vec::new(),
            Self::Table(table) => vec![*table],
            Self::List(list) => list.value,
        };
        let complete = tables.into_iter().filter(TransformLayer::has_command);
        complete.map(Layer::into_value).collect()
    }

    fn describe(generator: &mut SchemaGenerator) -> Schema {
        let one = schema_of::<TransformLayer>(generator);
        let mut listed = one.clone();
        listed.insert("required".to_owned(), json!(["command"]));
        let about = "Several, each of which names its command.";
        json_schema!({
            "anyOf": [one, { "type": "array", "items": listed, "description": about }],
        })
    }
}

impl TransformsLayer {
    /// Refuses whatever is said of no program: it may stand in another table than the command.
    pub(super) fn check(&self) -> Result<()> {
        let Self::Table(table) = self else { return Ok(()) };
        let stray = table.said().find_map(|entry| match entry.origin {
            Origin::Manifest { place, .. } => Some((entry.key, place)),
            _ => None,
        });
        match stray.filter(|_| !table.has_command()) {
            Some((key, place)) => {
                Err(Error::usage(format!("`{key}`: there is no `transform.command` for it"))
                    .at(place))
            }
            None => Ok(()),
        }
    }
}

/// Without a program there is nothing that the other values are a default of.
fn list_table(table: &TransformLayer, key: String, listing: &mut Listing) {
    let from = listing.0.len();
    table.list(key, listing);
    if !table.has_command() {
        listing.0[from..].iter_mut().for_each(|entry| entry.value = Value::Null);
    }
}

/// One table of a list, which nothing else completes.
fn complete(node: &Node<'_>) -> Result<TransformLayer> {
    let transform = TransformLayer::read(node)?;
    match transform.has_command() {
        true => Ok(transform),
        false => Err(node.place().error("expected a table with a `command`, found one without")),
    }
}
