//! Kinds of values: how one is read, shown and described. A key of a table names its kind.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::path::PathBuf;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::names::Names;
use super::node::Node;
use super::text::Text;
use crate::error::Result;
use crate::text::words::Words;

/// A kind of values.
pub(crate) trait Kind: 'static {
    /// What such a value is in the program.
    type Value: Debug + Clone + PartialEq + Eq;

    /// Its name in the schema, where it is described once for all keys that have it.
    const NAME: Option<&'static str> = None;

    /// Reads a value of a manifest.
    fn read(node: &Node<'_>) -> Result<Self::Value>;

    /// The value in the form that a manifest has it.
    fn show(value: &Self::Value) -> Value;

    /// What such a value may be in a manifest.
    fn describe(generator: &mut SchemaGenerator) -> Schema;
}

/// A kind that a variable of the environment can hold as well.
pub(crate) trait InVariable: Kind {
    /// Reads the value of a variable; signers have these names.
    fn from_variable(text: &Text<'_>, names: &Names) -> Result<Self::Value>;
}

/// `true` or `false`.
impl Kind for bool {
    type Value = bool;

    fn read(node: &Node<'_>) -> Result<bool> {
        node.bool()
    }

    fn show(value: &bool) -> Value {
        json!(value)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

/// What nobody needs to say, and that has no default.
pub(crate) struct Maybe<K>(PhantomData<K>);

impl<K: Kind> Kind for Maybe<K> {
    type Value = Option<K::Value>;
    const NAME: Option<&'static str> = K::NAME;

    fn read(node: &Node<'_>) -> Result<Self::Value> {
        K::read(node).map(Some)
    }

    fn show(value: &Self::Value) -> Value {
        value.as_ref().map_or(Value::Null, K::show)
    }

    fn describe(generator: &mut SchemaGenerator) -> Schema {
        K::describe(generator)
    }
}

impl<K: InVariable> InVariable for Maybe<K> {
    fn from_variable(text: &Text<'_>, names: &Names) -> Result<Self::Value> {
        K::from_variable(text, names).map(Some)
    }
}

/// One of several words.
pub(crate) struct Word<T>(PhantomData<T>);

impl<T: Words + Debug + Eq> Kind for Word<T> {
    type Value = T;
    const NAME: Option<&'static str> = Some(T::NAME);

    fn read(node: &Node<'_>) -> Result<T> {
        let text = node.text()?;
        T::choose(text.as_str()).map_err(|invalid| text.invalid(&invalid))
    }

    fn show(value: &T) -> Value {
        json!(value.word())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        words_schema::<T>()
    }
}

impl<T: Words + Debug + Eq> InVariable for Word<T> {
    fn from_variable(text: &Text<'_>, _: &Names) -> Result<T> {
        T::choose(text.as_str()).map_err(|invalid| text.invalid(&invalid))
    }
}

/// The schema of a choice of words, each with its meaning.
pub(super) fn words_schema<T: Words>() -> Schema {
    let word = |(word, about, _): &(&str, &str, T)| json!({ "type": "string", "const": word, "description": about.trim() });
    json_schema!({ "oneOf": T::WORDS.iter().map(word).collect::<Vec<_>>() })
}

/// A path, from the directory of the manifest.
pub(crate) struct FilePath;

impl Kind for FilePath {
    type Value = PathBuf;

    fn read(node: &Node<'_>) -> Result<PathBuf> {
        node.path()
    }

    fn show(value: &PathBuf) -> Value {
        json!(value.to_string_lossy())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        text_schema()
    }
}

/// The schema of a text that is not empty.
pub(super) fn text_schema() -> Schema {
    json_schema!({ "type": "string", "minLength": 1 })
}

/// The schema of a list of strings.
pub(super) fn texts_schema() -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string" } })
}

/// The schema of a list of strings that are not empty, at least one and none of them twice.
pub(super) fn distinct_texts_schema() -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true })
}
