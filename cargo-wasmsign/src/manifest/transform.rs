//! `transform`: programs of the user's before and after the optimizer.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::listing::Listing;
use super::reader::{KeySet, Node};
use super::setting::{Origin, Setting};
use super::template::PathTemplate;
use super::text::command_line;
use crate::error::{Error, Result};
use crate::text::words::words;

pub(super) const KEYS: KeySet = KeySet {
    known: &["command", "output", "produces", "inputs", "after"],
    later: &[],
    elsewhere: &[],
};

/// A program that rewrites each module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// The program and its arguments, at least the program.
    pub command: Vec<String>,
    /// Where the program leaves the module, if the manifest says so.
    pub output: Option<PathTemplate>,
    /// What it makes besides; `None` for whatever is in the directory of `output`.
    pub produces: Option<Vec<PathTemplate>>,
    /// What it reads besides.
    pub inputs: Vec<PathTemplate>,
    /// When it runs.
    pub after: After,
    /// The directory of the `Cargo.toml` that names the command.
    pub directory: PathBuf,
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

/// A command, and the directory of the manifest that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    argv: Vec<String>,
    directory: PathBuf,
}

/// What one layer says of `transform`.
#[derive(Debug, Clone)]
pub(super) enum TransformLayer {
    /// One table, which joins those of other layers.
    Table(Box<Table>),
    /// A list of tables, which replaces whatever others say.
    List(Setting<Vec<Transform>>),
}

/// What one table says.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    command: Option<Setting<Command>>,
    output: Option<Setting<PathTemplate>>,
    produces: Option<Setting<Vec<PathTemplate>>>,
    inputs: Option<Setting<Vec<PathTemplate>>>,
    after: Option<Setting<After>>,
}

/// What counts of `transform`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TransformSettings {
    Table(Box<TableSettings>),
    List(Setting<Vec<Transform>>),
}

/// What counts of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableSettings {
    command: Setting<Option<Command>>,
    output: Setting<Option<PathTemplate>>,
    produces: Setting<Option<Vec<PathTemplate>>>,
    inputs: Setting<Vec<PathTemplate>>,
    after: Setting<After>,
}

impl TransformLayer {
    pub(super) fn read(node: &Node<'_>) -> Result<Self> {
        if node.as_table().is_some() {
            return Ok(Self::Table(Box::new(Table::read(node)?)));
        }
        let tables = node.tables("a table or a list of tables")?;
        let value = tables.iter().map(listed).collect::<Result<_>>()?;
        Ok(Self::List(Setting { value, origin: node.origin() }))
    }
}

/// One table of a list, which nothing else completes.
fn listed(node: &Node<'_>) -> Result<Transform> {
    let mut settings = TableSettings::default();
    settings.cover(&Table::read(node)?);
    settings
        .finish()
        .ok_or_else(|| node.place().error("expected a table with a `command`, found one without"))
}

impl Table {
    fn read(node: &Node<'_>) -> Result<Self> {
        let table = node.table(&KEYS)?;
        Ok(Self {
            command: table.setting("command", command)?,
            output: table.setting("output", PathTemplate::read)?,
            produces: table.setting("produces", PathTemplate::read_globs)?,
            inputs: table.setting("inputs", PathTemplate::read_globs)?,
            after: table.setting("after", |node| node.text()?.parse())?,
        })
    }
}

impl Default for TableSettings {
    fn default() -> Self {
        Self {
            command: Setting::unsaid(None),
            output: Setting::unsaid(None),
            produces: Setting::unsaid(None),
            inputs: Setting::unsaid(Vec::new()),
            after: Setting::unsaid(After::Build),
        }
    }
}

impl Default for TransformSettings {
    fn default() -> Self {
        Self::Table(Box::default())
    }
}

impl TableSettings {
    fn cover(&mut self, nearer: &Table) {
        self.command.yield_to(nearer.command.as_ref());
        self.output.yield_to(nearer.output.as_ref());
        self.produces.yield_to(nearer.produces.as_ref());
        self.inputs.yield_to(nearer.inputs.as_ref());
        self.after.yield_to(nearer.after.as_ref());
    }

