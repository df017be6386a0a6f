//! As much of JSON Schema as ours uses; what this does not know makes it fail.

use serde_json::{Map, Value};
use toml_edit::{DocumentMut, Item};

/// Words that ask for nothing.
const SILENT: [&str; 6] = ["description", "title", "default", "format", "$schema", "$defs"];

/// Whether the root schema takes a value; else the first thing that is wrong.
pub(super) fn valid(root: &Value, value: &Value) -> Result<(), String> {
    Validator { root }.check(root, value)
}

struct Validator<'a> {
    root: &'a Value,
}

impl Validator<'_> {
    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let words = schema.as_object().expect("a schema is an object");
        words.iter().try_for_each(|(word, asked)| self.word(words, word, asked, value))
    }

    fn word(
        &self,
        schema: &Map<String, Value>,
        word: &str,
        asked: &Value,
        value: &Value,
    ) -> Result<(), String> {
        let number = || asked.as_u64().expect("it is a number");
        let fits = match word {
            "pattern" => return pattern(asked, value),
            word if SILENT.contains(&word) => true,
            "$ref" => {
                let path = asked.as_str().and_then(|path| path.strip_prefix('#'));
                let target = path.and_then(|path| self.root.pointer(path));
                return self.check(target.expect("the reference leads somewhere"), value);
            }
            "type" => asked == kind(value),
            "const" => asked == value,
            "enum" => asked.as_array().is_some_and(|choices| choices.contains(value)),
            "not" => self.check(asked, value).is_err(),
            "anyOf" => self.matches(asked, value) >= 1,
            "oneOf" => self.matches(asked, value) == 1,
            "minimum" => value.as_i64().is_none_or(|it| it >= number() as i64),
            "maximum" => value.as_i64().is_none_or(|it| it <= number() as i64),
            "minLength" => value.as_str().is_none_or(|it| it.chars().count() as u64 >= number()),
            "minItems" => value.as_array().is_none_or(|it| it.len() as u64 >= number()),
            "uniqueItems" => value.as_array().is_none_or(|list| are_unique(list)),
            "items" => {
                return each(value.as_array().into_iter().flatten(), |it| self.check(asked, it));
            }
            "required" => asked.as_array().into_iter().flatten().all(|key| {
                value
                    .as_object()
                    .is_none_or(|table| table.contains_key(key.as_str().unwrap_or_default()))
            }),
            "propertyNames" => {
                let names = value.as_object().into_iter().flat_map(Map::keys);
                return each(names, |name| self.check(asked, &Value::from(name.as_str())));
            }
            "properties" | "additionalProperties" => return self.properties(schema, word, value),
            other => panic!("the validator does not know `{other}`"),
        };
        if fits { Ok(()) } else { Err(format!("{value} against {word}: {asked}")) }
    }

    /// Those that are named for `properties`, the others for `additionalProperties`.
    fn properties(
        &self,
        schema: &Map<String, Value>,
        word: &str,
        value: &Value,
    ) -> Result<(), String> {
        let named = |key: &str| schema.get("properties").and_then(|properties| properties.get(key));
        each(value.as_object().into_iter().flatten(), |(key, value)| {
            match (word, named(key), &schema[word]) {
                ("properties", Some(property), _) => self.check(property, value),
                ("properties", None, _) | (_, Some(_), _) => Ok(()),
                (_, None, Value::Bool(false)) => Err(format!("unknown key `{key}`")),
                (_, None, others) => self.check(others, value),
            }
        })
    }

    fn matches(&self, choices: &Value, value: &Value) -> usize {
        let choices = choices.as_array().expect("choices are a list");
        choices.iter().filter(|choice| self.check(choice, value).is_ok()).count()
    }
}

fn each<T>(
    items: impl IntoIterator<Item = T>,
    check: impl Fn(T) -> Result<(), String>,
) -> Result<(), String> {
    items.into_iter().try_for_each(check)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn are_unique(list: &[Value]) -> bool {
    list.iter().enumerate().all(|(index, item)| !list[..index].contains(item))
}

/// There are two patterns only: names of variables, and times.
fn pattern(asked: &Value, value: &Value) -> Result<(), String> {
    let fits = match asked.as_str() {
        Some("^[A-Za-z_][A-Za-z0-9_]*$") => is_name,
        Some("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$") => is_time,
        _ => panic!("another pattern needs another check: {asked}"),
    };
    match value.as_str() {
        Some(text) if !fits(text) => Err(format!("`{text}` does not match {asked}")),
        _ => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_time(text: &str) -> bool {
    let rest = ['h', 'm', 's'].into_iter().fold(text, |rest, unit| match rest.split_once(unit) {
        Some((number, behind))
            if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            behind
        }
        _ => rest,
    });
    rest.is_empty()
}

/// The tables of a manifest in the form that the schema describes.
pub(super) fn as_json(manifest: &str) -> Value {
    let document: DocumentMut = manifest.parse().expect("it is TOML");
    let table = |owner: &str| {
        let item = document.get(owner)?.get("metadata")?.get("wasmsign")?;
        Some((owner.to_owned(), of_item(item)))
    };
    ["workspace", "package"].into_iter().filter_map(table).collect()
}

fn of_item(item: &Item) -> Value {
    match item {
        Item::Value(value) => of_value(value),
        Item::Table(table) => {
            table.iter().map(|(key, item)| (key.to_owned(), of_item(item))).collect()
        }
        other => panic!("no manifest of the tests has {other:?}"),
    }
}

fn of_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::from(text.value().as_str()),
        toml_edit::Value::Integer(number) => Value::from(*number.value()),
        toml_edit::Value::Boolean(on) => Value::from(*on.value()),
        toml_edit::Value::Array(list) => list.iter().map(of_value).collect(),
        toml_edit::Value::InlineTable(table) => {
            table.iter().map(|(key, value)| (key.to_owned(), of_value(value))).collect()
        }
        other => panic!("no manifest of the tests has {other:?}"),
    }
}
