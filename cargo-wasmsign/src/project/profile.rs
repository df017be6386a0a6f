//! The `opt-level` that a profile of cargo has for a package, as it is before cargo is called. Once there is an artifact,
//! cargo's own word counts.

use std::collections::BTreeSet;

use cargo_metadata::Package;
use toml_edit::{DocumentMut, Item, TableLike};

use super::Configuration;
use super::workspace::{Workspace, is_meant};
use crate::error::{Error, Result};

/// The profiles of a workspace: what its `Cargo.toml` says, and what cargo's configuration says above that.
pub struct Profiles<'a> {
    manifest: DocumentMut,
    configuration: &'a Configuration,
}

impl<'a> Profiles<'a> {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// Exit code 4 for a file that cannot be read.
    pub fn load(workspace: &Workspace, configuration: &'a Configuration) -> Result<Self> {
        let text = fs_err::read_to_string(workspace.manifest())
            .map_err(|source| Error::io("failed to read the manifest", source))?;
        // What is not TOML has been refused.
        let manifest = text.parse().unwrap_or_default();
        Ok(Self { manifest, configuration })
    }

    /// The `opt-level` of a member of the workspace, as cargo says it: `0` to `3`, `s` or `z`.
    ///
    /// # Errors
    ///
    /// Exit code 2 for what cannot be read as cargo reads it.
    pub fn opt_level(&self, profile: &str, package: &Package) -> Result<String> {
        let chain = self.chain(profile)?;
        for name in &chain {
            if let Some(level) = self.of_package(name, package)? {
                return Ok(level);
            }
        }
        for name in &chain {
            if let Some(level) = self.said(&["profile", name, "opt-level"])? {
                return Ok(level);
            }
        }
        let is_release = chain.last().is_some_and(|name| name == "release");
        Ok(if is_release { "3" } else { "0" }.to_owned())
    }

    /// A profile and those that it inherits from, the nearest first.
    fn chain(&self, profile: &str) -> Result<Vec<String>> {
        let (mut chain, mut seen) = (Vec::new(), BTreeSet::new());
        let mut next = Some(profile.to_owned());
        // A circle is cargo's to refuse.
        while let Some(name) = next.filter(|name| seen.insert(name.clone())) {
            next = match name.as_str() {
                "dev" | "release" => None,
                "test" => Some("dev".to_owned()),
                "bench" => Some("release".to_owned()),
                _ => self.said(&["profile", &name, "inherits"])?,
            };
            chain.push(name);
        }
        Ok(chain)
    }

    /// What `[profile.NAME.package.SPEC]` says of a package. `*` means packages that are no members.
    fn of_package(&self, profile: &str, package: &Package) -> Result<Option<String>> {
        let table = ["profile", profile, "package"];
        let configured = self.configuration.keys(&table);
        let in_manifest = self.in_manifest(&table).and_then(Item::as_table_like);
        let in_manifest = in_manifest.into_iter().flat_map(TableLike::iter).map(|(spec, _)| spec);
        let means = |spec: &&str| *spec != "*" && is_meant(package, spec);
        for spec in configured.iter().copied().filter(means) {
            if let Some(level) =
                self.configuration.text(&[&table[..], &[spec, "opt-level"]].concat())?
            {
                return Ok(Some(level));
            }
        }
        let said = |spec| scalar(self.in_manifest(&[&table[..], &[spec, "opt-level"]].concat())?);
        Ok(in_manifest.filter(means).find_map(said))
    }

    /// The configuration counts more than the manifest.
    fn said(&self, key: &[&str]) -> Result<Option<String>> {
        let configured = self.configuration.text(key)?;
        Ok(configured.or_else(|| scalar(self.in_manifest(key)?)))
    }

    fn in_manifest(&self, key: &[&str]) -> Option<&Item> {
        key.iter().try_fold(self.manifest.as_item(), |item, word| item.get(word))
    }
}

fn scalar(item: &Item) -> Option<String> {
    item.as_str().map(str::to_owned).or_else(|| Some(item.as_integer()?.to_string()))
}
