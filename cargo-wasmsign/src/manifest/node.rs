//! A typed reader of TOML values: what it gives has the wanted type, or the error says where not.

use std::ops::Range;
use std::path::PathBuf;

use toml_edit::{Array, ArrayOfTables, Item, TableLike, Value};

use super::file::File;
use super::names::Names;
use super::place::Place;
use super::setting::Origin;
use super::text::Text;
use crate::error::{Error, Result};
use crate::text::nearest::suggestion;
use crate::text::redact;
use crate::text::snippet::Snippet;
use crate::text::words::Invalid;

/// A value with its key and its place.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    file: &'a File,
    /// The names that signers may have.
    names: &'a Names,
    key: &'a str,
    /// The full name of the table that it stands in.
    table: String,
    trail: String,
    /// Where its key stands.
    span: Range<usize>,
    content: Content<'a>,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Value(&'a Value),
    Table(&'a dyn TableLike),
    TableArray(&'a ArrayOfTables),
}

impl<'a> Node<'a> {
    /// `[{owner}.metadata.wasmsign]`, where the file has it; `owner` is `package` or `workspace`.
    pub(super) fn metadata(file: &'a File, owner: &str, names: &'a Names) -> Option<Self> {
        Self::of(file, names, &format!("{owner}.metadata"), file.metadata(owner)?, "wasmsign")
    }

    /// The value of `key` in `table`, whose own name is `trail`.
    fn of(
        file: &'a File,
        names: &'a Names,
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
        let span = key.span().unwrap_or_default();
        let table = trail.to_owned();
        let trail = format!("{trail}.{}", key.get().escape_debug());
        Some(Self { file, names, key: key.get(), table, trail, span, content })
    }

    /// The key, without quotes.
    pub(super) fn key(&self) -> &'a str {
        self.key
    }

    /// The file that the value stands in.
    pub(super) fn file(&self) -> &'a File {
        self.file
    }

    /// The names that signers may have.
    pub(super) fn names(&self) -> &'a Names {
        self.names
    }

    /// Where the value is; of a table, its key.
    pub(super) fn place(&self) -> Place<'a> {
        let span = match self.content {
            Content::Value(value) => value.span(),
            Content::Table(_) | Content::TableArray(_) => None,
        };
        self.place_at(span)
    }

    /// Where the key is.
    pub(super) fn snippet(&self) -> Snippet {
        self.file.snippet(self.span.clone())
    }

    /// Where a value comes from that is read here.
    pub(super) fn origin(&self) -> Origin {
        Origin::Manifest { place: self.snippet(), table: self.table.clone() }
    }

    /// The error that the key itself is not right.
    pub(super) fn key_error(&self, message: &str) -> Error {
        self.place_at(None).error(message)
    }

    /// The error that something else was expected.
    pub(super) fn invalid(&self, invalid: &Invalid) -> Error {
        self.place().invalid(invalid)
    }

    /// The error that another type was expected.
    pub(super) fn expected(&self, what: &str) -> Error {
        self.invalid(&Invalid::instead(what, self.type_name()))
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
            true => Err(self.invalid(&Invalid::instead(what, "an empty list"))),
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
            span: span.unwrap_or_else(|| self.span.clone()),
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
        text.fitting("a path", |text| !text.is_empty()).map(|path| self.file.resolve(path))
    }

    /// A table with no other keys than these.
    pub(super) fn table(&self, known: &[&str]) -> Result<Table<'a>> {
        self.any_table()?.admit(known)
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
        self.place_of(value).invalid(&Invalid::instead(what, type_name(value)))
    }

    fn place_of(&self, value: &Value) -> Place<'a> {
        self.place_at(value.span())
    }

    fn place_at(&self, span: Option<Range<usize>>) -> Place<'a> {
        let span = span.unwrap_or_else(|| self.span.clone());
        Place::File { file: self.file, span, key: Some(self.key), is_secret: self.is_secret() }
    }

    /// Whether this is where a secret is named: somebody may have written one in its place.
    fn is_secret(&self) -> bool {
        self.key == "secret" || self.table.ends_with(".secret")
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

    /// All values, in the order of the file.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'a>> + '_ {
        self.entries.iter().filter_map(|(key, _)| self.node(key))
    }

    /// The error that this table as a whole is something else than expected.
    pub(super) fn invalid(&self, invalid: &Invalid) -> Error {
        self.node.invalid(invalid)
    }

    /// The table itself, where it has no other keys than these.
    pub(super) fn admit(self, known: &[&str]) -> Result<Self> {
        let stranger = self.nodes().find(|node| !known.contains(&node.key));
        match stranger {
            Some(node) => Err(self
                .refuse(&node, |key, table| format!("unknown key {key} in {table}"))
                .label("unknown key")
                .advice(suggestion(node.key, known, "the known keys are"))),
            None => Ok(self),
        }
    }

    /// The error that a key does not belong here; `message` makes it of the key's and the table's name.
    pub(super) fn refuse(
        &self,
        node: &Node<'a>,
        message: impl FnOnce(&str, &str) -> String,
    ) -> Error {
        let message = message(&redact::shown(node.key), &format!("[{}]", self.node.trail));
        let (file, span, is_secret) = (node.file, node.span.clone(), self.node.is_secret());
        Place::File { file, span, key: None, is_secret }.error(message)
    }

    /// The value of a key, where the table has it.
    pub(super) fn node(&self, key: &str) -> Option<Node<'a>> {
        let Node { file, names, .. } = self.node;
        Node::of(file, names, &self.node.trail, self.entries, key)
    }
}
