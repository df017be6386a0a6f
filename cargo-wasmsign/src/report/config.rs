//! What is told of the configuration of packages.

use serde_json::{Map, Value, json};

use super::build::from_here;
use super::{FAINT, Report};
use crate::error::Result;
use crate::manifest::{Entry, Origin, toml_key};
use crate::ops::config::Configuration;
use crate::text::escape::escape_json;

/// Comments stand below each other, unless a line is longer than this.
const WIDEST: usize = 48;

impl Report {
    /// What counts for a package, and who says so: a table of TOML, or a line of JSON.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn configuration(&self, configuration: &Configuration) -> Result<()> {
        match self.is_json() {
            true => self.json(&as_json(configuration)),
            false => self.listing(configuration),
        }
    }

    /// The schema of the manifests, over several lines for people.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn schema(&self, schema: &Value) -> Result<()> {
        match self.is_json() {
            true => self.json(schema),
            false => self.result(&format!("{schema:#}")),
        }
    }

    fn listing(&self, configuration: &Configuration) -> Result<()> {
        let Configuration { package, manifest, profile, entries, .. } = configuration;
        let header = format!("[{}]", toml_key(package));
        let place = escape_json(&from_here(manifest).display().to_string());
        let profile = escape_json(profile);
        self.result(&format!("{header}  {FAINT}# {place}, profile {profile}{FAINT:#}"))?;
        let said = |entry: &Entry| match entry.key.as_str() {
            "optimize.tool" if !configuration.optimizers.is_empty() => {
                let tools = configuration.optimizers.join(", else ");
                format!("{}: {tools}", said_by(&entry.origin))
            }
            _ => said_by(&entry.origin),
        };
        let lines = entries.iter().filter_map(|entry| Some((line(entry)?, said(entry))));
        let lines: Vec<_> = lines.collect();
        let widths = lines.iter().map(|(line, _)| line.chars().count());
        let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or_default();
        for (line, origin) in lines {
            self.result(&format!("{line:width$}  {FAINT}# {origin}{FAINT:#}"))?;
        }
        self.result("")
    }
}

fn as_json(configuration: &Configuration) -> Value {
    let option = |entry: &Entry| {
        let said = json!({ "value": entry.value, "origin": origin_as_json(&entry.origin) });
        (entry.key.clone(), said)
    };
    json!({
        "package": configuration.package,
        "manifest_path": configuration.manifest.to_string_lossy(),
        "profile": configuration.profile,
        "enabled": configuration.enabled,
        "optimizers": configuration.optimizers,
        "options": configuration.entries.iter().map(option).collect::<Map<_, _>>(),
    })
}

fn origin_as_json(origin: &Origin) -> Value {
    match origin {
        Origin::Default => json!({ "kind": "default" }),
        Origin::Manifest { path, line, table, .. } => json!({
            "kind": "manifest",
            "path": path.to_string_lossy(),
            "line": line,
            "table": table,
        }),
        Origin::Environment(name) => json!({ "kind": "environment", "name": name }),
        Origin::CommandLine(name) => json!({ "kind": "command-line", "name": name }),
        Origin::Cargo(name) => json!({ "kind": "cargo-configuration", "name": name }),
        Origin::OptLevel { profile, level } => {
            json!({ "kind": "default", "profile": profile, "opt-level": level })
        }
    }
}

/// `key = value`, where there is a value: TOML has none that says so.
fn line(entry: &Entry) -> Option<String> {
    let value = (!entry.value.is_null()).then(|| toml(&entry.value))?;
    Some(escape_json(&format!("{} = {value}", entry.key)))
}

/// A value as TOML, on one line. The escapes of JSON's strings are some of TOML's.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            format!("[{}]", list.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Value::Object(table) => {
            let pair =
                |(key, value): (&String, &Value)| format!("{} = {}", toml_key(key), toml(value));
            format!("{{ {} }}", table.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn said_by(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Manifest { path, line, table, .. } => {
            let path = from_here(path).display();
            escape_json(&format!("{path}:{line} [{table}]"))
        }
        Origin::Environment(name) | Origin::CommandLine(name) => (*name).to_owned(),
        Origin::Cargo(name) => format!("cargo's {name}"),
        Origin::OptLevel { profile, level } => {
            escape_json(&format!("default: the profile {profile} has opt-level {level}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use toml_edit::DocumentMut;

    use super::*;

    fn entry(key: &str, value: Value) -> Entry {
        Entry { key: key.to_owned(), value, origin: Origin::Default }
    }

    #[test]
    fn lines_are_toml_whatever_they_hold() {
        let strange = "a \"b\" \\ \u{1b}\u{7f}\u{9b}\u{202e}\n#'é";
        let values = [
            json!(true),
            json!(116),
            json!("z"),
            json!(strange),
            json!([]),
            json!([["@standard", strange], ["name"]]),
            json!({ "env": "KEY" }),
            json!({ strange: [strange] }),
        ];
        for value in values {
            let line = line(&entry("a.\"b.c\".d", value.clone())).expect("there is a value");
            assert!(!line.chars().any(char::is_control), "{line}");
            let document: DocumentMut = line.parse().unwrap_or_else(|e| panic!("{e}: {line}"));
            let back = as_value(document["a"]["b.c"]["d"].as_value().expect("it is a value"));
            assert_eq!(back, value, "{line}");
        }
        assert_eq!(line(&entry("a", Value::Null)), None);
    }

    fn as_value(value: &toml_edit::Value) -> Value {
        match value {
            toml_edit::Value::Array(list) => list.iter().map(as_value).collect(),
            toml_edit::Value::InlineTable(table) => {
                table.iter().map(|(key, value)| (key.to_owned(), as_value(value))).collect()
            }
            other => other
                .as_str()
                .map(Value::from)
                .or(other.as_bool().map(Value::from))
                .or(other.as_integer().map(Value::from))
                .expect("manifests hold nothing else"),
        }
    }

    #[test]
    fn origins_are_told_by_place() {
        let path = PathBuf::from("/nowhere/a\u{1b}/Cargo.toml");
        let manifest = Origin::Manifest {
            path,
            line: 3,
            column: 1,
            table: "package.metadata.wasmsign".into(),
        };
        assert_eq!(
            said_by(&manifest),
            "/nowhere/a\\u001b/Cargo.toml:3 [package.metadata.wasmsign]"
        );
        assert_eq!(said_by(&Origin::Default), "default");
        assert_eq!(said_by(&Origin::Environment("CARGO_WASMSIGN_TARGET")), "CARGO_WASMSIGN_TARGET");
        assert_eq!(said_by(&Origin::CommandLine("--target")), "--target");
        assert_eq!(said_by(&Origin::Cargo("build.target")), "cargo's build.target");
        let level = Origin::OptLevel { profile: "dev".into(), level: "0".into() };
        assert_eq!(said_by(&level), "default: the profile dev has opt-level 0");
    }
}
