//! The features that cargo will activate, as far as the workspace tells: they decide which programs it builds.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Dependency, DependencyKind, Package, PackageId, Target};

use super::Workspace;

/// cargo's flags for features.
#[derive(Debug, Clone, Default)]
pub struct FeatureFlags {
    /// `--features`, one by one.
    pub names: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

/// The features of the packages of a workspace.
pub struct ActivatedFeatures<'a> {
    members: Vec<&'a Package>,
    features: BTreeMap<&'a PackageId, BTreeSet<String>>,
}

impl<'a> ActivatedFeatures<'a> {
    /// What the flags activate for these packages, and what these activate for others of the workspace.
    pub fn of(workspace: &'a Workspace, selected: &[&'a Package], flags: &FeatureFlags) -> Self {
        let mut activated = Self { members: workspace.members(), features: BTreeMap::new() };
        for package in selected {
            activated.package(package);
            if !flags.no_default {
                activated.feature(package, "default");
            }
            if flags.all {
                package.features.keys().for_each(|feature| activated.feature(package, feature));
            }
            for feature in &flags.names {
                let own = feature.strip_prefix(&format!("{}/", package.name));
                activated.feature(package, own.unwrap_or(feature));
            }
        }
        activated
    }

    /// Whether a target of a package is built if it is not selected by name.
    pub fn enables(&self, package: &Package, target: &Target) -> bool {
        let active = self.features.get(&package.id);
        // Features of dependencies are not known here.
        let is_active = |feature: &String| {
            feature.contains('/') || active.is_some_and(|active| active.contains(feature))
        };
        target.required_features.iter().all(is_active)
    }

    fn package(&mut self, package: &'a Package) {
        if self.features.contains_key(&package.id) {
            return;
        }
        self.features.insert(&package.id, BTreeSet::new());
        let always = package.dependencies.iter().filter(|dependency| !dependency.optional);
        always.for_each(|dependency| self.dependency(dependency));
    }

    /// A feature of a package, or what one stands for: `other`, `dep:NAME`, `NAME/feature`, `NAME?/feature`.
    fn feature(&mut self, package: &'a Package, feature: &str) {
        if let Some(name) = feature.strip_prefix("dep:") {
            named(package, name).for_each(|dependency| self.dependency(dependency));
        } else if let Some((name, feature)) = feature.split_once('/') {
            let name = name.strip_suffix('?').unwrap_or(name);
            for dependency in named(package, name) {
                self.dependency(dependency);
                if let Some(member) = self.member(dependency) {
                    self.feature(member, feature);
                }
            }
        } else if let Some(others) = package.features.get(feature)
            && self.features.entry(&package.id).or_default().insert(feature.to_owned())
        {
            others.iter().for_each(|other| self.feature(package, other));
        }
    }

    /// A dependency, with the features that it is wanted with; one that is not of the workspace has no modules.
    fn dependency(&mut self, dependency: &Dependency) {
        let Some(member) = self.member(dependency) else { return };
        self.package(member);
        if dependency.uses_default_features {
            self.feature(member, "default");
        }
        dependency.features.iter().for_each(|feature| self.feature(member, feature));
    }

    /// The member of the workspace that a dependency on the same target is.
    fn member(&self, dependency: &Dependency) -> Option<&'a Package> {
        let directory = dependency.path.as_ref()?;
        let is_meant = |package: &&&Package| package.manifest_path.parent() == Some(directory);
        let member = self.members.iter().find(is_meant).copied();
        member.filter(|_| dependency.kind == DependencyKind::Normal)
    }
}

/// The dependencies of a package under this name.
fn named<'a>(package: &'a Package, name: &str) -> impl Iterator<Item = &'a Dependency> {
    let is_meant = move |dependency: &&Dependency| {
        dependency.rename.as_deref().unwrap_or(&dependency.name) == name
    };
    package.dependencies.iter().filter(is_meant)
}
