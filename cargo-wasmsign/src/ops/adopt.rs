//! `cargo wasmsign sign --cargo-messages`: signs what another driver of cargo has built, by the same manifests and into
//! the same directories.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::build::copies::{Copies, CopyTargets};
use super::build::layout::ArtifactPath;
use super::build::publish;
use super::build::recipes::Recipes;
use super::{Event, Observer, jobs, resolve, select};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys::PassphraseSource;
use crate::manifest::{CommandLine, Environment, Manifests};
use crate::module::optimize;
use crate::pipeline::{Job, OutputDirectory, Queue, Recipe};
use crate::project::{Artifact, Configuration, Line, Other, Resolution, Workspace};
use crate::sys::tokens::Tokens;

/// The messages that list what was built, and the signers.
#[derive(Debug)]
pub(crate) struct Request {
    /// The file of cargo's messages; `-` is standard input.
    pub(crate) messages: PathBuf,
    /// The manifest of what was built, where it is not in this directory or above it.
    pub(crate) manifest_path: Option<PathBuf>,
    /// Secret keys that sign in place of the manifest's.
    pub(crate) keys: Vec<String>,
    /// Where the passphrase of an encrypted key is.
    pub(crate) passphrase: PassphraseSource,
}

/// Reads cargo's messages, and signs the modules that they tell of once they say that the build has succeeded. Gives the
/// exit code; there was an event for each failure that only it tells of.
///
/// # Errors
///
/// All that ends the whole job.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Exit> {
    let manifest_path = request.manifest_path.clone();
    let workspace = Workspace::load(&Resolution { manifest_path, ..Resolution::default() })?;
    let configuration = Configuration::load(&[])?;
    let manifests = resolve::read(&workspace, &configuration)?;
    let (artifacts, mut others) = read(&request.messages, &workspace, &manifests, observe)?;
    let options = CommandLine {
        keys: request.keys.clone(),
        passphrase: request.passphrase.clone(),
        ..CommandLine::default()
    };
    let mut planner = JobPlanner::new(&workspace, &manifests, &options)?;
    let jobs = planner.jobs(artifacts, &mut others)?;
    let warnings = planner.recipes.warnings();
    warnings.iter().try_for_each(|warning| observe(Event::Warning(warning)))?;
    copy_targets(&jobs)?.create_directories()?;
    observe(Event::Skipped(&others))?;
    if jobs.is_empty() {
        return Err(Error::usage("the messages contain no wasm module of this workspace").advice(
            "build packages that make modules, for a wasm target, in this workspace or with \
             `--manifest-path`",
        ));
    }
    let outputs: Vec<&OutputDirectory> = jobs.iter().map(|job| &*job.output).collect();
    let source = |_: &Tokens, queue: &Queue<'_>| {
        jobs.iter().for_each(|job| queue.push(job.clone()));
        Ok(())
    };
    let limit = jobs::usual(&configuration)?;
    let done = publish::run(&outputs, limit, false, source, observe)?;
    match done.exit {
        Exit::Ok => Copies::of(&done.published).write(observe).map(|()| Exit::Ok),
        exit => Ok(exit),
    }
}

