//! A typed reader of TOML values: what it gives has the wanted type, or the error says where not.

use std::ops::Range;
use std::path::PathBuf;

use toml_edit::{Array, ArrayOfTables, Item, TableLike, Value};

use super::setting::{Origin, Setting};
use super::source::{Place, Source};
use super::text::Text;
use crate::error::{Error, Result};
use crate::text::nearest::suggestion;
use crate::text::redact;

/// A value with its key and its place.
#[derive(Clone)]
pub(super) struct Node<'a> {
    source: &'a Source,
    key: &'a str,
    /// The full name of the table that it stands in.
    table: String,
    trail: String,
    key_offset: usize,
    content: Content<'a>,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Value(&'a Value),
    Table(&'a dyn TableLike),
    TableArray(&'a ArrayOfTables),
}

/// The keys that a table may have, and what is said about some of those that it may not.
pub(super) struct KeySet {
    /// What the table may have.
    pub(super) known: &'static [&'static str],
    /// What the reference names and this release does not do.
    pub(super) later: &'static [&'static str],
    /// What belongs in another table: the key and that table.
    pub(super) elsewhere: &'static [(&'static str, &'static str)],
}

impl<'a> Node<'a> {
    /// The value of `key` in `table`, whose own name is `trail`.
    pub(super) fn of(
        source: &'a Source,
        trail: &str,
        table: &'a dyn TableLike,
        key: &str,
    ) -> Option<Self> {
        let (key, item) = table.get_key_value(key)?;
        let content = match item {
            Item::None => return None,
            Item::Value(Value::InlineTable(table)) => Content::Table(table),
            Item::Value(value) => Content::Value(value),
            Item::Table(table) => Content::Table(table),
            Item::ArrayOfTables(tables) => Content::TableArray(tables),
        };
        let key_offset = key.span().map_or(0, |span| span.start);
        let table = trail.to_owned();
        let trail = format!("{trail}.{}", key.get().escape_debug());
        Some(Self { source, key: key.get(), table, trail, key_offset, content })
    }

    /// The key, without quotes.
    pub(super) fn key(&self) -> &'a str {
        self.key
    }

    /// The file that the value stands in.
    pub(super) fn source(&self) -> &'a Source {
        self.source
    }

    /// Where the value begins; of a table, its key.
    pub(super) fn place(&self) -> Place<'a> {
        let offset = match self.content {
            Content::Value(value) => value.span().map(|span| span.start),
            Content::Table(_) | Content::TableArray(_) => None,
        };
        self.place_at(offset)
    }

    /// The line and the column of the key, from 1.
    pub(super) fn line_and_column(&self) -> (usize, usize) {
        self.source.line_and_column(self.key_offset)
    }

    /// Where a value comes from that is read here.
    pub(super) fn origin(&self) -> Origin {
        let (line, column) = self.line_and_column();
        let path = self.source.path().to_path_buf();
        Origin::Manifest { path, line, column, table: self.table.clone() }
    }

    /// The error that the key itself is not right.
    pub(super) fn key_error(&self, message: &str) -> Error {
        self.place_at(None).error(message)
    }

    /// The error that another type was expected.
    pub(super) fn expected(&self, what: &str) -> Error {
        self.place().error(format!("expected {what}, found {}", self.type_name()))
    }

    /// The value as a boolean, where it is one.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match self.content {
            Content::Value(value) => value.as_bool(),
            _ => None,
        }
    }

    /// The value as a text, where it is a string.
    pub(super) fn as_text(&self) -> Option<Text<'a>> {
        match self.content {
            Content::Value(value) => self.element(value),
            _ => None,
        }
    }

    /// The value as a text, where it is a string or an integer.
    pub(super) fn as_scalar(&self) -> Option<Text<'a>> {
        match self.content {
            Content::Value(Value::Integer(n)) => {
                Some(Text::new(self.place(), n.value().to_string()))
            }
            _ => self.as_text(),
        }
    }

    /// The value as a table, where it is one.
    pub(super) fn as_table(&self) -> Option<Table<'a>> {
        match self.content {
            Content::Table(entries) => Some(Table { node: self.clone(), entries }),
            _ => None,
        }
    }

    /// The value as an integer, where it is one.
    pub(super) fn as_integer(&self) -> Option<i64> {
        match self.content {
            Content::Value(value) => value.as_integer(),
            _ => None,
        }
    }

    /// `true` or `false`.
    pub(super) fn bool(&self) -> Result<bool> {
        self.as_bool().ok_or_else(|| self.expected("`true` or `false`"))
    }

    /// A string.
    pub(super) fn text(&self) -> Result<Text<'a>> {
        self.as_text().ok_or_else(|| self.expected("a string"))
    }

    /// A list of strings; `what` is what to say that was expected.
    pub(super) fn texts(&self, what: &str) -> Result<Vec<Text<'a>>> {
        let Content::Value(Value::Array(list)) = self.content else {
            return Err(self.expected(what));
        };
        self.elements(list)
    }

    /// As [`Node::texts`], with one string at least.
    pub(super) fn filled(&self, what: &str) -> Result<Vec<Text<'a>>> {
        let texts = self.texts(what)?;
        match texts.is_empty() {
            true => Err(self.place().error(format!("expected {what}, found an empty list"))),
            false => Ok(texts),
        }
    }

    /// A list of lists of strings; `what` is what to say that was expected.
    pub(super) fn lists(&self, what: &str) -> Result<Vec<List<'a>>> {
        let Content::Value(Value::Array(lists)) = self.content else {
            return Err(self.expected(what));
        };
        let list = |value: &'a Value| match value {
            Value::Array(list) => {
                Ok(List { place: self.place_of(value), texts: self.elements(list)? })
            }
            other => Err(self.unexpected(other, "a list")),
        };
        lists.iter().map(list).collect()
    }

    /// A list of tables; `what` is what to say that was expected.
    pub(super) fn tables(&self, what: &str) -> Result<Vec<Self>> {
        let one = |entries: &'a dyn TableLike, span: Option<Range<usize>>| Self {
            content: Content::Table(entries),
            key_offset: span.map_or(self.key_offset, |span| span.start),
            ..self.clone()
        };
        let inline = |value: &'a Value| match value {
            Value::InlineTable(table) => Ok(one(table, table.span())),
            other => Err(self.unexpected(other, "a table")),
        };
        match self.content {
            Content::TableArray(tables) => {
                Ok(tables.iter().map(|table| one(table, table.span())).collect())
            }
            Content::Value(Value::Array(list)) => list.iter().map(inline).collect(),
            _ => Err(self.expected(what)),
        }
    }

    /// A path, from the root of the file system.
    pub(super) fn path(&self) -> Result<PathBuf> {
        let text = self.text()?;
        text.fitting("a path", |text| !text.is_empty()).map(|path| self.source.resolve(path))
    }

    /// A table with keys from `keys` alone.
    pub(super) fn table(&self, keys: &KeySet) -> Result<Table<'a>> {
        self.any_table()?.admit(keys)
    }

    /// A table whose keys are names.
    pub(super) fn any_table(&self) -> Result<Table<'a>> {
        self.as_table().ok_or_else(|| self.expected("a table"))
    }

    fn elements(&self, list: &'a Array) -> Result<Vec<Text<'a>>> {
        let text = |value| self.element(value).ok_or_else(|| self.unexpected(value, "a string"));
        list.iter().map(text).collect()
    }

    fn element(&self, value: &'a Value) -> Option<Text<'a>> {
        value.as_str().map(|text| Text::new(self.place_of(value), text))
    }

    fn unexpected(&self, value: &Value, what: &str) -> Error {
        self.place_of(value).error(format!("expected {what}, found {}", type_name(value)))
    }

    fn place_of(&self, value: &Value) -> Place<'a> {
        self.place_at(value.span().map(|span| span.start))
    }

    fn place_at(&self, offset: Option<usize>) -> Place<'a> {
        let offset = offset.unwrap_or(self.key_offset);
        Place::File { source: self.source, offset, key: Some(self.key) }
    }

    fn type_name(&self) -> &'static str {
        match self.content {
            Content::Value(value) => type_name(value),
            Content::Table(_) => "a table",
            Content::TableArray(_) => "a list of tables",
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::InlineTable(_) => "a table",
    }
}

