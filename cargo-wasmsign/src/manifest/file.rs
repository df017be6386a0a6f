//! A manifest file: its text, its TOML, and where things stand in it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, TableLike};

use crate::error::{Error, Result};
use crate::text::paths;
use crate::text::snippet::Snippet;

/// A `Cargo.toml` that was read and is TOML.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    directory: PathBuf,
    document: Document<String>,
}

impl File {
    /// Reads and parses the file at `path`.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let failed = |error| Error::io(format!("failed to read `{}`", path.display()), error);
        let text = fs::read_to_string(path).map_err(failed)?;
        let whole = std::path::absolute(path).map_err(failed)?;
        let directory = whole.parent().unwrap_or(&whole).to_path_buf();
        let document = Document::parse(text.clone()).map_err(|error| {
            // The error's own display quotes the line, which may hold what nobody should see.
            let span = error.span().unwrap_or_default();
            let place = Snippet::new(path, &text, span.clone());
            let place = if is_near_a_key(&text, span.start) { place.unquoted() } else { place };
            Error::usage(error.message().trim()).at(place)
        })?;
        Ok(Self { path: path.to_path_buf(), directory, document })
    }

    /// `owner.metadata`, where the file has that table; `owner` is `package` or `workspace`.
    pub(super) fn metadata(&self, owner: &str) -> Option<&dyn TableLike> {
        let owner = self.document.as_table().get(owner)?.as_table_like()?;
        owner.get("metadata")?.as_table_like()
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
        paths::normal(&self.directory.join(path))
    }

    /// The path of the file, as the caller gave it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of the file, from the root of the file system.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The place of these bytes. Their line is not shown where it names a secret: somebody may have written one there.
    pub(super) fn snippet(&self, span: Range<usize>) -> Snippet {
        let place = Snippet::new(&self.path, self.text(), span.clone());
        if names_a_secret(line(self.text(), span.start)) { place.unquoted() } else { place }
    }
}

/// Whether a text that is no TOML may be about keys at this place: what was to be a name may be a secret then.
fn is_near_a_key(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or(text);
    let header = before.lines().rev().find(|line| line.trim_start().starts_with('['));
    let is_about_keys = |line: &str| names_a_secret(line) || line.contains(".keys");
    is_about_keys(line(text, offset)) || header.is_some_and(is_about_keys)
}

fn names_a_secret(line: &str) -> bool {
    line.to_ascii_lowercase().contains("secret")
}

/// The line that an offset is in.
fn line(text: &str, offset: usize) -> &str {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    text[start..].lines().next().unwrap_or_default()
}
