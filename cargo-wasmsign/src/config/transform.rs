//! `transform`: a program of the user's between cargo and the optimizer.

use std::path::PathBuf;

use serde_json::json;

use super::listing::Listing;
use super::reader::{KeySet, Node};
use super::setting::{Origin, Setting};
use super::text::command_line;
use crate::error::{Error, Result};

pub(super) const KEYS: KeySet =
    KeySet { known: &["command", "output"], later: &[], elsewhere: &[] };

/// A program that rewrites each module before anything else is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    /// The program and its arguments, at least the program.
    pub command: Vec<String>,
    /// Where the program leaves the module, if the manifest says so.
    pub output: Option<String>,
    /// The directory of the `Cargo.toml` that names the command.
    pub directory: PathBuf,
}

/// A command, and the directory of the manifest that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    argv: Vec<String>,
    directory: PathBuf,
}

/// What one table says of `transform`.
#[derive(Debug, Clone, Default)]
pub(super) struct TransformLayer {
    command: Option<Setting<Command>>,
    output: Option<Setting<String>>,
}

/// What counts of `transform`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TransformSettings {
    command: Setting<Option<Command>>,
    output: Setting<Option<String>>,
}

impl TransformLayer {
    pub(super) fn read(node: &Node<'_>) -> Result<Self> {
        let table = node.table(&KEYS)?;
        Ok(Self {
            command: table.setting("command", command)?,
            output: table.setting("output", output)?,
        })
    }
}

impl Default for TransformSettings {
    fn default() -> Self {
        Self { command: Setting::unsaid(None), output: Setting::unsaid(None) }
    }
}

impl TransformSettings {
    /// Puts a nearer layer on top.
    pub(super) fn cover(&mut self, nearer: &TransformLayer) {
        self.command.yield_to(nearer.command.as_ref());
        self.output.yield_to(nearer.output.as_ref());
    }

    /// Refuses an output of no program: the two may stand in different tables.
    pub(super) fn check(&self) -> Result<()> {
        let at = match (&self.command.value, &self.output.origin) {
            (None, Origin::Manifest { path, line, column, .. }) => {
                format!("{}:{line}:{column}", path.display())
            }
            _ => return Ok(()),
        };
        Err(Error::usage(format!(
            "{at}: `output`: no table names the `transform.command` that writes it"
        )))
    }

    pub(super) fn list(&self, listing: &mut Listing) {
        listing.add("transform.command", &self.command, |command| {
            json!(command.as_ref().map(|command| &command.argv))
        });
        listing.add("transform.output", &self.output, |output| json!(output));
    }

    pub(super) fn finish(self) -> Option<Transform> {
        let Command { argv, directory } = self.command.value?;
        Some(Transform { command: argv, output: self.output.value, directory })
    }
}

fn command(node: &Node<'_>) -> Result<Command> {
    let argv = command_line(&node.filled("a list of strings")?)?;
    Ok(Command { argv, directory: node.source().directory().to_path_buf() })
}

/// A whole path: the command may stand in another manifest.
fn output(node: &Node<'_>) -> Result<String> {
    let text = node.text()?;
    let path = node.source().resolve(text.fitting("a path", |text| !text.is_empty())?);
    path.into_os_string()
        .into_string()
        .map_err(|path| text.error(format!("the path `{}` is not Unicode", path.display())))
}
