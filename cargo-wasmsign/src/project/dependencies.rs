//! What a package of the workspace depends on, as cargo has resolved and compiled it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};

use super::cargo::{Resolution, command};
use super::compiled::Compiled;
use super::features::FeatureFlags;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child;

/// All packages that a workspace needs for one target.
#[derive(Debug)]
pub struct Dependencies {
    metadata: Metadata,
    target: String,
}

/// A package that another one needs.
#[derive(Debug)]
pub struct Reached<'a> {
    /// The package.
    pub package: &'a Package,
    /// Whether its code was compiled for the target. The others are macros, and what build scripts need.
    pub is_linked: bool,
    /// Its features.
    pub features: BTreeSet<String>,
    /// What it needs itself.
    pub dependencies: BTreeSet<&'a PackageId>,
}

impl Dependencies {
    /// Asks cargo.
    ///
    /// # Errors
    ///
    /// Exit code 101 where cargo fails.
    pub fn load(resolution: &Resolution, target: &str, features: &FeatureFlags) -> Result<Self> {
        let failed = || Error::new(Exit::Build, "cargo metadata failed to list the dependencies");
        let mut cargo = command(&["metadata"], resolution);
        cargo.args(["--format-version", "1", "--color", "never", "--filter-platform", target]);
        cargo.args(features.all.then_some("--all-features"));
        cargo.args(features.no_default.then_some("--no-default-features"));
        features.names.iter().for_each(|name| {
            cargo.args(["--features", name]);
        });
        cargo.stdout(Stdio::piped());
        let output = child::output(&mut cargo, &[]).map_err(|source| failed().because(source))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(failed().because(said));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata =
            MetadataCommand::parse(text.as_ref()).map_err(|source| failed().because(source))?;
        Ok(Self { metadata, target: target.to_owned() })
    }

    /// A package with everything that it was compiled with: not what only tests need, and nothing that was not compiled.
    pub fn of<'a>(
        &'a self,
        root: &PackageId,
        compiled: &Compiled,
    ) -> BTreeMap<&'a PackageId, Reached<'a>> {
        let packages: BTreeMap<_, _> =
            self.metadata.packages.iter().map(|package| (&package.id, package)).collect();
        let nodes = self.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let nodes: BTreeMap<_, _> = nodes.map(|node| (&node.id, node)).collect();
        let mut reached: BTreeMap<&PackageId, Reached<'_>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<_> =
            nodes.get_key_value(root).map(|(id, _)| (*id, true)).into_iter().collect();
        while let Some((id, is_linked)) = waiting.pop() {
            let features = match is_linked {
                true => compiled.features(id, &self.target),
                false => compiled.host_features(id),
            };
            let (Some(package), Some(features)) = (packages.get(id), features) else { continue };
            if !seen.insert((id, is_linked)) {
                continue;
            }
            let edges: Vec<_> = nodes
                .get(id)
                .into_iter()
                .flat_map(|node| &node.deps)
                .flat_map(|dependency| {
                    let is_macro =
                        packages.get(&dependency.pkg).is_some_and(|package| is_macro(package));
                    let worlds =
                        dependency.dep_kinds.iter().filter_map(move |kind| match kind.kind {
                            DependencyKind::Normal => Some(is_linked && !is_macro),
                            DependencyKind::Build => Some(false),
                            _ => None,
                        });
                    worlds.map(|is_linked| (&dependency.pkg, is_linked))
                })
                .filter(|(id, is_linked)| match is_linked {
                    true => compiled.features(id, &self.target).is_some(),
                    false => compiled.host_features(id).is_some(),
                })
                .collect();
            let entry = reached.entry(id).or_insert_with(|| Reached {
                package,
                is_linked: false,
                features: BTreeSet::new(),
                dependencies: BTreeSet::new(),
            });
            // Of a package that was compiled twice, the features in the module are those that count.
            if is_linked || !entry.is_linked {
                entry.features = features.clone();
            }
            entry.is_linked |= is_linked;
            entry.dependencies.extend(edges.iter().map(|(id, _)| *id));
            waiting.extend(edges);
        }
        reached
    }
}

/// Whether a package is a macro, which runs in the compiler.
fn is_macro(package: &Package) -> bool {
    package.targets.iter().any(|target| target.kind.contains(&TargetKind::ProcMacro))
}
