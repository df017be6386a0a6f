//! `cargo wasmsign verify --rebuild`: builds a package again, and compares a module with what its source gives.

mod original;
mod rebuilt;
mod scratch;

use std::path::PathBuf;
use std::sync::Arc;

use cargo_metadata::Package;

use super::build::recipes::Recipes;
use super::build::{install_library, publish};
use super::cargo::Compilation;
use super::resolve::{self, Query, Resolved};
use super::{Event, Observer, jobs};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::manifest::{CommandLine, PackageConfig};
use crate::pipeline::{Job, Queue, Recipe};
use crate::project::{
    self, Arguments, Configuration, Messages, Reproducible, Resolution, Run, Selection, Subject,
    Workspace,
};
use crate::sys::tokens::Tokens;
pub(crate) use rebuilt::Rebuilt;

use original::Original;
use scratch::Scratch;

/// A module, and how it was built.
#[derive(Debug)]
pub(crate) struct Request {
    /// The module.
    pub(crate) module: PathBuf,
    /// The package that makes it; otherwise it is searched for.
    pub(crate) package: Option<String>,
    /// Whether the optimizer is skipped.
    pub(crate) no_optimize: bool,
    /// The target triples: one at most.
    pub(crate) triples: Vec<String>,
    /// How it is compiled. [`Profile::Dev`](super::cargo::Profile::Dev) stands for the profile that the path of the
    /// module tells.
    pub(crate) compilation: Compilation,
    /// How cargo finds things.
    pub(crate) resolution: Resolution,
    /// Whether diagnostics are short.
    pub(crate) short: bool,
}

/// The result.
pub(crate) enum Outcome {
    /// Both modules were compared.
    Compared(Box<Rebuilt>),
    /// The build has failed with this exit code. There was an event for each failure.
    Failed(Exit),
}

/// Builds the package of a module again, and compares.
///
/// # Errors
///
/// Exit code 2: no package makes such a module, or several do; those of a build.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Outcome> {
    let Request { module, resolution, .. } = request;
    let workspace = Workspace::load(resolution)?;
    let configuration = &Configuration::load(&resolution.config)?;
    project::refuse_artifact_dir(configuration)?;
    let directory = request.compilation.target_directory(&workspace)?;
    let original = Original::open(module, &directory)?;
    let profile = original.profile(&request.compilation.profile);
    let triple = original.triple(&request.triples, configuration)?;
    let options = CommandLine {
        no_sign: true,
        no_optimize: request.no_optimize,
        targets: triple.iter().cloned().collect(),
        ..CommandLine::default()
    };
    let selection = Selection {
        packages: request.package.iter().cloned().collect(),
        workspace: request.package.is_none(),
        exclude: Vec::new(),
    };
    let query =
        Query { selection: &selection, options: &options, profile: profile.name(), configuration };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &query)?;
    let (package, config, targets) = original.package(&packages, &request.compilation.targets)?;
    let target = original.target(&config, triple.as_ref(), workspace.root())?;
    let mut recipes = Recipes::new(&manifests, &options);
    let recipe = Arc::new(recipes.unsigned(package, &config, original.delimiters(&config)?)?);
    let compilation = Compilation { profile, targets, ..request.compilation.clone() };
    let scratch = &Scratch::new(&directory, observe)?;
    let build =
        Build { package, config: &config, compilation: &compilation, scratch, configuration };
    let run = build.cargo(target, request, &workspace)?;
    let (name, path) = (package.name.as_str(), &scratch.path);
    observe(Event::Rebuilding { module, package: name, directory: path })?;
    match build.run(&run, recipe, &original.file_name(), observe)? {
        Err(exit) => Ok(Outcome::Failed(exit)),
        Ok(built) => {
            let profile = compilation.profile.name().to_owned();
            original.compare(&built, profile, run.target).map(Box::new).map(Outcome::Compared)
        }
    }
}

/// One package to be built again.
struct Build<'a> {
    package: &'a Package,
    config: &'a PackageConfig,
    compilation: &'a Compilation,
    scratch: &'a Scratch,
    configuration: &'a Configuration,
}

impl Build<'_> {
    /// Builds the module of this name in the scratch directory, and gives its path; or the exit code, where there was an
    /// event for each failure.
    fn run(
        &self,
        run: &Run,
        recipe: Arc<Recipe>,
        name: &str,
        observe: &mut Observer<'_>,
    ) -> Result<Result<PathBuf, Exit>> {
        let profile = self.compilation.profile.name();
        let output = Arc::new(self.scratch.output_directory(&run.target, profile));
        install_library(&run.target, &run.resolution, self.configuration, observe)?;
        let source = |tokens: &Tokens, queue: &Queue<'_>| {
            run.run(tokens, self.configuration, |mut line| {
                for artifact in std::mem::take(&mut line.artifacts) {
                    if artifact.path.ends_with(name) {
                        let (recipe, output) = (Arc::clone(&recipe), Arc::clone(&output));
                        queue.push(Job { artifact, recipe, output });
                    }
                }
                // These were not requested.
                line.others.clear();
                queue.cargo_line(line);
                Ok(())
            })
        };
        let jobs = self.compilation.jobs.as_deref();
        let jobs = jobs::of(jobs, &Arguments::default(), self.configuration)?;
        // The module is not a result: it is removed with the scratch directory.
        let mut observe = |event: Event<'_>| match event {
            Event::Published { .. } => Ok(()),
            other => observe(other),
        };
        let mut done = publish::run(&[&*output], jobs, false, source, &mut observe)?;
        match (done.published.pop(), done.exit) {
            (Some((_, module)), Exit::Ok) => Ok(Ok(module.path)),
            (None, Exit::Ok) => Err(Error::usage(format!("cargo built no `{name}`"))
                .advice("if the program has `required-features`, pass them with `--features`")),
            (_, exit) => Ok(Err(exit)),
        }
    }

    fn cargo(&self, target: String, request: &Request, workspace: &Workspace) -> Result<Run> {
        let (config, directory) = (self.config, &self.scratch.path);
        let directories = std::slice::from_ref(directory);
        let profile = self.compilation.profile.name();
        let subject = Subject { target: &target, profile, directories };
        let reproducible = config
            .options
            .reproducible
            .then(|| Reproducible::new(subject, workspace, self.configuration))
            .transpose()?;
        let mut resolution = request.resolution.clone();
        if workspace.build_directory()? != workspace.target_directory()? {
            // Everything that the module depends on is built again as well.
            let text = serde_json::Value::from(directory.display().to_string());
            resolution.config.push(format!("build.build-dir={text}"));
        }
        if config.options.auditable {
            project::find_auditable()?;
        }
        let mut flags = self.compilation.flags();
        flags.extend(["--target-dir".into(), directory.display().to_string()]);
        Ok(Run {
            resolution,
            packages: vec![self.package.id.clone()],
            target,
            features: self.compilation.features.names.clone(),
            flags,
            messages: Messages::Rendered { short: request.short },
            reproducible,
            auditable: config.options.auditable,
            own_jobs: jobs::refused(self.compilation.jobs.as_deref()).is_some(),
        })
    }
}
