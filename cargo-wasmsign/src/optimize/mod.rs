//! The optimizer: Binaryen, in a child process of ourselves or as an external `wasm-opt`.
//!
//! Binaryen may abort, or run out of memory, and takes the process it lives in with it. So the program
//! starts itself once more with [`CHILD_ARGUMENT`], for Binaryen and for whatever else needs a whole module
//! in memory; what to do travels on standard input.
//!
//! ```text
//! Job ─► run ─► Cache ─┬─ hit
//!                      └─ miss ─► prepare ─────► Binaryen ─────────► check ─► Cache
//!                                 child:         child, or           child:
//!                                 detect, edit   external wasm-opt   whole, allowed
//! ```

mod abilities;
mod beyond;
mod binaryen;
mod cache;
mod changes;
mod check;
mod constructs;
mod detect;
mod external;
mod failure;
mod features;
mod functions;
mod helper;
mod job;
mod names;
mod optimizer;
mod passes;
mod prepare;
mod target_features;
#[cfg(test)]
mod testing;
mod tool;
mod unable;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use cache::{Cache, Cleared, limit_from_environment};
pub use changes::Changes;
pub use features::Features;
pub use helper::{CHILD_ARGUMENT, child_main};
pub use job::{Allowed, Job};
pub use optimizer::Optimizer;

use crate::child;
use crate::error::{Error, Result};
use crate::files::{Access, Staged};
use cache::Key;
use check::Left;
use helper::{Call, Helper, Task};
use prepare::{Prepared, Ready};
use tool::Tool;
use unable::Unable;

/// How a module came to be optimized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was optimized before, and only copied.
    pub cached: bool,
    /// Who has done it.
    pub tool: Ran,
}

/// A tool that has optimized a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// What it calls itself, on one line that is safe to print.
    pub version: String,
    /// What tells it from one that may give other results; `None` where that cannot be said.
    pub identity: Option<String>,
}

/// Optimizes `job.input` into `job.output`, or copies what an earlier job of the same content has made. `begins` is told
/// what each tool calls itself that is tried.
///
/// With DWARF kept and names stripped the caller still has to drop the section `name`: Binaryen writes
/// both or none. In all cases Binaryen moves custom sections behind the others (`dylink.0` stays first)
/// and writes `target_features` anew; the others keep order and content.
///
/// # Errors
///
/// Usage for an unknown pass, an unknown export, a component, and a module that needs more than the
/// listed features; malformed for a module that is none; io for files that cannot be read or written; tool
/// where no optimizer can read the module, or the one that can fails, dies, or leaves no module.
pub fn run(
    job: &Job,
    optimizer: &Optimizer,
    cache: Option<&Cache>,
    begins: &dyn Fn(&str),
) -> Result<Outcome> {
    optimizer.check_passes(&job.passes)?;
    let job = job.with_absolute_paths()?;
    let mut unable = Vec::new();
    for tool in optimizer.tools() {
        if let Err(error) = tool.check_passes(&job.passes) {
            unable.push(Unable::passes(tool, error));
            continue;
        }
        match run_with(&job, tool, cache, begins)? {
            Attempt::Done(outcome) => return Ok(outcome),
            Attempt::Unable(reason) => unable.push(reason),
        }
    }
    Err(unable::error(&job, optimizer.choice(), unable))
}

/// What became of a job in the hands of one tool.
enum Attempt {
    Done(Outcome),
    Unable(Unable),
}

fn run_with(
    job: &Job,
    tool: &Tool,
    cache: Option<&Cache>,
    begins: &dyn Fn(&str),
) -> Result<Attempt> {
    let ran =
        Ran { version: tool.version().to_owned(), identity: tool.identity().map(str::to_owned) };
    let entry = cache.zip(tool.identity().map(|identity| Key::new(job, identity)));
    if let Some((cache, key)) = &entry {
        let mut output = create(job)?;
        if cache.fetch(key, &mut output) {
            return Ok(Attempt::Done(Outcome { cached: true, tool: ran }));
        }
    }
    begins(tool.version());
    if let Some(unable) = optimize(job, tool)? {
        return Ok(Attempt::Unable(unable));
    }
    // The tool may have put another file in the place of the one that was there.
    if let Some((cache, key)) = &entry
        && let Ok(output) = File::open(&job.output)
    {
        cache.store(key, &output);
    }
    Ok(Attempt::Done(Outcome { cached: false, tool: ran }))
}

/// Records this program in the section `producers` of a module that is not optimized; `name` is what
/// messages call it.
///
/// # Errors
///
/// Malformed or io.
pub fn record(name: &Path, input: &Path, output: &Path) -> Result<()> {
    let task = Task::Record { name: name.into(), input: input.into(), output: output.into() };
    Helper::this()?.ask(&task)
}

/// Takes every step, unless the tool turns out to be unable to read the module.
fn optimize(job: &Job, tool: &Tool) -> Result<Option<Unable>> {
    let edited = edited_file(job)?;
    let path = edited.path().to_owned();
    let abilities = tool.abilities().clone();
    let task = Task::Prepare { job: job.clone(), edited: path.clone(), abilities };
    let ready = match tool.helper().ask(&task)? {
        Prepared::Ready(ready) => ready,
        Prepared::Beyond(needs) => return Ok(Some(Unable::beyond(tool, needs))),
    };
    let Ready { features, flags, names, edited: is_edited } = ready;
    let input = if is_edited { path } else { job.input.clone() };
    let call = Call { job: Job { input, ..job.clone() }, features, flags };
    let (mut command, text) = tool.command(call)?;
    let output = child::output(&mut command, &text)
        .map_err(|source| failure::not_started(tool.program(), source))?;
    if !output.status.success() {
        return match unable::is_unread(&output) {
            true => Ok(Some(Unable::unread(tool, &output))),
            false => Err(failure::failed(tool.version(), job, &output)),
        };
    }
    match tool.helper().ask(&Task::Check { job: job.clone(), names })? {
        Left::Module => Ok(None),
        Left::Nothing(reason) => {
            Err(failure::no_module(tool.version(), &job.name, &output, reason))
        }
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
