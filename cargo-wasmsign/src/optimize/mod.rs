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

mod beyond;
mod binaryen;
mod cache;
mod changes;
mod check;
mod detect;
mod external;
mod failure;
mod features;
mod functions;
mod helper;
mod job;
mod passes;
mod prepare;
mod target_features;
#[cfg(test)]
mod testing;
mod tool;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

pub use cache::{Cache, Cleared, limit_from_environment};
pub use changes::Changes;
pub use features::Features;
pub use helper::{CHILD_ARGUMENT, child_main};
pub use job::{Allowed, Job};
pub use tool::Optimizer;

use crate::child;
use crate::error::{Error, Result};
use crate::files::{Access, Staged};
use cache::Key;
use check::Left;
use helper::{Call, Helper, Task};
use prepare::Prepared;

/// How a module came to be optimized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was optimized before, and only copied.
    pub cached: bool,
}

/// Optimizes `job.input` into `job.output`, or copies what an earlier job of the same content has made.
///
/// With DWARF kept and names stripped the caller still has to drop the section `name`: Binaryen writes
/// both or none. In all cases Binaryen moves custom sections behind the others (`dylink.0` stays first)
/// and writes `target_features` anew, with the features that it knows; the others keep order and content.
///
/// # Errors
///
/// Usage for an unknown pass, an unknown export, a component, and a module that needs more than the
/// listed features; malformed for a module that is none; io for files that cannot be read or written; tool
/// where the optimizer fails, dies, or leaves no module.
pub fn run(job: &Job, tool: &Optimizer, cache: Option<&Cache>) -> Result<Outcome> {
    tool.check_passes(&job.passes)?;
    let job = job.with_absolute_paths()?;
    let entry = cache.zip(tool.identity().map(|identity| Key::new(&job, identity)));
    if let Some((cache, key)) = &entry {
        let mut output = create(&job)?;
        if cache.fetch(key, &mut output) {
            return Ok(Outcome { cached: true });
        }
    }
    optimize(&job, tool)?;
    // The tool may have put another file in the place of the one that was there.
    if let Some((cache, key)) = &entry
        && let Ok(output) = File::open(&job.output)
    {
        cache.store(key, &output);
    }
    Ok(Outcome { cached: false })
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

/// Takes every step.
fn optimize(job: &Job, tool: &Optimizer) -> Result<()> {
    let edited = edited_file(job)?;
    let path = edited.path().to_owned();
    let Prepared { features, edited: is_edited } =
        tool.helper().ask(&Task::Prepare { job: job.clone(), edited: path.clone() })?;
    let input = if is_edited { path } else { job.input.clone() };
    let call = Call { job: Job { input, ..job.clone() }, features };
    let (mut command, text) = tool.command(call)?;
    let output = child::output(&mut command, &text)
        .map_err(|source| failure::not_started(tool.program(), source))?;
    if !output.status.success() {
        return Err(failure::failed(tool.version(), job, &output));
    }
    match tool.helper().ask(&Task::Check(job.clone()))? {
        Left::Module => Ok(()),
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
