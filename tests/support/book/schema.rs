//! What the two schemas in docs/ say, as tables for people.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{paragraph, table};
use crate::repository;

/// The page of the manifest's keys.
pub fn manifest() -> String {
    let schema = Schema::read("manifest");
    let mut page = "# Manifest keys\n\n\
        Every key of `[package.metadata.wasmsign]` and `[workspace.metadata.wasmsign]`, made from \
        [the JSON Schema](../manifest.schema.json) that `cargo wasmsign config --schema` prints. \
        [Write the manifest](../how-to/manifest.md) shows them by example. An unknown key is an error.\n"
        .to_owned();
    let (_, precedence) =
        text(&schema.root, "description").split_once("\n\n").expect("it says what counts first");
    let _ = write!(page, "\n{}\n", paragraph(precedence));
    page += &schema.sections(&["Package", "Workspace"]);
    page
}

/// The page of what `--format json` prints.
pub fn output() -> String {
    let schema = Schema::read("output");
    let mut page = "# JSON\n\n\
        With `--format json`, each command prints one JSON object a line on standard output, and nothing else there. \
        This page is made from [the JSON Schema](../output.schema.json) that `cargo wasmsign config --schema=output` \
        prints. Fields may be added; what is here keeps its name and meaning for as long as `schema` keeps its number. \
        `build` prints cargo's own messages too.\n"
        .to_owned();
    let lines = schema.root["anyOf"].as_array().expect("a list of lines");
    let lines: Vec<_> = lines.iter().filter_map(|line| Some(named(line)?.to_owned())).collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    page += &schema.sections(&lines);
    page
}

/// A schema of docs/.
struct Schema {
    root: Value,
}

impl Schema {
    fn read(name: &str) -> Self {
        let path = repository().join("docs").join(format!("{name}.schema.json"));
        let text = std::fs::read_to_string(path).expect("the schema is there");
        Self { root: serde_json::from_str(&text).expect("it is JSON") }
    }

    fn definition(&self, name: &str) -> &Value {
        &self.root["$defs"][name]
    }

    /// A section for each of these definitions, and then for what they refer to, in the order of first mention.
    fn sections(&self, first: &[&str]) -> String {
        let mut waiting: VecDeque<String> = first.iter().map(|&name| name.to_owned()).collect();
        let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
        let mut text = String::new();
        while let Some(name) = waiting.pop_front() {
            text += &self.section(&name);
            let mut mentioned = Vec::new();
            mentions(self.definition(&name), &mut mentioned);
            for name in mentioned {
                if self.has_section(&name) && seen.insert(name.clone()) {
                    waiting.push_back(name);
                } else if !self.has_section(&name) && seen.insert(name.clone()) {
                    // It is told where it is used, and so is what it refers to.
                    let mut below = Vec::new();
                    mentions(self.definition(&name), &mut below);
                    let new = below.into_iter().filter(|name| self.has_section(name));
                    waiting.extend(new.filter(|name| seen.insert(name.clone())));
                }
            }
        }
        text
    }

    /// Whether a definition has keys, or says more than a few words can.
    fn has_section(&self, name: &str) -> bool {
        let definition = self.definition(name);
        definition.get("properties").is_some()
            || variants(definition).iter().any(|variant| variant.get("properties").is_some())
            || words(definition)
                .is_some_and(|words| words.iter().any(|(_, about)| !about.is_empty()))
    }

    fn section(&self, name: &str) -> String {
        let definition = self.definition(name);
        let mut text = format!("\n## {name}\n");
        if let Some(about) = definition["description"].as_str() {
            let _ = write!(text, "\n{}\n", paragraph(about));
        }
        if let Some(words) = words(definition) {
            let rows = words.into_iter().map(|(word, about)| vec![format!("`{word}`"), about]);
            let _ = write!(text, "\n{}", table(&["value", "meaning"], rows));
            return text;
        }
        if let Some(properties) = definition["properties"].as_object() {
            let (shared, own) = self.own(name, properties);
            if let Some(other) = shared {
                let _ = write!(
                    text,
                    "\nAll keys of [{other}](#{}), and these:\n",
                    other.to_lowercase()
                );
            }
            let _ = write!(text, "\n{}", self.keys(&own, definition));
        }
        for variant in variants(definition) {
            match variant["properties"].as_object() {
                Some(properties) => {
                    let about = paragraph(text_or_empty(variant, "description"));
                    let about = if about.is_empty() { "Or these keys:".to_owned() } else { about };
                    let _ = write!(text, "\n{about}\n\n{}", self.keys(properties, variant));
                }
                None => {
                    let about = paragraph(text_or_empty(variant, "description"));
                    let _ = write!(text, "\nOr, as {}: {about}\n", self.kind(variant));
                }
            }
        }
        text
    }