/// A list within a list.
pub(super) struct List<'a> {
    /// Where it begins.
    pub(super) place: Place<'a>,
    /// What it holds.
    pub(super) texts: Vec<Text<'a>>,
}

/// A table, under its full name.
pub(super) struct Table<'a> {
    node: Node<'a>,
    entries: &'a dyn TableLike,
}

impl<'a> Table<'a> {
    /// What `read` makes of the value of `key`, where the table has it.
    pub(super) fn get<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.node(key).map(|node| read(&node)).transpose()
    }

    /// As [`Table::get`], with the place that the value comes from.
    pub(super) fn setting<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node<'a>) -> Result<T>,
    ) -> Result<Option<Setting<T>>> {
        self.get(key, |node| Ok(Setting { value: read(node)?, origin: node.origin() }))
    }

    /// All values, in the order of the file.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'a>> + '_ {
        self.entries.iter().filter_map(|(key, _)| self.node(key))
    }

    /// The error that this table as a whole is not right.
    pub(super) fn error(&self, message: &str) -> Error {
        self.node.place().error(message)
    }

    fn admit(self, keys: &KeySet) -> Result<Self> {
        let stranger = self.nodes().find(|node| !keys.known.contains(&node.key));
        match stranger {
            Some(node) => Err(self.refuse(&node, keys)),
            None => Ok(self),
        }
    }

    fn refuse(&self, node: &Node<'a>, keys: &KeySet) -> Error {
        let (key, trail) = (redact::shown(node.key), &self.node.trail);
        let at = Place::File { source: node.source, offset: node.key_offset, key: None };
        let home = keys.elsewhere.iter().find(|(known, _)| *known == node.key);
        if keys.later.contains(&node.key) {
            at.error(format!("this release of cargo-wasmsign does not support {key} in [{trail}]"))
        } else if let Some((_, home)) = home {
            at.error(format!("{key} does not belong in [{trail}], only in [{home}]"))
        } else {
            let hint = suggestion(node.key, keys.known, "the known keys are");
            at.error(format!("unknown key {key} in [{trail}]; {hint}"))
        }
    }

    fn node(&self, key: &str) -> Option<Node<'a>> {
        Node::of(self.node.source, &self.node.trail, self.entries, key)
    }
}
