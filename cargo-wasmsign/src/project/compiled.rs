//! What a build has compiled, by cargo's own messages: so the features of each package are those that cargo has resolved.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::PackageId;
use serde::Deserialize;

use super::compiler::short_name;

/// The packages that were compiled, for which target, and with which features.
#[derive(Debug, Default)]
pub struct Compiled {
    /// By target: what cargo calls it in directories, or nothing for the machine that compiles.
    units: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    targets: Vec<String>,
}

/// As much of a message as counts here.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    package_id: Cow<'a, str>,
    features: Vec<String>,
    filenames: Vec<String>,
    target: Target,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Compiled {
    /// Nothing so far, of a build for these targets.
    pub fn for_targets<'t>(targets: impl IntoIterator<Item = &'t str>) -> Self {
        let targets = targets.into_iter().map(|target| short_name(target).to_owned()).collect();
        Self { units: BTreeMap::new(), targets }
    }

    /// Adds what a line of cargo's tells.
    pub fn add(&mut self, line: &str) {
        // Cheaper than parsing every diagnostic.
        if !line.contains("\"compiler-artifact\"") {
            return;
        }
        let Ok(message) = serde_json::from_str::<Message<'_>>(line) else { return };
        let is_script = message.target.kind.iter().any(|kind| kind == "custom-build");
        if message.reason != "compiler-artifact" || is_script {
            return;
        }
        let is_in = |target: &&String| {
            let is_named = |part: &std::ffi::OsStr| part == target.as_str();
            message.filenames.iter().any(|file| Path::new(file).iter().any(is_named))
        };
        let target = self.targets.iter().find(is_in).cloned().unwrap_or_default();
        let packages = self.units.entry(target).or_default();
        packages.entry(message.package_id.into_owned()).or_default().extend(message.features);
    }

    /// The features of a package, if it was compiled for this target.
    pub fn features(&self, package: &PackageId, target: &str) -> Option<&BTreeSet<String>> {
        self.units.get(short_name(target))?.get(&package.repr)
    }

    /// The features of a package, if it was compiled for the machine that compiles: a macro, or what a build script needs.
    pub(super) fn host_features(&self, package: &PackageId) -> Option<&BTreeSet<String>> {
        self.units.get("")?.get(&package.repr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_by_the_directory_of_their_target() {
        let mut compiled = Compiled::for_targets(["wasm32-wasip1"]);
        let line = |id: &str, kind: &str, file: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"{id}","target":{{"kind":["{kind}"]}},"features":["std"],"filenames":["/w/target/{file}"],"fresh":true}}"#
            )
        };
        for text in [
            line("a", "lib", "wasm32-wasip1/debug/deps/liba.rlib"),
            line("b", "proc-macro", "debug/deps/libb.so"),
            line("c", "custom-build", "debug/build/c/build-script-build"),
            r#"{"reason":"build-finished","success":true}"#.into(),
            "compiler-artifact".into(),
        ] {
            compiled.add(&text);
        }
        let id = |text: &str| PackageId { repr: text.into() };
        assert!(
            compiled.features(&id("a"), "wasm32-wasip1").is_some_and(|all| all.contains("std"))
        );
        assert!(compiled.host_features(&id("a")).is_none());
        assert!(compiled.host_features(&id("b")).is_some());
        assert!(compiled.host_features(&id("c")).is_none());
    }
}
