//! `cargo wasmsign sign --cargo-messages`: signs what another driver of cargo has built, by the same manifests and into
//! the same place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::build::copies::{Copies, Places};
use super::build::layout::Spot;
use super::build::publish;
use super::build::recipes::Kit;
use super::{jobs, resolve, select};
use crate::cli::args::{Overrides, Sign};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::manifest::{CommandLine, Environment, Manifests};
use crate::module::optimize;
use crate::pipeline::{Job, OutputDirectory, Published, Queue, Recipe};
use crate::project::{Artifact, Configuration, Line, Other, Resolution, Workspace};
use crate::report::Report;
use crate::sys::signals;
use crate::sys::tokens::Tokens;

/// Reads cargo's messages from `messages`, or from standard input where that is `-`, and signs the modules that they
/// tell of once they say that the build has succeeded.
pub(crate) fn run(arguments: &Sign, messages: &Path, report: &Report) -> Result<Exit> {
    let result = adopt(arguments, messages, report);
    if result.is_err() {
        signals::give_way();
    }
    report.build_finished(matches!(result, Ok(Exit::Ok)))?;
    result.or_else(|error| Ok(report.error(&error)))
}

fn adopt(arguments: &Sign, messages: &Path, report: &Report) -> Result<Exit> {
    let manifest_path = arguments.manifest_path.clone();
    let workspace = Workspace::load(&Resolution { manifest_path, ..Resolution::default() })?;
    let configuration = Configuration::load(&[])?;
    let manifests = resolve::read(&workspace, &configuration)?;
    let (artifacts, mut others) = read(messages, &workspace, &manifests, report)?;
    let overrides = Overrides { keys: arguments.keys.clone(), ..Overrides::default() };
    let orders = Orders::new(&workspace, &manifests, &overrides)?;
    let orders = orders.of(artifacts, &mut others, report)?;
    report.left_alone(&others);
    if orders.is_empty() {
        return Err(Error::usage("the messages tell of no module of this workspace that is for wasm")
            .advice("build for a wasm target, in this workspace or with `--manifest-path`, packages that make modules"));
    }
    let places: Vec<&OutputDirectory> = orders.iter().map(|order| &*order.output).collect();
    let source = |_: &Tokens, queue: &Queue<'_>| {
        orders.iter().for_each(|order| queue.push(order.clone()));
        Ok(())
    };
    let mut copies = Copies::default();
    let told = |order: &Job, module: &Published| {
        copies.add(order, module);
        report.published(&order.artifact, module)
    };
    let jobs = jobs::usual(&configuration)?;
    let done = publish::run(&places, jobs, false, source, report, told)?;
    match done.exit {
        Exit::Ok => copies.write(report).map(|()| Exit::Ok),
        exit => Ok(exit),
    }
}

/// The modules of this workspace that a build has made, once it says that it has succeeded.
fn read(
    messages: &Path,
    workspace: &Workspace,
    manifests: &Manifests,
    report: &Report,
) -> Result<(Vec<Artifact>, BTreeSet<Other>)> {
    let failed = |source| Error::io(format!("failed to read `{}`", messages.display()), source);
    let input: Box<dyn Read> = match messages.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(messages).map_err(failed)?),
    };
    let (mut lines, mut text) = (BufReader::new(input), Vec::new());
    let (mut artifacts, mut others, mut finished) = (Vec::new(), BTreeSet::new(), None);
    let mut progress = report.progress();
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
        progress.cargo_line(&line)?;
        text.clear();
    }
    match finished {
        Some(true) => Ok((artifacts, others)),
        Some(false) => {
            Err(Error::new(Exit::Build, "the build that the messages tell of has failed"))
        }
        None => Err(Error::new(
            Exit::Build,
            "the messages end before the build does: no `build-finished` among them",
        )
        .advice("build with `--message-format=json`; a build that was interrupted is not signed")),
    }
}

/// What is to be made of artifacts, by the manifests.
struct Orders<'a> {
    workspace: &'a Workspace,
    manifests: &'a Manifests,
    kit: Kit<'a>,
    environment: Environment,
    command_line: CommandLine,
    limit: u64,
    recipes: BTreeMap<(String, String), Option<Arc<Recipe>>>,
}

impl<'a> Orders<'a> {
    fn new(
        workspace: &'a Workspace,
        manifests: &'a Manifests,
        overrides: &'a Overrides,
    ) -> Result<Self> {
        Ok(Self {
            workspace,
            manifests,
            kit: Kit::new(manifests, overrides),
            environment: Environment::from_process(),
            command_line: CommandLine { keys: overrides.keys.clone(), ..CommandLine::default() },
            limit: optimize::limit_from_environment()?,
            recipes: BTreeMap::new(),
        })
    }

    /// An order for each artifact of a package that takes part; the others are put to `others`.
    fn of(
        mut self,
        artifacts: Vec<Artifact>,
        others: &mut BTreeSet<Other>,
        report: &Report,
    ) -> Result<Vec<Job>> {
        let mut orders: Vec<Job> = Vec::new();
        for artifact in artifacts {
            let spot = Spot::of(&artifact.path);
            let recipe = spot.as_ref().map(|spot| self.recipe(&artifact, spot)).transpose()?;
            let (Some(spot), Some(recipe)) = (spot, recipe.flatten()) else {
                others.insert(Other { path: artifact.path, is_harness: false });
                continue;
            };
            let output = Arc::new(spot.place(self.limit));
            // Of what is told twice the last counts, as it does on the disk.
            orders.retain(|order| order.artifact.path != artifact.path);
            orders.push(Job { artifact, recipe, output });
        }
        self.kit.warnings().iter().for_each(|warning| report.warning(warning));
        copies(&orders)?.make()?;
        Ok(orders)
    }

    /// What is done to an artifact; `None` where its package does not take part.
    fn recipe(&mut self, artifact: &Artifact, spot: &Spot) -> Result<Option<Arc<Recipe>>> {
        let members = self.workspace.members();
        let package = members.into_iter().find(|package| package.id == artifact.package_id);
        let Some(package) = package else { return Ok(None) };
        let key = (package.name.to_string(), spot.profile().to_owned());
        if let Some(known) = self.recipes.get(&key) {
            return Ok(known.clone());
        }
        let settings =
            self.manifests.settings(&key.0, &key.1, &self.environment, &self.command_line)?;
        let config = settings.into_config();
        let recipe = match config.enabled {
            true => Some(Arc::new(self.kit.recipe(&key.0, &config)?)),
            false => None,
        };
        self.recipes.insert(key, recipe.clone());
        Ok(recipe)
    }
}

/// Where copies of the modules go.
fn copies(orders: &[Job]) -> Result<Places> {
    let mut places = Places::default();
    for order in orders {
        let (Some(directory), Some(spot)) =
            (&order.recipe.artifact_dir, Spot::of(&order.artifact.path))
        else {
            continue;
        };
        let file = order.artifact.file_name().display().to_string();
        let module = format!("`{file}` for {}", spot.triple);
        places.claim(directory, &file, module, &spot.of_cargo())?;
    }
    Ok(places)
}
