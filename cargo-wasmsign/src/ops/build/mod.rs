//! `cargo wasmsign build`.

pub(crate) mod copies;
pub(crate) mod dry_run;
pub(crate) mod layout;
pub(crate) mod publish;
pub(crate) mod recipes;

mod batch;
mod plan;
mod request;
mod statement;

use std::process::Command;
use std::sync::Arc;

use cargo_metadata::Package;

use super::cargo::Compilation;
use super::{Event, Observer, jobs, resolve};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::pipeline::{Job, Queue};
use crate::project::{self, Arguments, Configuration, Line, Resolution, Run, Workspace};
use crate::sys::network;
use crate::sys::tokens::Tokens;
pub(crate) use batch::Batch;
pub(crate) use publish::Done;
pub(crate) use request::Request;

use copies::Copies;
use plan::Plan;

/// Builds, and gives the exit code. There was an event for each failure that only it tells of.
///
/// # Errors
///
/// All that ends the whole build.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Exit> {
    let mut prepared = prepare(request, observe)?;
    if prepared.is_empty() {
        return tell_of_empty_part(request, observe).map(|()| Exit::Ok);
    }
    prepared.load(observe)?;
    let done = prepared.make(observe)?;
    match done.exit {
        Exit::Ok => Copies::of(&done.published).write(observe).map(|()| Exit::Ok),
        failed => Ok(failed),
    }
}

/// Decides what is built, and begins nothing.
///
/// # Errors
///
/// As [`run`], but for all that needs a key, cargo's build or an optimizer.
pub(crate) fn prepare<'a>(
    request: &'a Request,
    observe: &mut Observer<'_>,
) -> Result<Prepared<'a>> {
    let build = Build::load(request, observe)?;
    let plan = build.plan()?;
    Ok(Prepared { build, plan })
}

/// Says that the part that was asked for has no package.
pub(crate) fn tell_of_empty_part(request: &Request, observe: &mut Observer<'_>) -> Result<()> {
    match request.partition {
        Some(part) => observe(Event::Idle(&format!("part {part} contains no package"))),
        None => Ok(()),
    }
}

/// A build that is decided.
pub(crate) struct Prepared<'a> {
    build: Build<'a>,
    plan: Plan,
}

impl Prepared<'_> {
    /// Whether the part that was asked for has no package.
    pub(crate) fn is_empty(&self) -> bool {
        self.plan.batches.is_empty()
    }

    /// The workspace.
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.build.workspace
    }

    /// cargo's own configuration.
    pub(crate) fn configuration(&self) -> &Configuration {
        &self.build.configuration
    }

    /// How cargo finds things, with what stands behind `--`.
    pub(crate) fn resolution(&self) -> Resolution {
        self.build.request.resolution.and(&self.build.arguments)
    }

    /// All packages of the selection that take part, of every part of it.
    pub(crate) fn selected(&self) -> &[Package] {
        &self.plan.selected
    }

    /// What each run of cargo builds.
    pub(crate) fn batches(&self) -> &[Batch] {
        &self.plan.batches
    }

    /// Loads keys and tools, and sees to it that the targets have their libraries.
    ///
    /// # Errors
    ///
    /// As [`run`], for all that is not cargo's build.
    pub(crate) fn load(&mut self, observe: &mut Observer<'_>) -> Result<()> {
        let warnings = self.plan.load_recipes(&self.build.request.options)?;
        self.plan.copies.create_directories()?;
        warnings.iter().try_for_each(|warning| observe(Event::Warning(warning)))?;
        self.build.install_libraries(&self.plan, observe)
    }

    /// Runs cargo, makes its modules meanwhile and publishes them. There was an event for each failure.
    ///
    /// # Errors
    ///
    /// All that ends the whole build; exit code 2 where cargo has built no module.
    pub(crate) fn make(&self, observe: &mut Observer<'_>) -> Result<Done> {
        self.build.make(&self.plan, observe)
    }
}

/// What [`run`] would do, one plan for each run of cargo.
///
/// # Errors
///
/// As [`run`], but for all that needs a secret key, cargo's build or an optimizer.
pub(crate) fn dry_run(request: &Request, observe: &mut Observer<'_>) -> Result<Vec<dry_run::Plan>> {
    let build = Build::load(request, observe)?;
    let plan = build.plan()?;
    plan.check(&request.options)?;
    Ok(plan.batches.iter().map(|batch| dry_run::of(batch, &build.run, request)).collect())
}

