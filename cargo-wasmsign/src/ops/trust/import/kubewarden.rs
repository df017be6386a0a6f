//! The verification configuration of Kubewarden: `allOf`, each of which must have signed, and `anyOf`, of which some must.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use saphyr_parser::{Event, Parser};
use serde::Deserialize;
use serde_json::{Map, Value};
use wasmsign_core::PublicKey;

use super::trusted::{Requirement, Trusted};
use crate::text::escape::escape;

/// A file. What it has besides is named.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    api_version: String,
    #[serde(default)]
    all_of: Vec<Signature>,
    any_of: Option<AnyOf>,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyOf {
    #[serde(default = "one")]
    minimum_matches: usize,
    signatures: Vec<Signature>,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

/// Who must have signed.
#[derive(Deserialize)]
struct Signature {
    kind: String,
    owner: Option<String>,
    key: Option<String>,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

fn one() -> usize {
    1
}

/// Whether this is meant to be such a file.
pub(super) fn is_one(text: &str) -> bool {
    let starts = ["apiVersion:", "allOf:", "anyOf:"];
    text.lines().any(|line| starts.iter().any(|start| line.starts_with(start)))
}

/// Reads a file.
///
/// # Errors
///
/// What keeps it from being such a file.
pub(super) fn read(text: &str) -> Result<Trusted, String> {
    let configuration: Configuration =
        serde_json::from_value(parse(text)?).map_err(|error| error.to_string())?;
    let Configuration { api_version, all_of, any_of, other } = configuration;
    if api_version != "v1" {
        return Err(format!("expected the apiVersion `v1`, found `{}`", escape(&api_version)));
    }
    let mut trusted = Trusted::default();
    leave_out("", &other, &mut trusted);
    for (index, signature) in all_of.iter().enumerate() {
        let keys = signature.add_to(&mut trusted, &format!("allOf, entry {}", index + 1));
        trusted.require.extend(keys.map(|key| Requirement { keys: vec![key], threshold: 1 }));
    }
    if let Some(any_of) = any_of {
        add_any_of(&any_of, &mut trusted)?;
    }
    Ok(trusted)
}

fn add_any_of(any_of: &AnyOf, trusted: &mut Trusted) -> Result<(), String> {
    let AnyOf { minimum_matches: threshold, signatures, other } = any_of;
    leave_out("anyOf: ", other, trusted);
    let mut keys = Vec::new();
    for (index, signature) in signatures.iter().enumerate() {
        keys.extend(signature.add_to(trusted, &format!("anyOf, entry {}", index + 1)));
    }
    match threshold {
        0 => return Err("anyOf: `minimumMatches` is 0, so that nobody needs to have signed".into()),
        wanted if *wanted > signatures.len() => {
            let given = signatures.len();
            return Err(format!(
                "anyOf: `minimumMatches` is {wanted}, but there are {given} signatures"
            ));
        }
        wanted if *wanted > keys.len() => {
            let left = keys.len();
            let why = format!(
                "`minimumMatches` is {wanted}, and {left} of the signatures can be carried over"
            );
            trusted.left_out.push(format!("anyOf: {why}"));
        }
        _ => trusted.require.push(Requirement { keys, threshold: *threshold }),
    }
    Ok(())
}

impl Signature {
    /// The name of its key, if that can sign modules and nothing else is asked for.
    fn add_to(&self, trusted: &mut Trusted, place: &str) -> Option<String> {
        let kind = escape(&self.kind);
        let public = match (self.kind.as_str(), &self.key) {
            ("pubKey", Some(key)) => {
                PublicKey::decode(key.as_bytes()).map_err(|error| error.to_string())
            }
            ("pubKey", None) => Err("it has no `key`".to_owned()),
            _ => Err(format!("the kind `{kind}` is no key")),
        };
        match public {
            Ok(public) => {
                leave_out(&format!("{place}: "), &self.other, trusted);
                let name = self.owner.as_deref().unwrap_or("key");
                Some(trusted.add(name, public).name.clone())
            }
            Err(why) => {
                trusted.left_out.push(format!("{place}: {why}"));
                None
            }
        }
    }
}

/// Names what is asked for besides.
fn leave_out(place: &str, other: &BTreeMap<String, Value>, trusted: &mut Trusted) {
    let named = other.keys().map(|name| format!("{place}`{}`", escape(name)));
    trusted.left_out.extend(named);
}

/// The one document of a file, without what refers to another place in it: a few lines of that can fill the memory.
fn parse(text: &str) -> Result<Value, String> {
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        if let Event::Alias(_) = event {
            return Err(format!("line {}: aliases are not supported", span.start.line()));
        }
    }
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    match &documents[..] {
        [document] => value(document),
        other => Err(format!("expected one YAML document, found {}", other.len())),
    }
}

fn value(node: &Yaml<'_>) -> Result<Value, String> {
    match node {
        Yaml::Value(Scalar::Null) => Ok(Value::Null),
        Yaml::Value(Scalar::Boolean(value)) => Ok((*value).into()),
        Yaml::Value(Scalar::Integer(value)) => Ok((*value).into()),
        Yaml::Value(Scalar::String(text)) => Ok(text.as_ref().into()),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(pairs) => {
            let pairs = pairs.iter().map(|(key, item)| match key {
                Yaml::Value(Scalar::String(key)) => Ok((key.as_ref().to_owned(), value(item)?)),
                _ => Err("the keys of a mapping must be strings".to_owned()),
            });
            pairs.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        _ => Err("a value is neither a string, a number, a list nor a mapping".to_owned()),
    }
}