    /// Refuses whatever is said of no program: it may stand in another table than the command.
    fn check(&self) -> Result<()> {
        let said = [
            ("output", &self.output.origin),
            ("produces", &self.produces.origin),
            ("inputs", &self.inputs.origin),
            ("after", &self.after.origin),
        ];
        let stray = said.iter().find_map(|(key, origin)| match origin {
            Origin::Manifest { path, line, column, .. } => Some((key, path, line, column)),
            _ => None,
        });
        match (&self.command.value, stray) {
            (None, Some((key, path, line, column))) => Err(Error::usage(format!(
                "{}:{line}:{column}: `{key}`: no table names the `transform.command` that it is for",
                path.display()
            ))),
            _ => Ok(()),
        }
    }

    fn list(&self, listing: &mut Listing) {
        listing.add("transform.command", &self.command, |command| {
            json!(command.as_ref().map(|command| &command.argv))
        });
        let shown = |template: &PathTemplate| template.shown();
        listing.add("transform.output", &self.output, |output| json!(output.as_ref().map(shown)));
        listing.add("transform.produces", &self.produces, |files| {
            json!(files.as_deref().map(all_shown))
        });
        // Without a program there is nothing that these are a default of.
        let is_there = self.command.value.is_some();
        listing.add("transform.inputs", &self.inputs, |files| {
            json!(is_there.then(|| all_shown(files)))
        });
        listing
            .add("transform.after", &self.after, |after| json!(is_there.then(|| after.as_str())));
    }

    fn finish(self) -> Option<Transform> {
        let Command { argv, directory } = self.command.value?;
        Some(Transform {
            command: argv,
            output: self.output.value,
            produces: self.produces.value,
            inputs: self.inputs.value,
            after: self.after.value,
            directory,
        })
    }
}

impl TransformSettings {
    /// Puts a nearer layer on top.
    pub(super) fn cover(&mut self, nearer: &TransformLayer) {
        match (&mut *self, nearer) {
            (_, TransformLayer::List(list)) => *self = Self::List(list.clone()),
            (Self::Table(settings), TransformLayer::Table(table)) => settings.cover(table),
            (Self::List(_), TransformLayer::Table(table)) => {
                let mut settings = TableSettings::default();
                settings.cover(table);
                *self = Self::Table(Box::new(settings));
            }
        }
    }

    /// Refuses an option of no program.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Table(settings) => settings.check(),
            Self::List(_) => Ok(()),
        }
    }

    pub(super) fn list(&self, listing: &mut Listing) {
        match self {
            Self::Table(settings) => settings.list(listing),
            Self::List(list) => listing
                .add("transform", list, |transforms| transforms.iter().map(as_table).collect()),
        }
    }

    /// The programs, in the order in which the manifest has them.
    pub(super) fn finish(self) -> Vec<Transform> {
        match self {
            Self::Table(settings) => settings.finish().into_iter().collect(),
            Self::List(list) => list.value,
        }
    }
}

/// One of a list, as a table that says only what is not the default.
fn as_table(transform: &Transform) -> Value {
    let mut table = json!({ "command": transform.command });
    let mut add = |key: &str, value: Value| table[key] = value;
    transform.output.iter().for_each(|output| add("output", json!(output.shown())));
    transform.produces.iter().for_each(|files| add("produces", json!(all_shown(files))));
    if !transform.inputs.is_empty() {
        add("inputs", json!(all_shown(&transform.inputs)));
    }
    if transform.after != After::Build {
        add("after", json!(transform.after.as_str()));
    }
    table
}

fn all_shown(files: &[PathTemplate]) -> Vec<String> {
    files.iter().map(PathTemplate::shown).collect()
}

fn command(node: &Node<'_>) -> Result<Command> {
    let argv = command_line(&node.filled("a list of strings")?)?;
    Ok(Command { argv, directory: node.source().directory().to_path_buf() })
}
