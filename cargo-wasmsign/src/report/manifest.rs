//! What a module says of itself, as JSON and as people read it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::ModuleManifest;

use crate::text::escape::escape;

/// The module manifest.
#[derive(Serialize, JsonSchema)]
pub(super) struct Manifest {
    /// The version of the manifest's form.
    schema: u32,
    /// The cargo package.
    package: String,
    /// The package's version.
    version: String,
    /// The cargo target.
    target: String,
    /// The cargo profile.
    profile: String,
    /// The commit: `git:` and hexadecimal digits.
    revision: Option<String>,
    /// Whether the package's directory had changes that are not in the commit.
    dirty: Option<bool>,
    /// The identity of what cargo made, before transform and optimizer.
    built: String,
    /// The optimizer that the module went through.
    optimizer: Option<Optimizer>,
    /// What the publisher says besides.
    extra: BTreeMap<String, String>,
}

/// An optimizer, and what it was told.
#[derive(Serialize, JsonSchema)]
struct Optimizer {
    name: String,
    version: String,
    options: Vec<String>,
}

impl From<&ModuleManifest> for Manifest {
    fn from(manifest: &ModuleManifest) -> Self {
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Self {
            schema: 1,
            package: manifest.package().to_owned(),
            version: manifest.version().to_string(),
            target: manifest.target().to_owned(),
            profile: manifest.profile().to_owned(),
            revision: manifest.revision().map(str::to_owned),
            dirty: manifest.dirty(),
            built: manifest.built().to_string(),
            optimizer: manifest.optimizer().map(|optimizer| Optimizer {
                name: optimizer.name.to_string(),
                version: optimizer.version.to_string(),
                options: optimizer.options.iter().map(ToString::to_string).collect(),
            }),
            extra: manifest.extra().map(owned).collect(),
        }
    }
}

impl Manifest {
    /// A line for each key, escaped.
    pub(super) fn lines(&self) -> Vec<String> {
        let dirty = if self.dirty == Some(true) { ", with changes" } else { "" };
        let revision = self.revision.as_ref().map(|revision| format!("{revision}{dirty}"));
        let optimizer = self.optimizer.as_ref().map(|Optimizer { name, version, options }| {
            format!("{name} {version} {}", options.join(" "))
        });
        let said = [
            ("package", Some(format!("{} {}", self.package, self.version))),
            ("target", Some(format!("{}, profile {}", self.target, self.profile))),
            ("revision", revision),
            ("built", Some(self.built.clone())),
            ("optimizer", optimizer),
        ];
        let said = said.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?)));
        let extra = self.extra.iter().map(|(key, text)| (format!("extra.{key}"), text.clone()));
        let line =
            |(key, text): (String, String)| format!("{:<14} {}", escape(&key), escape(&text));
        said.chain(extra).map(line).collect()
    }
}
