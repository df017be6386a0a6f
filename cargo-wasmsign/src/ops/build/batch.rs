//! The packages that one run of cargo builds.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cargo_metadata::{Package, PackageId};

use super::copies::CopyTargets;
use super::{Request, layout};
use crate::error::{Error, Result};
use crate::manifest::PackageConfig;
use crate::module::optimize::{self, Cache};
use crate::pipeline::{OutputDirectory, Recipe};
use crate::project::{Configuration, Reproducible, Run, Subject, Workspace};

/// What packages must have in common to be built by one run of cargo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RunSettings {
    pub(super) target: String,
    pub(super) reproducible: bool,
    pub(super) auditable: bool,
}

/// The packages that one run of cargo builds.
pub(crate) struct Batch {
    /// Their target triple.
    pub(crate) target: String,
    /// What makes it reproducible, if it is to be.
    reproducible: Option<Reproducible>,
    /// Whether cargo-auditable builds.
    pub(super) auditable: bool,
    /// Where their modules go.
    pub(crate) output: Arc<OutputDirectory>,
    /// What is done to each of them.
    pub(crate) packages: Vec<PlannedPackage>,
    /// The features that only packages of other batches have: cargo would refuse them here.
    other_features: Vec<String>,
}

/// What is done to one package.
pub(crate) struct PlannedPackage {
    pub(crate) package: Package,
    /// Its options, with those of the command line.
    pub(crate) config: PackageConfig,
    /// The modules that cargo is expected to make.
    pub(crate) files: Vec<String>,
    pub(super) recipe: Option<Arc<Recipe>>,
}

/// Where cargo builds, and where the optimizer's cache is.
pub(super) struct Directories {
    pub(super) target: PathBuf,
    /// All directories of cargo's, as cargo names them.
    named: Vec<PathBuf>,
    cache: Cache,
}

impl Directories {
    pub(super) fn of(request: &Request, workspace: &Workspace) -> Result<Self> {
        let target = request.compilation.target_directory(workspace)?;
        refuse_other_than_unicode(&target)?;
        let mut named = vec![target.clone(), workspace.build_directory()?];
        // As cargo names it, detours and all.
        let given = request.compilation.target_dir.iter();
        named.extend(given.flat_map(|given| Some(env::current_dir().ok()?.join(given))));
        let cache = Cache::of_target_directory(&target, optimize::limit_from_environment()?);
        Ok(Self { target, named, cache })
    }
}

impl Batch {
    /// A batch of packages with these settings in common. `features` are those that any batch has.
    pub(super) fn new(
        settings: RunSettings,
        packages: Vec<PlannedPackage>,
        features: &[&String],
        request: &Request,
        directories: &Directories,
        (workspace, configuration): (&Workspace, &Configuration),
    ) -> Result<Self> {
        let RunSettings { target, reproducible, auditable } = settings;
        let profile = request.compilation.profile.name();
        let subject = Subject { target: &target, profile, directories: &directories.named };
        let reproducible = reproducible
            .then(|| Reproducible::new(subject, workspace, configuration))
            .transpose()?;
        let is_other = |feature: &&String| !packages.iter().any(|one| one.has_feature(feature));
        let other_features = features.iter().copied().filter(is_other).cloned().collect();
        let Directories { target: directory, cache, .. } = directories;
        let output = Arc::new(layout::output_directory(directory, &target, profile, cache));
        Ok(Self { target, reproducible, auditable, output, packages, other_features })
    }

    /// The run of cargo that builds it.
    pub(crate) fn cargo(&self, run: &Run) -> Run {
        let mut features = run.features.clone();
        features.retain(|feature| !self.other_features.contains(feature));
        Run {
            packages: self.packages.iter().map(|one| one.package.id.clone()).collect(),
            target: self.target.clone(),
            features,
            reproducible: self.reproducible.clone(),
            auditable: self.auditable,
            ..run.clone()
        }
    }

    /// What is done to the modules of a package.
    pub(super) fn recipe_of(&self, id: &PackageId) -> Option<&Arc<Recipe>> {
        self.packages.iter().find(|one| one.package.id == *id)?.recipe.as_ref()
    }
}

impl PlannedPackage {
    pub(super) fn new(package: &Package, config: PackageConfig, files: Vec<String>) -> Self {
        Self { package: package.clone(), config, files, recipe: None }
    }

    /// Reserves the files that its modules are to be copied to.
    pub(super) fn reserve_copies(
        &self,
        copies: &mut CopyTargets,
        target: &str,
        cargo_directory: &Path,
    ) -> Result<()> {
        let Some(directory) = &self.config.options.artifact_dir else { return Ok(()) };
        self.files.iter().try_for_each(|file| {
            let module = format!("`{file}` of the package `{}` for {target}", self.package.name);
            copies.reserve(directory, file, module, cargo_directory)
        })
    }

    /// Whether a feature, as `--features` names it, is one of this package.
    pub(super) fn has_feature(&self, feature: &str) -> bool {
        match feature.split_once('/') {
            Some((package, _)) => *self.package.name == package,
            None => self.package.features.contains_key(feature),
        }
    }
}

/// cargo tells of its artifacts in JSON, which has no other paths: it would fail, or name another file.
fn refuse_other_than_unicode(directory: &Path) -> Result<()> {
    match directory.to_str() {
        Some(_) => Ok(()),
        None => Err(Error::usage(format!(
            "the target directory `{}` is not Unicode, and cargo's messages cannot contain it",
            directory.display()
        ))
        .advice("choose another one with `--target-dir`")),
    }
}
