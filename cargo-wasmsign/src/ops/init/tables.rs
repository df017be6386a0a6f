//! The tables of a `Cargo.toml`, added to what is there.

use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::change::Change;
use super::lines::edited;
use super::text::read;
use crate::error::{Error, Result};

/// The name that a new key has in the manifest.
pub(super) const KEY: &str = "release";

/// The tables that a manifest is to have.
#[derive(Debug, Default)]
pub(super) struct Tables<'a> {
    /// `[package.metadata.wasmsign]`.
    pub(super) package: bool,
    /// The key that the workspace signs with.
    pub(super) key: Option<KeyTable<'a>>,
}

/// A key as the manifest has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyTable<'a> {
    /// The path of the public half, or its text.
    pub(super) public: &'a str,
    /// Where the secret half is: the word for it, and what it is told.
    pub(super) secret: (&'static str, &'a str),
}

impl Tables<'_> {
    /// Those of a package that is not at the root.
    pub(super) fn of_package() -> Self {
        Self { package: true, key: None }
    }
}

/// The change of a manifest.
///
/// # Errors
///
/// Exit code 2 where a table stands where it cannot be extended, 4 where the manifest cannot be read.
pub(super) fn change(path: &Path, tables: &Tables<'_>) -> Result<Change> {
    let before = read(path)?.unwrap_or_default();
    let mut added = Vec::new();
    let after = edited(&before, |text| add(text, tables, &mut added)).map_err(|why| {
        Error::usage(format!("`{}` cannot be extended: {why}", path.display()))
            .advice("add the tables by hand; `cargo wasmsign config --schema` describes them")
    })?;
    let about = match added.is_empty() {
        true => "has its tables".to_owned(),
        false => added.join(", "),
    };
    Ok(Change::text(path, Some(before), after, about))
}

/// Adds what is missing, and tells what that was.
fn add(
    text: &str,
    tables: &Tables<'_>,
    added: &mut Vec<String>,
) -> std::result::Result<String, String> {
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    let root = document.as_item_mut();
    if tables.package && !has(root, &["package", "metadata", "wasmsign"]) {
        table(root, &["package", "metadata", "wasmsign"])?;
        added.push("[package.metadata.wasmsign]".to_owned());
    }
    if let Some(key) = &tables.key {
        let ours = ["workspace", "metadata", "wasmsign"];
        let signing = table(root, &ours)?;
        if !signing.contains_key("sign-with") {
            signing.insert("sign-with", value(Array::from_iter([KEY])));
            added.push("sign-with".to_owned());
        }
        let [workspace, metadata, wasmsign] = ours;
        let keys = table(root, &[workspace, metadata, wasmsign, "keys", KEY])?;
        keys.insert("public", value(key.public));
        let (word, told) = key.secret;
        keys.insert("secret", value(InlineTable::from_iter([(word, Value::from(told))])));
        added.push(format!("[workspace.metadata.wasmsign.keys.{KEY}]"));
    }
    Ok(with_trailing(text, &document.to_string(), &trailing))
}

/// Puts what stands behind the last table of the old text there again: new tables may have come behind it.
fn with_trailing(old: &str, new: &str, trailing: &str) -> String {
    let head = old.strip_suffix(trailing).unwrap_or(old);
    let last = head.lines().rev().find(|line| !line.trim().is_empty());
    let end = last.and_then(|line| Some(new.rfind(&format!("{line}\n"))? + line.len() + 1));
    let (before, added) = new.split_at(end.unwrap_or(0));
    let is_whole = trailing.is_empty() || trailing.ends_with('\n') || added.is_empty();
    format!("{before}{trailing}{}{added}", if is_whole { "" } else { "\n" })
}

fn has(root: &Item, path: &[&str]) -> bool {
    path.iter().try_fold(root, |item, name| item.as_table_like()?.get(name)).is_some()
}

/// The table of this path. What is missing on the way is made as its surroundings are: a header, or an inline table.
fn table<'a>(
    root: &'a mut Item,
    path: &[&str],
) -> std::result::Result<&'a mut dyn TableLike, String> {
    let (mut item, mut known) = (root, String::new());
    for (depth, name) in path.iter().enumerate() {
        known = if known.is_empty() { (*name).to_owned() } else { format!("{known}.{name}") };
        let is_last = depth + 1 == path.len();
        let fresh = match item {
            Item::Table(_) => header(!is_last),
            _ => value(InlineTable::new()),
        };
        let above = item.as_table_like_mut().ok_or_else(|| format!("`{known}` is no table"))?;
        if !above.contains_key(name) {
            above.insert(name, fresh);
        }
        item = above.get_mut(name).ok_or_else(|| format!("`{known}` is missing"))?;
        if let Item::Table(table) = item
            && is_last
            && table.is_implicit()
        {
            // A table that had only tables below it gets a line of its own for what is added to it.
            table.set_implicit(false);
            table.decor_mut().set_prefix("\n");
        }
    }
    item.as_table_like_mut().ok_or_else(|| format!("`{known}` is no table"))
}

/// A new table, below an empty line.
fn header(is_implicit: bool) -> Item {
    let mut table = Table::new();
    table.set_implicit(is_implicit);
    table.decor_mut().set_prefix("\n");
    Item::Table(table)
}