/// A request, with what cargo knows of the project.
struct Build<'a> {
    request: &'a Request,
    /// The flags among the arguments for cargo.
    arguments: Arguments,
    workspace: Workspace,
    configuration: Configuration,
    /// What all runs of cargo have in common.
    run: Run,
}

impl<'a> Build<'a> {
    fn load(request: &'a Request, observe: &mut Observer<'_>) -> Result<Self> {
        let arguments = Arguments::read(&request.cargo_args);
        let resolution = request.resolution.and(&arguments);
        let workspace = Workspace::load(&resolution)?;
        let configuration = Configuration::load(&request.resolution.config)?;
        network::stay_away_if(resolution.offline || resolution.frozen);
        network::stay_away_if(configuration.text(&["net", "offline"])?.as_deref() == Some("true"));
        project::refuse_artifact_dir(&configuration)?;
        let compilation = &request.compilation;
        let mut flags = compilation.flags();
        if let Some(directory) = &compilation.target_dir {
            flags.extend(["--target-dir".to_owned(), directory.display().to_string()]);
        }
        flags.extend(request.cargo_args.iter().cloned());
        let run = Run {
            features: compilation.features.names.clone(),
            flags,
            messages: request.messages.clone(),
            resolution: request.resolution.clone(),
            own_jobs: arguments.has("jobs") || jobs::refused(compilation.jobs.as_deref()).is_some(),
            ..Run::default()
        };
        resolve::warn_of_unknown(&workspace, &request.selection, observe)?;
        Ok(Self { request, arguments, workspace, configuration, run })
    }

    fn plan(&self) -> Result<Plan> {
        Plan::make(self.request, &self.workspace, &self.configuration)
    }

    fn install_libraries(&self, plan: &Plan, observe: &mut Observer<'_>) -> Result<()> {
        let resolution = self.request.resolution.and(&self.arguments);
        plan.batches.iter().try_for_each(|batch| {
            install_library(&batch.target, &resolution, &self.configuration, observe)
        })
    }

    /// Runs cargo and makes its modules meanwhile.
    fn make(&self, plan: &Plan, observe: &mut Observer<'_>) -> Result<Done> {
        let Compilation { keep_going, jobs, .. } = &self.request.compilation;
        let outputs: Vec<_> = plan.batches.iter().map(|batch| &*batch.output).collect();
        let cargo = |tokens: &Tokens, queue: &Queue<'_>| {
            let build = |batch: &Batch| {
                let on_line = |line| enqueue(batch, line, queue);
                batch.cargo(&self.run).run(tokens, &self.configuration, on_line)
            };
            match keep_going {
                true => plan.batches.iter().map(build).fold(Ok(()), Result::and),
                false => plan.batches.iter().try_for_each(build),
            }
        };
        let jobs = jobs::of(jobs.as_deref(), &self.arguments, &self.configuration)?;
        let done = publish::run(&outputs, jobs, *keep_going, cargo, observe)?;
        if done.exit == Exit::Ok && done.published.is_empty() {
            return Err(Error::usage("cargo built no module").advice(
                "a package needs a program or a library with `crate-type = [\"cdylib\"]` among the selected targets",
            ));
        }
        Ok(done)
    }
}

/// Queues a job for each module in a line of cargo's.
fn enqueue(batch: &Batch, line: Line, queue: &Queue<'_>) -> Result<()> {
    for artifact in &line.artifacts {
        if let Some(recipe) = batch.recipe_of(&artifact.package_id) {
            let (recipe, output) = (Arc::clone(recipe), Arc::clone(&batch.output));
            queue.push(Job { artifact: artifact.clone(), recipe, output });
        }
    }
    queue.cargo_line(line);
    Ok(())
}

/// Sees to it that a target has its standard library.
///
/// # Errors
///
/// As [`project::ensure_installed`].
pub(super) fn install_library(
    target: &str,
    resolution: &Resolution,
    configuration: &Configuration,
    observe: &mut Observer<'_>,
) -> Result<()> {
    let mut observed = Ok(());
    let announce = |rustup: &mut Command| observed = observe(Event::Installing { target, rustup });
    project::ensure_installed(target, resolution, configuration, announce)?;
    observed
}
