//! The optimizer: Binaryen, in a program of its own that belongs to this one, or as an external `wasm-opt`.
//!
//! Binaryen may abort, or run out of memory, and takes the process it lives in with it. Whatever else needs a whole
//! module in memory may do so too: for that the program starts itself once more, with [`CHILD_ARGUMENT`]. What to do
//! travels on standard input.
//!
//! ```text
//! Job ─► run ─► Cache ─┬─ hit
//!                      └─ miss ─► prepare ─────► Binaryen ─────────► check ─► Cache
//!                                 child:         its own program,    child:
//!                                 detect, edit   or a wasm-opt       valid, same interface
//! ```

pub(crate) mod capabilities;
pub(crate) mod child;
pub(crate) mod deadline;
pub(crate) mod embedded;
pub(crate) mod incapable;
pub(crate) mod reachable;
pub(crate) mod unlisted;
pub(crate) mod unoptimized;

mod cache;
mod changes;
mod check;
mod component;
mod constructs;
mod detect;
mod external;
mod failure;
mod features;
mod functions;
mod interface;
mod job;
mod level;
mod names;
mod optimizer;
mod passes;
mod prepare;
mod target_features;
#[cfg(test)]
mod testing;
mod tool;
mod validation;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use cache::{Cache, Cleared, limit_from_environment};
pub use changes::Changes;
pub use child::{CHILD_ARGUMENT, child_main, end_with_parent};
pub use component::run as run_component;
pub use features::{Feature, Features};
pub use job::{Allowed, Job};
pub use level::Level;
pub use optimizer::{Optimizer, candidates};

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::files::{Access, Staged};
use cache::Key;
use capabilities::Abilities;
use check::{Left, Work};
use child::{Helper, Task};
use deadline::Limit;
use incapable::Unable;
use job::Call;
use names::Names;
use prepare::{Prepared, Ready};
use tool::Tool;

/// How a module came to be optimized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was optimized before, and only copied.
    pub cached: bool,
    /// Who has done it; nobody where a component was left as it is.
    pub tool: Option<Ran>,
    /// What of a component was left as it is, and why, in words.
    pub left: Vec<String>,
    /// The custom sections that core modules of a component have lost.
    pub dropped: Vec<String>,
}

/// A tool that has optimized a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// What it calls itself, on one line that is safe to print.
    pub version: String,
    /// What tells it from one that may give other results; `None` where that cannot be said.
    pub identity: Option<String>,
    /// Whether it brings hints on the code along.
    #[serde(skip)]
    pub keeps_hints: bool,
}

impl Ran {
    /// Both, of which each has optimized something; each tool once.
    fn and(self, other: Self) -> Self {
        if self.version.split(BETWEEN_VERSIONS).any(|version| version == other.version) {
            return self;
        }
        Self {
            version: format!("{}{BETWEEN_VERSIONS}{}", self.version, other.version),
            identity: self.identity.zip(other.identity).map(|(a, b)| format!("{a}\n{b}")),
            keeps_hints: self.keeps_hints && other.keeps_hints,
        }
    }
}

/// What stands between the tools that have optimized parts of a component.
const BETWEEN_VERSIONS: &str = " and ";

/// Optimizes `job.input` into `job.output`, or copies what an earlier job of the same content has made. `begins` is told
/// what each tool calls itself that is tried.
///
/// With DWARF kept and names stripped the caller still has to drop the section `name`: Binaryen writes
/// both or none. In all cases Binaryen moves custom sections behind the others (`dylink.0` stays first)
/// and writes `target_features` anew; the others keep order and content, but for those that name places in the code, which
/// go (see [`crate::module::edit::is_stale`]).
///
/// # Errors
///
/// Usage for an unknown pass, an unknown export, a component, and a module that needs more than the
/// listed features; malformed for a module that is none; io for files that cannot be read or written; tool
/// where no optimizer can read the module, or the one that can fails, dies, takes too long, or leaves no module that is
/// valid and has the same interface.
pub fn run(
    job: &Job,
    optimizer: &Optimizer,
    cache: Option<&Cache>,
    begins: &dyn Fn(&str),
) -> Result<Outcome> {
    attempt(job, optimizer, cache, begins)?
}

/// As [`run`]; the inner error is that of optimizers that cannot do it, and have left nothing.
fn attempt(
    job: &Job,
    optimizer: &Optimizer,
    cache: Option<&Cache>,
    begins: &dyn Fn(&str),
) -> Result<Result<Outcome>> {
    optimizer.check_passes(&job.passes)?;
    let job = job.with_absolute_paths()?;
    let limit = Limit::begin(job.timeout);
    let mut unable = Vec::new();
    for tool in optimizer.tools() {
        if let Err(error) = tool.check_passes(&job.passes) {
            unable.push(Unable::passes(tool, error));
            continue;
        }
        match run_with(&job, tool, cache, &limit, begins)? {
            Attempt::Done(outcome) => return Ok(Ok(outcome)),
            Attempt::Failed(error) => return Ok(Err(error)),
            Attempt::Unable(reason) => unable.push(reason),
        }
    }
    Ok(Err(incapable::error(&job, optimizer.choice(), unable)))
}

/// What became of a job in the hands of one tool.
enum Attempt {
    Done(Outcome),
    /// It cannot read the module: another one may.
    Unable(Unable),
    /// It has refused the module, or died of it.
    Failed(Error),
}

