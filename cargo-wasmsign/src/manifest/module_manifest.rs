//! `manifest`: whether a module says what it is, and what the publisher says besides.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::kind::Kind;
use super::listing::Listing;
use super::node::Node;
use super::setting::Setting;
use super::table::{Layer, Said, schema_of};
use crate::error::Result;
use crate::text::toml::toml_key;

const EXTRA: &str = "extra";

/// What one layer says of `manifest`.
#[derive(Debug, Clone)]
pub(crate) struct ModuleManifestLayer {
    on: Said<bool>,
    /// Texts by their keys. Those of other layers stay.
    extra: BTreeMap<String, Said<AnyText>>,
}

impl Default for ModuleManifestLayer {
    fn default() -> Self {
        Self { on: Said::unsaid(false), extra: BTreeMap::new() }
    }
}

/// `false`, `true` or a table.
impl Layer for ModuleManifestLayer {
    /// What the publisher says besides; none where modules have no manifest.
    type Value = Option<BTreeMap<String, String>>;
    const NAME: Option<&'static str> = Some("Manifest");

    fn read(node: &Node<'_>) -> Result<Self> {
        let on = |value| Said(Setting { value, origin: node.origin() });
        if let Some(value) = node.as_bool() {
            return Ok(Self { on: on(value), extra: BTreeMap::new() });
        }
        if node.as_table().is_none() {
            return Err(node.expected("`true`, `false` or a table"));
        }
        let extra = node.table(&[EXTRA])?.get(EXTRA, |node| {
            let one = |node: Node<'_>| Ok((node.key().to_owned(), Said::read(&node)?));
            node.any_table()?.nodes().map(one).collect::<Result<_>>()
        })?;
        Ok(Self { on: on(true), extra: extra.unwrap_or_default() })
    }

    fn cover(&mut self, nearer: &Self) {
        self.on.cover(&nearer.on);
        self.extra.extend(nearer.extra.clone());
    }

    fn list(&self, key: String, listing: &mut Listing) {
        if !self.on.0.value || self.extra.is_empty() {
            return self.on.list(key, listing);
        }
        for (name, text) in &self.extra {
            text.list(format!("{key}.{EXTRA}.{}", toml_key(name)), listing);
        }
    }

    fn into_value(self) -> Self::Value {
        let Self { on, extra } = self;
        let texts = || extra.into_iter().map(|(key, text)| (key, text.into_value())).collect();
        on.into_value().then(texts)
    }

    fn describe(generator: &mut SchemaGenerator) -> Schema {
        let mut on = schema_of::<Said<bool>>(generator);
        on.insert("description".to_owned(), json!("Whether modules say what they are."));
        let table = json!({
            "type": "object",
            "additionalProperties": false,
            "description": "They do, and say this besides.",
            "properties": { EXTRA: {
                "description": "Texts by their keys.",
                "type": "object",
                "additionalProperties": { "type": "string" },
            } },
        });
        json_schema!({ "anyOf": [on, table] })
    }
}

/// Any text, an empty one too.
struct AnyText;

impl Kind for AnyText {
    type Value = String;

    fn read(node: &Node<'_>) -> Result<String> {
        Ok(node.text()?.as_str().to_owned())
    }

    fn show(value: &String) -> Value {
        json!(value)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
