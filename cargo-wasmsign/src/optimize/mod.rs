//! The optimizer: Binaryen, in a child process of ourselves or as an external `wasm-opt`.
//!
//! Binaryen may abort, or run out of memory, and takes the process it lives in with it. So the
//! program starts itself once more with [`CHILD_ARGUMENT`]; what to do travels on standard input.
//!
//! ```text
//! detect ─► Features ─► Job ─► run ─┬─ embedded ── child process ── Binaryen
//!                                   └─ external ── wasm-opt
//! ```

mod binaryen;
mod detect;
mod external;
mod failure;
mod features;
mod job;
mod output;
mod passes;
mod target_features;
#[cfg(test)]
mod testing;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

pub use detect::detect;
pub use features::Features;
pub use job::Job;

use crate::child;
use crate::error::{Error, Result};

/// The hidden first argument that makes the program the optimizer's child; see [`child_main`].
pub const CHILD_ARGUMENT: &str = "__optimize";

/// A way to optimize a module that was found to be there.
#[derive(Debug, Clone)]
pub struct Optimizer {
    kind: Kind,
    version: String,
}

/// Where Binaryen is.
#[derive(Debug, Clone)]
enum Kind {
    /// In `program`, which is this program.
    Embedded { program: PathBuf },
    /// In a `wasm-opt` of the user's.
    External { tool: PathBuf },
}

impl Optimizer {
    /// The Binaryen that is compiled into this program.
    ///
    /// # Errors
    ///
    /// Usage, where the program was built without it.
    pub fn embedded() -> Result<Self> {
        let program = std::env::current_exe().map_err(|source| {
            Error::tool("failed to find the path of this program, which holds the optimizer")
                .because(source)
        })?;
        Self::embedded_in(program)
    }

    /// The Binaryen in `program`, a copy of this program.
    ///
    /// # Errors
    ///
    /// As of [`Optimizer::embedded`].
    pub fn embedded_in(program: PathBuf) -> Result<Self> {
        let version = binaryen::VERSION.ok_or_else(not_embedded)?.to_owned();
        Ok(Self { kind: Kind::Embedded { program }, version })
    }

    /// The `wasm-opt` at the path `tool`, or of this name in `PATH`; asks it for its version.
    ///
    /// # Errors
    ///
    /// Tool, where there is no such program or it cannot say its version.
    pub fn external(tool: impl Into<PathBuf>) -> Result<Self> {
        let tool = tool.into();
        let version = external::version(&tool)?;
        Ok(Self { kind: Kind::External { tool }, version })
    }

    /// What the optimizer calls itself, on one line that is safe to print:
    /// `wasm-opt version 116`, `binaryen 116 (embedded)`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Checks the names of further passes before anything is built.
    ///
    /// # Errors
    ///
    /// Usage, with the nearest name, for a pass that the embedded Binaryen does not have. What an
    /// external program has is its own knowledge: there only the form of the name is checked.
    pub fn check_passes(&self, names: &[String]) -> Result<()> {
        names.iter().try_for_each(|name| match self.kind {
            Kind::Embedded { .. } => passes::check_known(name, &binaryen::pass_names()),
            Kind::External { .. } => passes::check_form(name),
        })
    }

    fn program(&self) -> &Path {
        match &self.kind {
            Kind::Embedded { program } => program,
            Kind::External { tool } => tool,
        }
    }

    /// The child's command and what it reads from standard input.
    fn command(&self, job: &Job) -> Result<(Command, Vec<u8>)> {
        let mut command = quiet(self.program());
        // Binaryen starts a thread a core unless told otherwise.
        job.jobs.map(|jobs| command.env("BINARYEN_CORES", jobs.max(1).to_string()));
        if let Kind::External { .. } = self.kind {
            command.args(external::arguments(job));
            return Ok((command, Vec::new()));
        }
        let input = serde_json::to_vec(job)
            .map_err(|source| Error::tool("failed to write the optimizer's job").because(source))?;
        command.arg(CHILD_ARGUMENT);
        Ok((command, input))
    }
}

/// Optimizes `job.input` into `job.output`.
///
/// With DWARF kept and names stripped the caller still has to drop the section `name`: Binaryen writes
/// both or none. In all cases Binaryen moves custom sections behind the others (`dylink.0` stays first)
/// and writes `target_features` anew, with the features that it knows; the others keep order and content.
///
/// # Errors
///
/// Usage for an unknown pass; io for paths without a current directory; tool where the optimizer
/// fails, dies, or leaves no module.
pub fn run(job: &Job, how: &Optimizer) -> Result<()> {
    how.check_passes(&job.passes)?;
    let job = job.with_absolute_paths()?;
    let (mut command, input) = how.command(&job)?;
    let output = child::output(&mut command, &input)
        .map_err(|source| failure::not_started(how.program(), source))?;
    if !output.status.success() {
        return Err(failure::failed(&how.version, &job, &output));
    }
    output::check(&job.output)
        .map_err(|reason| failure::no_module(&how.version, &job.input, &output, reason))
}

/// The whole program when its first argument is [`CHILD_ARGUMENT`]: reads a [`Job`] from standard
/// input and does it. The reason of a failure goes to standard error.
pub fn child_main() -> ExitCode {
    end_with_parent();
    match job::read_from(std::io::stdin().lock()).and_then(|job| binaryen::optimize(&job)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Without a standard error there is nobody to tell but by the exit code.
            let _ = writeln!(std::io::stderr(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Has the system end us with the parent, should that be killed: nobody else would.
#[cfg(target_os = "linux")]
fn end_with_parent() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    // Where a sandbox forbids it, the worst is a process that ends by itself a little later.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

/// Other systems have no such call: the optimizer ends by itself, and its output is swept up by a later run.
#[cfg(not(target_os = "linux"))]
fn end_with_parent() {}

/// A command that talks on no stream of ours. Some of Binaryen's passes print to standard output, which
/// is for results.
fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdout(Stdio::null());
    command
}

fn not_embedded() -> Error {
    Error::usage("this build of the program has no embedded optimizer").advice(
        "set `optimize.tool` to a wasm-opt program, set `optimize = false`, \
         or reinstall cargo-wasmsign with its default features",
    )
}

#[cfg(test)]
mod tests;
