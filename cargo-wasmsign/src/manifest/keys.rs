//! `keys.<name>`: the keys that `sign-with` names.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_secret_key_text, may_be_secret};

use super::kind::{Kind, Maybe, text_schema};
use super::node::{Node, Table};
use super::table::{Layer, schema_of, table};
use super::text::Text;
use crate::error::{Error, Result};
use crate::keys::{Beside, Form, KeyRef, NamedKey, SCHEMES, Scheme, Told, Why};
use crate::text::nearest::quoted;
use crate::text::words::Invalid;

table! {
    /// A key that modules can be signed with.
    pub struct KeyOptions, layer KeyLayer, named "Key" {
        /// The public half: a path from this Cargo.toml, the key's text, `github:NAME` or `dir:PATH`. It must belong to the
        /// secret half; of several keys, one must.
        "public" public: Maybe<Public> = None;
        /// Where the secret half is found; never the secret itself.
        "secret" secret: Maybe<Secret> = None;
    }
}

/// Reads the table `keys`.
pub(super) fn read(node: &Node<'_>) -> Result<BTreeMap<String, NamedKey>> {
    let key = |node: Node<'_>| read_key(&node).map(|key| (key.name.clone(), key));
    node.any_table()?.nodes().map(key).collect()
}

/// The schema of the table `keys`.
pub(super) fn describe(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "additionalProperties": schema_of::<KeyLayer>(generator) })
}

fn read_key(node: &Node<'_>) -> Result<NamedKey> {
    let KeyOptions { public, secret } = KeyLayer::read(node)?.into_value();
    if public.is_none() {
        refuse_without_public(node)?;
    }
    Ok(NamedKey { name: node.key().to_owned(), public, secret, place: node.snippet() })
}

/// Where nothing else tells the public half, the manifest must.
fn refuse_without_public(key: &Node<'_>) -> Result<()> {
    let Some(secret) = key.any_table()?.node("secret").and_then(|node| node.as_table()) else {
        return Ok(());
    };
    let mut needing = SCHEMES.iter().filter(|scheme| scheme.needs_public);
    match needing.find_map(|scheme| secret.node(scheme.word)) {
        Some(node) => Err(node.place().error(format!(
            "a {} does not report its public key; set `public` as well as `secret`",
            node.key()
        ))),
        None => Ok(()),
    }
}

/// A public key: a path, or its own text. What is meant as a key must be one, so that it can be shown.
pub(crate) struct Public;

impl Kind for Public {
    type Value = KeyRef;

    fn read(node: &Node<'_>) -> Result<KeyRef> {
        let text = node.text()?;
        if is_secret_key_text(text.as_str()) {
            return Err(no_secrets(&text));
        }
        let key = KeyRef::public(text.as_str(), node.file().directory(), "the manifest");
        let key = key.map_err(|invalid| text.invalid(&invalid))?;
        match key.text().map(|text| PublicKey::decode(text.as_bytes())) {
            Some(Err(error)) => Err(text.error(format!(
                "expected a path or a public key, found neither; it may be a secret key and is not shown: {error}"
            ))),
            _ => Ok(key),
        }
    }

    fn show(value: &KeyRef) -> Value {
        value.told_public()
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        text_schema()
    }
}

/// Where a secret key is: a table with one scheme, and what that is told.
pub(crate) struct Secret;

impl Kind for Secret {
    type Value = KeyRef;
    const NAME: Option<&'static str> = Some("Secret");

    fn read(node: &Node<'_>) -> Result<KeyRef> {
        if let Some(text) = node.as_text() {
            return Err(no_secrets(&text));
        }
        let words: Vec<_> = SCHEMES.iter().map(|scheme| scheme.word).collect();
        let besides = SCHEMES.iter().filter_map(|scheme| scheme.beside.as_ref());
        let mut known: Vec<_> =
            words.iter().copied().chain(besides.map(|beside| beside.word)).collect();
        known.dedup();
        let table = node.table(&known)?;
        let (scheme, node) = only_scheme(&table, &words)?;
        let beside = beside(scheme, &table, &words)?;
        let texts = told(scheme, &node)?;
        let words: Vec<_> = texts.iter().map(Text::as_str).collect();
        let beside = beside.as_ref().map(Text::as_str);
        let told = Told { words: &words, beside, directory: node.file().directory() };
        KeyRef::of_scheme(scheme, &told).map_err(|wrong| match (wrong.why, texts.get(wrong.word)) {
            (Why::Secret, Some(text)) => no_secrets(text),
            (Why::Invalid(invalid), Some(text)) => text.invalid(&invalid),
            (Why::Secret, None) => node.place().error(NO_SECRETS).advice(INSTEAD),
            (Why::Invalid(invalid), None) => node.invalid(&invalid),
        })
    }