    /// The keys that a workspace has and a package has not, so that none is told twice.
    fn own(&self, name: &str, keys: &Map<String, Value>) -> (Option<&str>, Map<String, Value>) {
        let package = match name {
            "Workspace" => self.definition("Package")["properties"].as_object(),
            _ => None,
        };
        let Some(package) = package else { return (None, keys.clone()) };
        let has_all = package.iter().all(|(key, value)| keys.get(key) == Some(value));
        assert!(has_all, "a package has a key that a workspace has not, or has otherwise");
        let own = keys.iter().filter(|(key, _)| !package.contains_key(*key));
        (Some("Package"), own.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn keys(&self, properties: &Map<String, Value>, definition: &Value) -> String {
        let required = |key: &str| {
            let list = definition["required"].as_array();
            list.is_some_and(|list| list.iter().any(|name| name == key))
        };
        let rows = properties.iter().map(|(key, value)| {
            let optional = definition.get("required").is_some() && !required(key);
            let kind = self.kind(value) + if optional { ", may be left out" } else { "" };
            let mut about = paragraph(text_or_empty(value, "description"));
            if let Some(default) = value.get("default") {
                let _ = write!(about, " Default: `{default}`.");
            }
            vec![format!("`{key}`"), kind, about.trim().to_owned()]
        });
        table(&["key", "value", "meaning"], rows)
    }

    /// What a value is, in a few words.
    fn kind(&self, value: &Value) -> String {
        if let Some(name) = named(value) {
            return match self.has_section(name) {
                true => format!("[{name}](#{})", name.to_lowercase()),
                false => self.kind(self.definition(name)),
            };
        }
        if let Some(constant) = value.get("const") {
            return format!("`{constant}`");
        }
        if let Some(words) = words(value) {
            let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            return words.join(", ");
        }
        let choices = variants(value);
        if !choices.is_empty() {
            let kinds: Vec<_> = choices.iter().map(|choice| self.kind(choice)).collect();
            return kinds.join(" or ");
        }
        let types = match &value["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            Value::String(one) => vec![one.as_str()],
            _ => return "any value".into(),
        };
        let kinds: Vec<_> = types.into_iter().map(|one| self.plain(one, value)).collect();
        kinds.join(" or ")
    }

    fn plain(&self, name: &str, value: &Value) -> String {
        let values = value.get("additionalProperties").filter(|values| values.is_object());
        match (name, value.get("items"), values) {
            ("array", Some(items), _) => {
                let kind = self.kind(items);
                format!("list of {kind}{}", if kind == "string" { "s" } else { "" })
            }
            ("object", _, Some(values)) => {
                format!("table of names, each with {}", self.kind(values))
            }
            ("object", ..) => {
                let keys = value["properties"].as_object().into_iter().flat_map(Map::keys);
                let keys: Vec<_> = keys.map(|key| format!("`{key}`")).collect();
                if keys.is_empty() {
                    "table".into()
                } else {
                    format!("table of {}", keys.join(", "))
                }
            }
            ("null", ..) => "null".into(),
            (name, ..) => name.into(),
        }
    }
}

/// The definition that a value refers to.
fn named(value: &Value) -> Option<&str> {
    value["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// The alternatives of a value.
fn variants(value: &Value) -> Vec<&Value> {
    let list = value.get("anyOf").or_else(|| value.get("oneOf"));
    list.and_then(Value::as_array).into_iter().flatten().collect()
}

/// The words that a value is one of, each with what it means.
fn words(value: &Value) -> Option<Vec<(&str, String)>> {
    if let Some(list) = value["enum"].as_array() {
        return list.iter().map(|word| Some((word.as_str()?, String::new()))).collect();
    }
    let choices = variants(value);
    let word = |choice: &&'_ Value| choice.get("const").and_then(Value::as_str).is_some();
    if choices.is_empty() || !choices.iter().all(word) {
        return None;
    }
    let told = choices.into_iter().map(|choice| {
        let about = paragraph(text_or_empty(choice, "description"));
        (choice["const"].as_str().unwrap_or_default(), about)
    });
    Some(told.collect())
}

/// Every definition that a value names, in order.
fn mentions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(named(value).map(str::to_owned));
            fields.values().for_each(|value| mentions(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| mentions(value, found)),
        _ => {}
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().expect("the schema says it")
}

fn text_or_empty<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}
