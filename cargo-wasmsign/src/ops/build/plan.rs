//! What a build will do, decided before cargo is called.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::sync::Arc;

use cargo_metadata::{Package, PackageId};

use super::copies::Places;
use super::recipes::Kit;
use super::{cargo_flags, layout};
use crate::cli::args::Build;
use crate::error::{Error, Result};
use crate::manifest::{Manifests, PackageConfig};
use crate::module::optimize::{self, Cache};
use crate::module::shape::Delimiters;
use crate::ops::resolve::{self, Resolved};
use crate::ops::select;
use crate::pipeline::{OutputDirectory, Recipe};
use crate::project::features::Activated;
use crate::project::{self, Configuration, Reproducible, Run, Selection, Subject, Workspace};
use crate::text::paths;

/// A build, decided and not begun.
pub(crate) struct Plan {
    manifests: Manifests,
    /// One for each target.
    pub(crate) batches: Vec<Batch>,
    /// Where copies of the modules go.
    pub(crate) copies: Places,
}

/// How cargo is to build: packages that differ in this are built by different runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Manner {
    target: String,
    reproducible: bool,
    auditable: bool,
}

/// The packages that one run of cargo builds.
pub(crate) struct Batch {
    /// Their target triple.
    pub(crate) target: String,
    /// What makes it reproducible, if it is to be.
    reproducible: Option<Reproducible>,
    auditable: bool,
    /// Where their modules go.
    pub(crate) place: Arc<OutputDirectory>,
    packages: Vec<Planned>,
    /// The features that only packages of other batches have: cargo would refuse them here.
    foreign: Vec<String>,
}

/// What is done to one package.
pub(crate) struct Planned {
    id: PackageId,
    /// Its name.
    pub(crate) name: String,
    /// Its options, with those of the command line.
    pub(crate) config: PackageConfig,
    /// The modules that cargo is expected to make.
    pub(crate) files: Vec<String>,
    features: Vec<String>,
    recipe: Option<Arc<Recipe>>,
}

/// A plan with its keys and tools at hand.
pub(crate) struct Ready {
    pub(crate) plan: Plan,
    /// What the reader should know of the keys.
    pub(crate) warnings: Vec<String>,
}

impl Plan {
    /// Decides everything that needs neither keys nor tools.
    ///
    /// # Errors
    ///
    /// Exit code 2: configuration or selection that do not fit together.
    pub(crate) fn make(
        arguments: &Build,
        workspace: &Workspace,
        configuration: &Configuration,
    ) -> Result<Self> {
        let selection = resolve::selection(&arguments.packages);
        let wanted = resolve::Wanted {
            selection: &selection,
            overrides: &arguments.overrides,
            mode: &arguments.compilation.mode,
            configuration,
        };
        let Resolved { manifests, packages } = resolve::packages(workspace, &wanted)?;
        let profile = resolve::profile(wanted.mode);
        let mut batches: BTreeMap<Manner, Vec<Planned>> = BTreeMap::new();
        let mut by_target: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
        let selected: Vec<_> = packages.iter().map(|(package, _)| *package).collect();
        let activated = Activated::of(workspace, &selected, &arguments.compilation);
        for (package, settings) in packages {
            let config = settings.into_config();
            if !config.enabled {
                refuse_disabled(package, &selection)?;
                continue;
            }
            for target in config.targets.clone().unwrap_or_default() {
                let files = select::expected(package, &arguments.targets, &activated);
                by_target.entry(target.clone()).or_default().push(package);
                let planned = Planned {
                    id: package.id.clone(),
                    name: package.name.to_string(),
                    config: config.clone(),
                    files,
                    features: package.features.keys().cloned().collect(),
                    recipe: None,
                };
                let (reproducible, auditable) = (config.reproducible, config.auditable);
                let manner = Manner { target, reproducible, auditable };
                batches.entry(manner).or_default().push(planned);
            }
        }
        by_target.values().try_for_each(|packages| {
            select::refuse_collisions(packages, &arguments.targets, &activated)
        })?;
        if batches.is_empty() {
            return Err(Error::usage("every selected package has `enabled = false`")
                .advice("`cargo wasmsign config` shows which line says so"));
        }
        // cargo would refuse a `--bin` that no package of the call has, though one of another call does.
        let makes_any = |packages: &[Planned]| packages.iter().any(|one| !one.files.is_empty());
        if batches.values().any(|packages| makes_any(packages)) {
            batches.retain(|_, packages| makes_any(packages));
        }
        let directory = match &arguments.compilation.target_dir {
            Some(directory) => paths::whole(directory)?,
            None => workspace.target_directory()?,
        };
        refuse_other_than_unicode(&directory)?;
        let features = cargo_flags::features(&arguments.compilation);
        let known: Vec<_> = features
            .iter()
            .filter(|feature| batches.values().flatten().any(|one| one.has_feature(feature)))
            .collect();
        let mut directories = vec![directory.clone(), workspace.build_directory()?];
        // As cargo names it, detours and all.
        let given = arguments.compilation.target_dir.iter();
        directories.extend(given.flat_map(|given| Some(env::current_dir().ok()?.join(given))));
        let limit = optimize::limit_from_environment()?;
        let cache = Cache::of_target_directory(&directory, limit);
        let batches = batches.into_iter().map(|(manner, packages)| {
            let Manner { target, reproducible, auditable } = manner;
            let directories = &*directories;
            let subject = Subject { target: &target, profile, directories };
            let reproducible = reproducible
                .then(|| Reproducible::new(subject, workspace, configuration))
                .transpose()?;
            let is_foreign =
                |feature: &&&String| !packages.iter().any(|one| one.has_feature(feature));
            Ok(Batch {
                reproducible,
                auditable,
                place: Arc::new(layout::of(&directory, &target, profile, &cache)),
                foreign: known
                    .iter()
                    .filter(is_foreign)
                    .map(|feature| feature.to_string())
                    .collect(),
                target,
                packages,
            })
        });
        let batches: Vec<Batch> = batches.collect::<Result<_>>()?;
        let mut copies = Places::default();
        for batch in &batches {
            let cargos = layout::of_cargo(&directory, &batch.target);
            batch.packages.iter().try_for_each(|one| one.claim(&mut copies, batch, &cargos))?;
        }
        Ok(Self { manifests, batches, copies })
    }

