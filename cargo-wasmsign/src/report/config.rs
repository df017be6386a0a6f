//! What is printed of the configuration of packages.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::printer::Line;
use super::printer::{FAINT, Report};
use super::values::{from_here, path_text};
use crate::error::Result;
use crate::manifest::{self, Entry};
use crate::ops::config::Configuration;
use crate::text::escape::escape_json;
use crate::text::toml::toml_key;

/// Comments are aligned, unless a line is longer than this.
const WIDEST: usize = 48;

/// The settings of a package.
#[derive(Serialize, JsonSchema)]
pub(super) struct Config {
    /// Its name.
    package: String,
    /// Its `Cargo.toml`.
    manifest_path: String,
    /// cargo's profile.
    profile: String,
    /// Whether it takes part at all.
    enabled: bool,
    /// The optimizers that `optimize.tool = "auto"` selects, in the order in which they are tried.
    optimizers: Vec<String>,
    /// Every value by its dotted key, in the order of the reference.
    #[serde(serialize_with = "as_map")]
    #[schemars(with = "BTreeMap<String, Setting>")]
    options: Vec<(String, Setting)>,
}

/// A value and its origin.
#[derive(Serialize, JsonSchema)]
struct Setting {
    /// The value, as in a manifest; null if it is not set and has no default.
    value: Value,
    origin: Origin,
}

/// Who says something.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Origin {
    Default {
        /// The profile of cargo's whose `opt-level` decides, where one does.
        #[serde(skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
        /// That `opt-level`.
        #[serde(rename = "opt-level", skip_serializing_if = "Option::is_none")]
        level: Option<String>,
    },
    Manifest {
        path: String,
        line: usize,
        table: String,
    },
    /// A variable.
    Environment {
        name: &'static str,
    },
    /// A flag.
    CommandLine {
        name: &'static str,
    },
    /// A key of cargo's configuration.
    CargoConfiguration {
        name: &'static str,
    },
}

impl Report {
    /// The settings of a package with their origins: a TOML table, or a JSON line.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn configuration(&self, configuration: Configuration) -> Result<()> {
        let Configuration { package, manifest, profile, enabled, optimizers, entries } =
            configuration;
        let setting =
            |entry: Entry| (entry.key, Setting { value: entry.value, origin: entry.origin.into() });
        self.line(&Config {
            package,
            manifest_path: path_text(&manifest),
            profile,
            enabled,
            optimizers,
            options: entries.into_iter().map(setting).collect(),
        })
    }

    /// A JSON Schema, over several lines for people.
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
}

impl Line for Config {
    fn show(&self, report: &Report) -> Result<()> {
        let header = format!("[{}]", toml_key(&self.package));
        let path = escape_json(&from_here(Path::new(&self.manifest_path)).display().to_string());
        let profile = escape_json(&self.profile);
        report.result(&format!("{header}  {FAINT}# {path}, profile {profile}{FAINT:#}"))?;
        let lines = self.options.iter().filter_map(|(key, setting)| {
            Some((line(key, &setting.value)?, self.comment(key, &setting.origin)))
        });
        let lines: Vec<_> = lines.collect();
        let widths = lines.iter().map(|(line, _)| line.chars().count());
        let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or_default();
        for (line, comment) in lines {
            report.result(&format!("{line:width$}  {FAINT}# {comment}{FAINT:#}"))?;
        }
        report.result("")
    }
}

impl Config {
    fn comment(&self, key: &str, origin: &Origin) -> String {
        match key == "optimize.tool" && !self.optimizers.is_empty() {
            true => format!("{}: {}", origin.words(), self.optimizers.join(", else ")),
            false => origin.words(),
        }
    }
}

fn as_map<S: Serializer>(
    options: &[(String, Setting)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(options.iter().map(|(key, setting)| (key, setting)))
}

impl From<manifest::Origin> for Origin {
    fn from(origin: manifest::Origin) -> Self {
        use manifest::Origin as From;
        match origin {
            From::Default => Self::Default { profile: None, level: None },
            From::Manifest { place, table } => {
                Self::Manifest { path: path_text(place.path()), line: place.line(), table }
            }
            From::Environment(name) => Self::Environment { name },
            From::CommandLine(name) => Self::CommandLine { name },
            From::Cargo(name) => Self::CargoConfiguration { name },
            From::OptLevel { profile, level } => {
                Self::Default { profile: Some(profile), level: Some(level) }
            }
        }
    }
}

impl Origin {
    fn words(&self) -> String {
        match self {
            Self::Default { profile: Some(profile), level: Some(level) } => {
                escape_json(&format!("default: the profile {profile} has opt-level {level}"))
            }
            Self::Default { .. } => "default".to_owned(),
            Self::Manifest { path, line, table } => {
                let path = from_here(Path::new(path)).display();
                escape_json(&format!("{path}:{line} [{table}]"))
            }
            Self::Environment { name } | Self::CommandLine { name } => (*name).to_owned(),
            Self::CargoConfiguration { name } => format!("cargo's {name}"),
        }
    }
}

/// `key = value`, if there is a value: TOML cannot express that there is none.
fn line(key: &str, value: &Value) -> Option<String> {
    (!value.is_null()).then(|| escape_json(&format!("{key} = {}", toml(value))))
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use toml_edit::DocumentMut;

    use super::{Origin as Printed, *};
    use crate::manifest::Origin;
    use crate::text::snippet::Snippet;

    fn words(origin: Origin) -> String {
        Printed::from(origin).words()
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
            let line = line("a.\"b.c\".d", &value).expect("there is a value");
            assert!(!line.chars().any(char::is_control), "{line}");
            let document: DocumentMut = line.parse().unwrap_or_else(|e| panic!("{e}: {line}"));
            let back = as_value(document["a"]["b.c"]["d"].as_value().expect("it is a value"));
            assert_eq!(back, value, "{line}");
        }
        assert_eq!(line("a", &Value::Null), None);
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
        let place = Snippet::new(Path::new("/nowhere/a\u{1b}/Cargo.toml"), "\n\na", 2..3);
        let manifest = Origin::Manifest { place, table: "package.metadata.wasmsign".into() };
        assert_eq!(words(manifest), "/nowhere/a\\u001b/Cargo.toml:3 [package.metadata.wasmsign]");
        assert_eq!(words(Origin::Default), "default");
        assert_eq!(words(Origin::Environment("CARGO_WASMSIGN_TARGET")), "CARGO_WASMSIGN_TARGET");
        assert_eq!(words(Origin::CommandLine("--target")), "--target");
        assert_eq!(words(Origin::Cargo("build.target")), "cargo's build.target");
        let level = Origin::OptLevel { profile: "dev".into(), level: "0".into() };
        assert_eq!(words(level), "default: the profile dev has opt-level 0");
    }
}