fn run_with(
    job: &Job,
    tool: &Tool,
    cache: Option<&Cache>,
    limit: &Limit,
    begins: &dyn Fn(&str),
) -> Result<Attempt> {
    let ran = Ran {
        version: tool.version().to_owned(),
        identity: tool.identity().map(str::to_owned),
        keeps_hints: capabilities::version_keeps_hints(tool.version()),
    };
    let done = |cached| Attempt::Done(Outcome { cached, tool: Some(ran), ..Outcome::default() });
    let entry = cache.zip(tool.identity().map(|identity| Key::new(job, identity)));
    if let Some((cache, key)) = &entry
        && is_fetched(job, tool, cache, key, limit)?
    {
        return Ok(done(true));
    }
    tool.greet()?;
    begins(tool.version());
    if let Some(other) = optimize(job, tool, limit)? {
        return Ok(other);
    }
    // The tool may have put another file in the place of the one that was there.
    if let Some((cache, key)) = &entry
        && let Ok(output) = File::open(&job.output)
    {
        cache.store(key, &output);
    }
    Ok(done(false))
}

/// Takes the output from the cache, and looks at it as at what comes from the optimizer: whether there was such a thing.
fn is_fetched(job: &Job, tool: &Tool, cache: &Cache, key: &Key, limit: &Limit) -> Result<bool> {
    if !cache.fetch(key, &mut create(job)?) {
        return Ok(false);
    }
    let work = Work { job: job.clone(), features: None, is_known: tool.is_embedded() };
    let task = Task::Check { work, names: Names::default() };
    let is_good = matches!(tool.helper().ask(&task, limit), Ok(Left::Module));
    if !is_good {
        cache.forget(key);
        create(job)?;
    }
    Ok(is_good)
}

/// Does to a module what is asked for without an optimizer: its exports, its producers, and that it needs no more than
/// the listed features. Whether there was anything to do: then the output is another module, else there is none.
///
/// # Errors
///
/// As [`run`].
pub fn without_optimizer(job: &Job) -> Result<bool> {
    Helper::this()?.ask(&Task::Unoptimized(job.with_absolute_paths()?), &Limit::begin(None))
}

/// Validates the module or component at `path` in full: what is wrong with it, if anything. `name` is what messages call
/// it.
///
/// # Errors
///
/// Io; tool, where the process that does it dies.
pub fn fault(name: &Path, path: &Path) -> Result<Option<String>> {
    let task = Task::Look { name: name.into(), path: path.into() };
    Ok(match Helper::this()?.ask(&task, &Limit::begin(None))? {
        Left::Module => None,
        Left::Incomplete(reason) | Left::Wrong(reason) => Some(reason),
    })
}

/// Takes every step, unless the tool turns out to be unable to.
fn optimize(job: &Job, tool: &Tool, limit: &Limit) -> Result<Option<Attempt>> {
    let edited = edited_file(job)?;
    let path = edited.path().to_owned();
    let ready = match prepared(job, tool, &path, limit) {
        Ok(Prepared::Ready(ready)) => ready,
        Ok(Prepared::Unreadable(needs)) => {
            return Ok(Some(Attempt::Unable(Unable::needs(tool, needs))));
        }
        Err(error) if error.exit() == Exit::Tool && !limit.is_over() => {
            return Ok(Some(Attempt::Failed(error)));
        }
        Err(error) => return Err(error),
    };
    let Ready { features, flags, names, edited: is_edited, .. } = ready;
    let input = if is_edited { path } else { job.input.clone() };
    let call = Call { job: Job { input, ..job.clone() }, features: features.clone(), flags };
    let (mut command, text) = tool.command(call)?;
    let output = limit.output(&mut command, &text).map_err(|source| {
        limit.error(&job.name, source, |source| failure::not_started(tool.program(), source))
    })?;
    if !output.status.success() {
        return Ok(Some(match incapable::is_unread(&output) {
            true => Attempt::Unable(Unable::unread(tool, &output)),
            false => Attempt::Failed(failure::failed(tool.version(), job, &output)),
        }));
    }
    let work = Work { job: job.clone(), features: Some(features), is_known: tool.is_embedded() };
    match tool.helper().ask(&Task::Check { work, names }, limit)? {
        Left::Module => Ok(None),
        Left::Incomplete(reason) => {
            let advice =
                "check that the disk is not full and that `optimize.tool` is a wasm-opt program";
            Err(failure::no_module(tool.version(), job, &output, &reason).advice(advice))
        }
        Left::Wrong(reason) => Err(failure::no_module(tool.version(), job, &output, &reason)),
    }
}

/// What the module needs of a tool, which is asked for what it can do where its number leaves that open.
fn prepared(job: &Job, tool: &Tool, edited: &Path, limit: &Limit) -> Result<Prepared> {
    let prepare = |abilities: &Abilities| {
        let (job, edited, abilities) = (job.clone(), edited.to_owned(), abilities.clone());
        tool.helper().ask::<Prepared>(&Task::Prepare { job, edited, abilities }, limit)
    };
    match prepare(tool.abilities())? {
        Prepared::Ready(ready) if !ready.is_strange => Ok(Prepared::Ready(ready)),
        _ if tool.can_be_asked() => prepare(tool.ask()),
        answer => Ok(answer),
    }
}

/// A temporary file beside the output, for the module between the edits and Binaryen.
fn edited_file(job: &Job) -> Result<Staged> {
    let mut path = job.output.clone().into_os_string();
    path.push(".edited");
    let staged = Staged::new(&PathBuf::from(path), Access::Usual)?;
    staged.lend()?;
    Ok(staged)
}

fn create(job: &Job) -> Result<File> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).open(&job.output);
    file.map_err(|source| {
        Error::io(format!("failed to write a temporary file for `{}`", job.name.display()), source)
    })
}

#[cfg(test)]
mod tests;