    /// Looks at everything that can be wrong and needs no secret.
    ///
    /// # Errors
    ///
    /// As [`Plan::ready`], but for those of secret keys.
    pub(crate) fn check(&self, arguments: &Build) -> Result<()> {
        if self.batches.iter().any(|batch| batch.auditable) {
            project::find_auditable()?;
        }
        let mut kit = Kit::new(&self.manifests, &arguments.overrides);
        for planned in self.batches.iter().flat_map(|batch| &batch.packages) {
            let of_package = |error: Error| error.of_package(&planned.name);
            kit.names_signers(&planned.name, &planned.config)?;
            kit.unsigned(&planned.config, Delimiters::None).map_err(of_package)?;
        }
        Ok(())
    }

    /// Gets keys and tools: all that can be wrong with them is told before cargo runs.
    ///
    /// # Errors
    ///
    /// Exit code 2 for keys and tools that are not there, 3 for keys that are none, 5 for a tool that
    /// does not run.
    pub(crate) fn ready(mut self, arguments: &Build) -> Result<Ready> {
        if self.batches.iter().any(|batch| batch.auditable) {
            project::find_auditable()?;
        }
        let mut kit = Kit::new(&self.manifests, &arguments.overrides);
        for planned in self.batches.iter_mut().flat_map(|batch| &mut batch.packages) {
            let recipe = kit.recipe(&planned.name, &planned.config);
            planned.recipe =
                Some(Arc::new(recipe.map_err(|error| error.of_package(&planned.name))?));
        }
        let warnings = kit.warnings();
        Ok(Ready { plan: self, warnings })
    }
}

impl Batch {
    /// The run of cargo that builds it.
    pub(crate) fn cargo(&self, run: &Run) -> Run {
        let packages = self.packages.iter().map(|planned| planned.id.clone()).collect();
        let mut features = run.features.clone();
        features.retain(|feature| !self.foreign.contains(feature));
        Run {
            packages,
            target: self.target.clone(),
            features,
            reproducible: self.reproducible.clone(),
            auditable: self.auditable,
            ..run.clone()
        }
    }

    /// What is done to the modules of a package.
    pub(crate) fn recipe_of(&self, id: &PackageId) -> Option<&Arc<Recipe>> {
        self.packages.iter().find(|planned| planned.id == *id)?.recipe.as_ref()
    }

    /// Its packages.
    pub(crate) fn packages(&self) -> &[Planned] {
        &self.packages
    }
}

impl Planned {
    /// Gives its modules their places in the directory that they are to be copied to.
    fn claim(&self, copies: &mut Places, batch: &Batch, cargos: &Path) -> Result<()> {
        let Some(directory) = &self.config.artifact_dir else { return Ok(()) };
        self.files.iter().try_for_each(|file| {
            let module = format!("`{file}` of the package `{}` for {}", self.name, batch.target);
            copies.claim(directory, file, module, cargos)
        })
    }

    /// Whether a feature, as `--features` names it, is one of this package.
    fn has_feature(&self, feature: &str) -> bool {
        match feature.split_once('/') {
            Some((package, _)) => package == self.name,
            None => self.features.iter().any(|own| own == feature),
        }
    }
}

/// cargo tells of its artifacts in JSON, which has no other paths: it would fail, or name another file.
fn refuse_other_than_unicode(directory: &Path) -> Result<()> {
    match directory.to_str() {
        Some(_) => Ok(()),
        None => Err(Error::usage(format!(
            "the target directory `{}` is not Unicode, and cargo cannot name what it builds there",
            directory.display()
        ))
        .advice("name another one with `--target-dir`")),
    }
}

fn refuse_disabled(package: &Package, selection: &Selection) -> Result<()> {
    match selection.is_by_name() {
        false => Ok(()),
        true => Err(Error::usage(format!("the package `{}` has `enabled = false`", package.name))
            .advice(format!(
                "leave out `-p {0}`, or change the line that `cargo wasmsign config -p {0}` names",
                package.name
            ))),
    }
}
