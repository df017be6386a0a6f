//! A value of cargo's configuration, with its source, and how cargo merges two of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Item, Table, Value as Toml};

use crate::error::{Error, Result};

/// The location of a value; locations with a higher precedence are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// In a configuration file.
    File,
    /// In a variable of the environment.
    Variable,
    /// In a `--config`, or in a file that one names.
    CommandLine,
}

/// The place of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) rank: Rank,
    /// The file, where it is one.
    pub(super) file: Option<PathBuf>,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) content: Content,
    pub(super) source: Source,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Value>),
    Table(BTreeMap<String, Value>),
}

impl Source {
    /// The directory from which cargo reads a relative path: the one above `.cargo`, or above the directory of
    /// whatever file it is; else the current one.
    pub(super) fn root(&self) -> &Path {
        let above = self.file.as_deref().and_then(Path::parent).and_then(Path::parent);
        above.unwrap_or(Path::new(""))
    }

    fn describe(&self) -> String {
        match &self.file {
            Some(file) => format!("`{}`", file.display()),
            None => "`--config`".to_owned(),
        }
    }
}

impl Value {
    /// A table of this source without anything in it.
    pub(super) fn empty(source: Source) -> Self {
        Self { content: Content::Table(BTreeMap::new()), source }
    }

    /// The values of a TOML document.
    ///
    /// # Errors
    ///
    /// Exit code 2: a date or a fraction, which cargo's configuration does not have.
    pub(super) fn of_document(table: &Table, source: &Source) -> Result<Self> {
        let entries = table.iter().map(|(key, item)| Ok((key.to_owned(), of_item(item, source)?)));
        let content = Content::Table(entries.collect::<Result<_>>()?);
        Ok(Self { content, source: source.clone() })
    }

    /// The value of a key below this one.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.table()?.get(key)
    }

    pub(super) fn table(&self) -> Option<&BTreeMap<String, Self>> {
        match &self.content {
            Content::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Takes a key away.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        match &mut self.content {
            Content::Table(table) => table.remove(key),
            _ => None,
        }
    }

    /// Lays `over` over this value: tables are merged, lists joined, all else is replaced.
    ///
    /// # Errors
    ///
    /// Exit code 2: a list or a table meets something else.
    pub(super) fn lay_over(&mut self, over: Self) -> Result<()> {
        self.merge(over, true)
    }

    /// Merges this value over `under`, whose keys remain unless this value sets them.
    ///
    /// # Errors
    ///
    /// As of [`Value::lay_over`].
    pub(super) fn lay_under(&mut self, under: Self) -> Result<()> {
        self.merge(under, false)
    }

    fn merge(&mut self, other: Self, over: bool) -> Result<()> {
        let wins = over || other.source.rank > self.source.rank;
        match (&mut self.content, other.content) {
            (Content::Table(mine), Content::Table(others)) => {
                others.into_iter().try_for_each(|(key, value)| merge_key(mine, key, value, over))
            }
            (Content::List(mine), Content::List(mut others)) => {
                // Values with a higher precedence come later, because the compiler's last flag wins.
                let at = if over { mine.len() } else { 0 };
                mine.splice(at..at, others.drain(..));
                mine.sort_by_key(|value| value.source.rank);
                Ok(())
            }
            (Content::Table(_) | Content::List(_), _)
            | (_, Content::Table(_) | Content::List(_)) => {
                let (here, there) = (self.source.describe(), other.source.describe());
                Err(Error::usage(format!(
                    "{here} and {there} in cargo's configuration give one key values of different \
                     types"
                )))
            }
            (_, content) if wins => {
                *self = Self { content, source: other.source };
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn merge_key(
    table: &mut BTreeMap<String, Value>,
    key: String,
    value: Value,
    over: bool,
) -> Result<()> {
    match table.get_mut(&key) {
        Some(known) => known.merge(value, over),
        None => {
            table.insert(key, value);
            Ok(())
        }
    }
}

fn of_item(item: &Item, source: &Source) -> Result<Value> {
    match item {
        Item::Value(value) => of_value(value, source),
        Item::Table(table) => Value::of_document(table, source),
        Item::ArrayOfTables(tables) => {
            let tables = tables.iter().map(|table| Value::of_document(table, source));
            let content = Content::List(tables.collect::<Result<_>>()?);
            Ok(Value { content, source: source.clone() })
        }
        Item::None => Ok(Value::empty(source.clone())),
    }
}

fn of_value(value: &Toml, source: &Source) -> Result<Value> {
    let content = match value {
        Toml::String(text) => Content::Text(text.value().clone()),
        Toml::Integer(number) => Content::Integer(*number.value()),
        Toml::Boolean(is_so) => Content::Boolean(*is_so.value()),
        Toml::Array(values) => Content::List(
            values.iter().map(|value| of_value(value, source)).collect::<Result<_>>()?,
        ),
        Toml::InlineTable(table) => {
            let entries =
                table.iter().map(|(key, value)| Ok((key.to_owned(), of_value(value, source)?)));
            Content::Table(entries.collect::<Result<_>>()?)
        }
        Toml::Float(_) | Toml::Datetime(_) => {
            return Err(Error::usage(format!(
                "{} in cargo's configuration has a value of a type that cargo does not accept: a {}",
                source.describe(),
                value.type_name()
            )));
        }
    };
    Ok(Value { content, source: source.clone() })
}