    fn show(value: &KeyRef) -> Value {
        value.told()
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        let choice = |scheme: &&Scheme| {
            let mut properties = json!({ scheme.word: form_schema(scheme.form) });
            if let Some(Beside { word, about }) = &scheme.beside {
                properties[*word] = form_schema(Form::Variable);
                properties[*word]["description"] = json!(about);
            }
            json!({
                "type": "object",
                "properties": properties,
                "required": [scheme.word],
                "additionalProperties": false,
                "description": scheme.about,
            })
        };
        json_schema!({ "oneOf": SCHEMES.iter().map(choice).collect::<Vec<_>>() })
    }
}

fn form_schema(form: Form) -> Value {
    match form {
        Form::Variable => json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }),
        Form::Text => json!({ "type": "string", "minLength": 1 }),
        Form::Command => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
    }
}

/// The one scheme that a table has.
fn only_scheme<'a>(table: &Table<'a>, words: &[&str]) -> Result<(&'static Scheme, Node<'a>)> {
    let one = format!("exactly one of {}", quoted(words, "and"));
    let mut nodes = table.nodes().filter(|node| words.contains(&node.key()));
    let (node, other) = (nodes.next(), nodes.next());
    let found = match (&node, other) {
        (None, _) => "none".to_owned(),
        (Some(one), Some(two)) => format!("`{}` and `{}`", one.key(), two.key()),
        (Some(_), None) => String::new(),
    };
    let known = |node: Node<'a>| {
        let scheme = SCHEMES.iter().find(|scheme| scheme.word == node.key())?;
        Some((*scheme, node))
    };
    let alone = node.filter(|_| found.is_empty()).and_then(known);
    alone.ok_or_else(|| table.invalid(&Invalid::instead(one, found)))
}

/// The variable that is named beside the word of a scheme.
fn beside<'a>(scheme: &Scheme, table: &Table<'a>, words: &[&str]) -> Result<Option<Text<'a>>> {
    let mut others = table.nodes().filter(|node| !words.contains(&node.key()));
    let own = scheme.beside.as_ref().map(|beside| beside.word);
    match others.find(|node| Some(node.key()) != own) {
        Some(node) => {
            Err(node.key_error(&format!("a key with `{}` has no `{}`", scheme.word, node.key())))
        }
        None => own.and_then(|word| table.node(word)).map(|node| variable(&node)).transpose(),
    }
}

/// What a scheme is told, each text at its place.
fn told<'a>(scheme: &Scheme, node: &Node<'a>) -> Result<Vec<Text<'a>>> {
    match scheme.form {
        Form::Variable => variable(node).map(|text| vec![text]),
        Form::Text => Ok(vec![node.text()?]),
        Form::Command => node.filled("a list of strings"),
    }
}

fn variable<'a>(node: &Node<'a>) -> Result<Text<'a>> {
    let text = node.text()?;
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match is_name(text.as_str()) && !may_be_secret(text.as_str()) {
        true => Ok(text),
        // The text is not repeated: it may be the secret itself.
        false => {
            Err(text.error("expected the name of an environment variable, found something else"))
        }
    }
}

const NO_SECRETS: &str = "a manifest must not contain secrets";
const INSTEAD: &str = "say where to find this one: { env = \"VARIABLE\" }, { env-file = \
                       \"VARIABLE\" } or { file = \"PATH\" }";

fn no_secrets(text: &Text<'_>) -> Error {
    text.error(NO_SECRETS).advice(INSTEAD)
}
