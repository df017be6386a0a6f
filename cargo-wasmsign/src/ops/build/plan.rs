//! What a build will do, decided before cargo is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use cargo_metadata::Package;

use super::batch::{Batch, Directories, PlannedPackage, RunSettings};
use super::copies::CopyTargets;
use super::recipes::Recipes;
use super::{Request, layout};
use crate::error::{Error, Result};
use crate::manifest::{CommandLine, Manifests, PackageConfig, Settings};
use crate::module::shape::Delimiters;
use crate::ops::resolve::{self, Query, Resolved};
use crate::ops::select::{self, TargetFilter};
use crate::project::{self, ActivatedFeatures, Configuration, Selection, Workspace};

/// A build, decided and not begun.
pub(super) struct Plan {
    manifests: Manifests,
    /// One for each run of cargo.
    pub(super) batches: Vec<Batch>,
    /// Where copies of the modules go.
    pub(super) copies: CopyTargets,
    /// All packages of the selection that take part, of every part of it.
    pub(super) selected: Vec<Package>,
}

/// The packages of each run of cargo.
type Groups = BTreeMap<RunSettings, Vec<PlannedPackage>>;

impl Plan {
    /// Decides everything that needs neither keys nor tools.
    ///
    /// # Errors
    ///
    /// Exit code 2: configuration or selection that do not fit together.
    pub(super) fn make(
        request: &Request,
        workspace: &Workspace,
        configuration: &Configuration,
    ) -> Result<Self> {
        let Request { selection, options, compilation, partition, .. } = request;
        let profile = compilation.profile.name();
        let query = Query { selection, options, profile, configuration };
        let Resolved { manifests, packages } = resolve::packages(workspace, &query)?;
        let mut packages = enabled(packages, selection)?;
        let selected = packages.iter().map(|(package, _)| (*package).clone()).collect();
        packages.retain(|(package, _)| partition.is_none_or(|part| part.contains(&package.name)));
        let built: Vec<_> = packages.iter().map(|(package, _)| *package).collect();
        let features = ActivatedFeatures::of(workspace, &built, &compilation.features);
        refuse_collisions(&packages, &compilation.targets, &features)?;
        let groups = groups(packages, &compilation.targets, &features)?;
        let directories = Directories::of(request, workspace)?;
        let has = |packages: &[PlannedPackage], feature: &String| {
            packages.iter().any(|package| package.has_feature(feature))
        };
        let is_known = |feature: &&String| groups.values().any(|group| has(group, feature));
        let known: Vec<_> = compilation.features.names.iter().filter(is_known).collect();
        let project = (workspace, configuration);
        let batch = |(settings, packages)| {
            Batch::new(settings, packages, &known, request, &directories, project)
        };
        let batches = groups.into_iter().map(batch).collect::<Result<Vec<_>>>()?;
        let mut copies = CopyTargets::default();
        for Batch { target, packages, .. } in &batches {
            let cargos = layout::cargo_directory(&directories.target, target);
            packages.iter().try_for_each(|one| one.reserve_copies(&mut copies, target, &cargos))?;
        }
        Ok(Self { manifests, batches, copies, selected })
    }

    /// Looks at everything that can be wrong and needs no secret.
    ///
    /// # Errors
    ///
    /// As [`Plan::load_recipes`], but for those of secret keys.
    pub(super) fn check(&self, options: &CommandLine) -> Result<()> {
        self.find_auditable()?;
        let mut recipes = Recipes::new(&self.manifests, options);
        for PlannedPackage { package, config, .. } in
            self.batches.iter().flat_map(|batch| &batch.packages)
        {
            recipes.refuse_without_signers(&package.name, config)?;
            let recipe = recipes.unsigned(package, config, Delimiters::None);
            recipe.map_err(|error| error.of_package(&package.name))?;
        }
        Ok(())
    }

    /// Loads keys and tools, so that all that can be wrong with them is found before cargo runs; gives what the reader
    /// should know of them.
    ///
    /// # Errors
    ///
    /// Exit code 2 for keys and tools that are not there, 3 for keys that are none, 5 for a tool that
    /// does not run.
    pub(super) fn load_recipes(&mut self, options: &CommandLine) -> Result<Vec<String>> {
        self.find_auditable()?;
        let mut recipes = Recipes::new(&self.manifests, options);
        for package in self.batches.iter_mut().flat_map(|batch| &mut batch.packages) {
            let recipe = recipes.recipe(&package.package, &package.config);
            let recipe = recipe.map_err(|error| error.of_package(&package.package.name))?;
            package.recipe = Some(Arc::new(recipe));
        }
        Ok(recipes.warnings())
    }

    fn find_auditable(&self) -> Result<()> {
        match self.batches.iter().any(|batch| batch.auditable) {
            true => project::find_auditable(),
            false => Ok(()),
        }
    }
}

/// The packages that take part.
fn enabled<'a>(
    packages: Vec<(&'a Package, Settings)>,
    selection: &Selection,
) -> Result<Vec<(&'a Package, PackageConfig)>> {
    let mut enabled = Vec::new();
    for (package, settings) in packages {
        let config = settings.into_config();
        match config.options.enabled {
            true => enabled.push((package, config)),
            false => refuse_disabled(package, selection)?,
        }
    }
    if enabled.is_empty() {
        return Err(Error::usage("every selected package has `enabled = false`")
            .advice("`cargo wasmsign config` shows which line sets it"));
    }
    Ok(enabled)
}

fn refuse_disabled(package: &Package, selection: &Selection) -> Result<()> {
    match selection.is_by_name() {
        false => Ok(()),
        true => Err(Error::usage(format!("the package `{}` has `enabled = false`", package.name))
            .advice(format!(
                "remove `-p {0}`, or change the line that `cargo wasmsign config -p {0}` shows",
                package.name
            ))),
    }
}

/// Refuses two modules of one name for one target.
fn refuse_collisions(
    packages: &[(&Package, PackageConfig)],
    filter: &TargetFilter,
    features: &ActivatedFeatures<'_>,
) -> Result<()> {
    let mut by_target: BTreeMap<&String, Vec<&Package>> = BTreeMap::new();
    for (package, config) in packages {
        for target in config.options.targets.iter().flatten() {
            by_target.entry(target).or_default().push(package);
        }
    }
    by_target
        .values()
        .try_for_each(|packages| select::refuse_collisions(packages, filter, features))
}

/// Packages that one run of cargo can build are grouped.
fn groups(
    packages: Vec<(&Package, PackageConfig)>,
    filter: &TargetFilter,
    features: &ActivatedFeatures<'_>,
) -> Result<Groups> {
    let mut groups = Groups::new();
    for (package, config) in packages {
        let files = select::expected(package, filter, features);
        for target in config.options.targets.clone().unwrap_or_default() {
            let (reproducible, auditable) = (config.options.reproducible, config.options.auditable);
            let settings = RunSettings { target, reproducible, auditable };
            let planned = PlannedPackage::new(package, config.clone(), files.clone());
            groups.entry(settings).or_default().push(planned);
        }
    }
    // cargo would refuse a `--bin` that no package of the call has, though one of another call does.
    let makes_any = |group: &[PlannedPackage]| group.iter().any(|one| !one.files.is_empty());
    if groups.values().any(|group| makes_any(group)) {
        groups.retain(|_, group| makes_any(group));
    }
    Ok(groups)
}
