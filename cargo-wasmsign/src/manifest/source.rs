//! A manifest file, and the places that messages point to.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike};

use super::reader::Node;
use crate::error::{Error, Result};
use crate::text::paths;
use crate::text::redact;

/// A `Cargo.toml` that was read and is TOML.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    dir: PathBuf,
    document: Document<String>,
}

impl Source {
    /// Reads and parses the file at `path`.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let failed = |error| Error::io(format!("failed to read `{}`", path.display()), error);
        let text = fs::read_to_string(path).map_err(failed)?;
        let whole = std::path::absolute(path).map_err(failed)?;
        let dir = whole.parent().unwrap_or(&whole).to_path_buf();
        let document = Document::parse(text.clone()).map_err(|error| {
            // The error's own display quotes the line, which may hold what nobody should see.
            let offset = error.span().map_or(0, |span| span.start);
            Error::usage(format!("{}: {}", position(path, &text, offset), error.message().trim()))
        })?;
        Ok(Self { path: path.to_path_buf(), dir, document })
    }

    /// `[{owner}.metadata.wasmsign]`, where the file has it; `owner` is `package` or `workspace`.
    pub(super) fn metadata(&self, owner: &str) -> Option<Node<'_>> {
        let owner_table = self.document.as_table().get(owner)?.as_table_like()?;
        let metadata = owner_table.get("metadata")?.as_table_like()?;
        Node::of(self, &format!("{owner}.metadata"), metadata, "wasmsign")
    }

    /// The keys of a table of this file.
    pub(super) fn names_of(&self, table: &str) -> Vec<String> {
        let table = self.document.as_table().get(table).and_then(Item::as_table_like);
        table.into_iter().flat_map(TableLike::iter).map(|(name, _)| name.to_owned()).collect()
    }

    /// Whether this file has a table.
    pub(super) fn has(&self, table: &str) -> bool {
        self.document.as_table().contains_key(table)
    }

    /// The text of the file.
    pub(super) fn text(&self) -> &str {
        self.document.raw()
    }

    /// A path that stands in this manifest, from the root of the file system.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        paths::normal(&self.dir.join(path))
    }

    /// The path of the file, as the caller gave it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of the file, from the root of the file system.
    pub(super) fn directory(&self) -> &Path {
        &self.dir
    }

    /// The line and the column of a byte offset, from 1.
    pub(super) fn line_and_column(&self, offset: usize) -> (usize, usize) {
        line_and_column(self.document.raw(), offset)
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// At a byte offset of a file; `key` is the value's key where the message is about the value.
    File { source: &'a Source, offset: usize, key: Option<&'a str> },
    /// In this environment variable.
    Variable(&'static str),
    /// In this flag of the command line.
    Flag(&'static str),
}

impl Place<'_> {
    /// Where it is, in words.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Variable(name) | Self::Flag(name) => format!("`{name}`"),
            Self::File { source, offset, .. } => {
                position(&source.path, source.document.raw(), offset)
            }
        }
    }

    /// An error that begins with this place.
    pub(super) fn error(self, message: impl Display) -> Error {
        match self {
            Self::Variable(name) | Self::Flag(name) => Error::usage(format!("`{name}`: {message}")),
            Self::File { source, offset, key } => {
                let at = position(&source.path, source.document.raw(), offset);
                let key = key.map(|key| format!("{}: ", redact::shown(key))).unwrap_or_default();
                Error::usage(format!("{at}: {key}{message}"))
            }
        }
    }
}

fn position(path: &Path, text: &str, offset: usize) -> String {
    let (line, column) = line_and_column(text, offset);
    format!("{}:{line}:{column}", path.display())
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}
