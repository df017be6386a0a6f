//! Which Binaryen optimizes, found to be there and new enough.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::helper::{Call, Helper, Task, written};
use super::{binaryen, external, failure, passes};
use crate::error::{Error, Result};

/// A way to optimize a module that was found to be there.
#[derive(Debug, Clone)]
pub struct Optimizer {
    kind: Kind,
    version: String,
    /// What tells it from all others, for the cache; `None` where that cannot be said.
    identity: Option<String>,
    helper: Helper,
}

/// Where Binaryen is.
#[derive(Debug, Clone)]
enum Kind {
    /// In our helper.
    Embedded,
    /// In a `wasm-opt` of the user's.
    External(PathBuf),
}

impl Optimizer {
    /// The Binaryen that is compiled into this program; of the version `minimum` at least.
    ///
    /// # Errors
    ///
    /// Usage, where the program was built without it; tool, where it is too old.
    pub fn embedded(minimum: Option<u32>) -> Result<Self> {
        let version = binaryen::VERSION.ok_or_else(not_embedded)?.to_owned();
        failure::refuse_old(&version, minimum, true)?;
        let identity = Some(format!("{version}, cargo-wasmsign {}", env!("CARGO_PKG_VERSION")));
        Ok(Self { kind: Kind::Embedded, version, identity, helper: Helper::this()? })
    }

    /// The `wasm-opt` at the path `tool`, or of this name in `PATH`; asks it for its version, which has
    /// to be `minimum` at least.
    ///
    /// # Errors
    ///
    /// Tool, where there is no such program, it cannot say its version, or is too old.
    pub fn external(tool: impl Into<PathBuf>, minimum: Option<u32>) -> Result<Self> {
        let tool = tool.into();
        let tool = external::find(&tool).ok_or_else(|| failure::not_found(&tool))?;
        let version = external::version(&tool)?;
        failure::refuse_old(&version, minimum, false)?;
        let identity = external::identity(&tool, &version);
        Ok(Self { kind: Kind::External(tool), version, identity, helper: Helper::this()? })
    }

    /// What the optimizer calls itself, on one line that is safe to print:
    /// `wasm-opt version 116`, `binaryen 116 (embedded)`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What tells this optimizer from one that may give other results; `None` where that cannot be said.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// Who does what needs a whole module in memory.
    pub(super) fn helper(&self) -> &Helper {
        &self.helper
    }

    /// Checks the names of further passes before anything is built.
    ///
    /// # Errors
    ///
    /// Usage, with the nearest name, for a pass that the embedded Binaryen does not have. What an
    /// external program has is its own knowledge: there only the form of the name is checked.
    pub fn check_passes(&self, names: &[String]) -> Result<()> {
        names.iter().try_for_each(|name| match self.kind {
            Kind::Embedded => passes::check_known(name, &binaryen::pass_names()),
            Kind::External(_) => passes::check_form(name),
        })
    }

    /// The child's command and what it reads from standard input.
    pub(super) fn command(&self, call: Call) -> Result<(Command, Vec<u8>)> {
        let jobs = call.job.jobs;
        let (mut command, input) = match &self.kind {
            Kind::Embedded => (self.helper.command(), written(&Task::Binaryen(call))?),
            Kind::External(tool) => {
                let mut command = Command::new(tool);
                command.args(external::arguments(&call));
                (command, Vec::new())
            }
        };
        // Some of Binaryen's passes print to standard output, which is for results.
        command.stdout(Stdio::null());
        // Binaryen starts a thread a core unless told otherwise.
        jobs.map(|jobs| command.env("BINARYEN_CORES", jobs.max(1).to_string()));
        Ok((command, input))
    }

    /// What could not be started, for messages.
    pub(super) fn program(&self) -> &Path {
        match &self.kind {
            Kind::Embedded => Path::new("cargo-wasmsign"),
            Kind::External(tool) => tool,
        }
    }
}

fn not_embedded() -> Error {
    Error::usage("this build of the program has no embedded optimizer").advice(
        "set `optimize.tool` to a wasm-opt program, set `optimize = false`, \
         or reinstall cargo-wasmsign with its default features",
    )
}