/// The modules of this workspace that a build has made, once it says that it has succeeded.
fn read(
    messages: &Path,
    workspace: &Workspace,
    manifests: &Manifests,
    observe: &mut Observer<'_>,
) -> Result<(Vec<Artifact>, BTreeSet<Other>)> {
    let failed = |source| Error::io(format!("failed to read `{}`", messages.display()), source);
    let input: Box<dyn Read> = match messages.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(messages).map_err(failed)?),
    };
    let (mut lines, mut text) = (BufReader::new(input), Vec::new());
    let (mut artifacts, mut others, mut finished) = (Vec::new(), BTreeSet::new(), None);
    while lines.read_until(b'\n', &mut text).map_err(failed)? > 0 {
        let words = String::from_utf8_lossy(&text);
        let is_ours = |id: &_| {
            let package = workspace.members().into_iter().find(|package| package.id == *id);
            package.is_some_and(|package| select::is_meant_for_wasm(manifests, package))
        };
        let mut line = Line::read(words.trim_end_matches(['\n', '\r']), is_ours);
        artifacts.append(&mut line.artifacts);
        others.extend(std::mem::take(&mut line.others));
        finished = line.finished.or(finished);
        observe(Event::CargoLine(&line))?;
        text.clear();
    }
    observe(Event::StepsEnded)?;
    match finished {
        Some(true) => Ok((artifacts, others)),
        Some(false) => Err(Error::new(Exit::Build, "the build that wrote these messages failed")),
        None => Err(Error::new(
            Exit::Build,
            "the messages are incomplete: there is no `build-finished`",
        )
        .advice("build with `--message-format=json`; an interrupted build is not signed")),
    }
}

/// Decides by the manifests what is done to artifacts.
struct JobPlanner<'a> {
    workspace: &'a Workspace,
    manifests: &'a Manifests,
    recipes: Recipes<'a>,
    environment: Environment,
    options: &'a CommandLine,
    /// The size that the optimizer's cache may have.
    cache_limit: u64,
    /// By package and profile.
    known: BTreeMap<(String, String), Option<Arc<Recipe>>>,
}

impl<'a> JobPlanner<'a> {
    fn new(
        workspace: &'a Workspace,
        manifests: &'a Manifests,
        options: &'a CommandLine,
    ) -> Result<Self> {
        Ok(Self {
            workspace,
            manifests,
            recipes: Recipes::new(manifests, options),
            environment: Environment::from_process(),
            options,
            cache_limit: optimize::limit_from_environment()?,
            known: BTreeMap::new(),
        })
    }

    /// A job for each artifact of a package that takes part; the others go to `others`.
    fn jobs(&mut self, artifacts: Vec<Artifact>, others: &mut BTreeSet<Other>) -> Result<Vec<Job>> {
        let mut jobs: Vec<Job> = Vec::new();
        for artifact in artifacts {
            let path = ArtifactPath::of(&artifact.path);
            let recipe = path.as_ref().map(|path| self.recipe(&artifact, path)).transpose()?;
            let (Some(path), Some(recipe)) = (path, recipe.flatten()) else {
                others.insert(Other { path: artifact.path, is_harness: false });
                continue;
            };
            let output = Arc::new(path.output_directory(self.cache_limit));
            // Of an artifact that is named twice the last one counts, as it does on the disk.
            jobs.retain(|job| job.artifact.path != artifact.path);
            jobs.push(Job { artifact, recipe, output });
        }
        Ok(jobs)
    }

    /// What is done to an artifact; `None` where its package does not take part.
    fn recipe(&mut self, artifact: &Artifact, path: &ArtifactPath) -> Result<Option<Arc<Recipe>>> {
        let members = self.workspace.members();
        let package = members.into_iter().find(|package| package.id == artifact.package_id);
        let Some(package) = package else { return Ok(None) };
        let key = (package.name.to_string(), path.profile().to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let settings = self.manifests.settings(&key.0, &key.1, &self.environment, self.options)?;
        let config = settings.into_config();
        let recipe = match config.options.enabled {
            true => Some(Arc::new(self.recipes.recipe(package, &config)?)),
            false => None,
        };
        self.known.insert(key, recipe.clone());
        Ok(recipe)
    }
}

/// Where copies of the modules go.
fn copy_targets(jobs: &[Job]) -> Result<CopyTargets> {
    let mut targets = CopyTargets::default();
    for job in jobs {
        let (Some(directory), Some(path)) =
            (&job.recipe.artifact_dir, ArtifactPath::of(&job.artifact.path))
        else {
            continue;
        };
        let file = job.artifact.file_name().display().to_string();
        let module = format!("`{file}` for {}", path.triple);
        targets.reserve(directory, &file, module, &path.cargo_directory())?;
    }
    Ok(targets)
}
