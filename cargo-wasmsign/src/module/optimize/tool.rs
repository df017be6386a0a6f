//! One Binaryen, found to be there and new enough.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::capabilities::Abilities;
use super::child::Helper;
use super::embedded::{Embedded, protocol::BINARYEN};
use super::job::Call;
use super::{external, failure, passes};
use crate::error::Result;

/// A program that optimizes.
#[derive(Debug)]
pub(super) struct Tool {
    kind: Kind,
    version: String,
    /// What tells it from all others, for the cache; `None` where that cannot be said.
    identity: Option<String>,
    /// By its number.
    abilities: Abilities,
    /// By its own words, where it was asked for them.
    told: OnceLock<Abilities>,
    helper: Helper,
}

/// Where Binaryen is.
#[derive(Debug)]
enum Kind {
    /// In the program that belongs to this one.
    Embedded(Embedded),
    /// In a `wasm-opt` of the user's.
    External(PathBuf),
}

impl Tool {
    /// The embedded optimizer; of the version `minimum` at least. It is not asked anything yet: what belongs to this
    /// version of cargo-wasmsign has a known Binaryen, and [`Tool::greet`] looks whether it does.
    ///
    /// # Errors
    ///
    /// Tool, where it is too old.
    pub(super) fn embedded(embedded: Embedded, minimum: Option<u32>) -> Result<Self> {
        let version = BINARYEN.to_owned();
        failure::refuse_old(&version, minimum, true)?;
        let identity = Some(format!("{version}, cargo-wasmsign {}", env!("CARGO_PKG_VERSION")));
        Self::new(Kind::Embedded(embedded), version, identity)
    }

    /// The `wasm-opt` at this path; asks it for its version, which has to be `minimum` at least.
    ///
    /// # Errors
    ///
    /// Tool, where it cannot say its version, or is too old.
    pub(super) fn external(tool: PathBuf, minimum: Option<u32>) -> Result<Self> {
        let version = external::version(&tool)?;
        failure::refuse_old(&version, minimum, false)?;
        let identity = external::identity(&tool, &version);
        Self::new(Kind::External(tool), version, identity)
    }

    fn new(kind: Kind, version: String, identity: Option<String>) -> Result<Self> {
        let abilities = Abilities::new(&version, None);
        let helper = Helper::this()?;
        Ok(Self { kind, version, identity, abilities, told: OnceLock::new(), helper })
    }

    /// What it calls itself, on one line that is safe to print:
    /// `wasm-opt version 116`, `binaryen 116 (embedded)`.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// What tells it from one that may give other results; `None` where that cannot be said.
    pub(super) fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// What it is able to do: as it has told, or as its number tells.
    pub(super) fn abilities(&self) -> &Abilities {
        match self.told.get() {
            Some(told) => told,
            None if self.abilities.is_vague() => self.ask(),
            None => &self.abilities,
        }
    }

    /// The same, told by itself. An external program is asked once; that takes time, and its number tells as much of what
    /// a release can do.
    pub(super) fn ask(&self) -> &Abilities {
        self.told.get_or_init(|| match &self.kind {
            Kind::Embedded(_) => self.abilities.clone(),
            Kind::External(tool) => Abilities::new(&self.version, external::help(tool).as_deref()),
        })
    }

    /// Whether there is more to be told.
    pub(super) fn can_be_asked(&self) -> bool {
        !self.is_embedded() && self.told.get().is_none()
    }

    /// Makes sure that it can be talked to. An external program has told its version before.
    ///
    /// # Errors
    ///
    /// Tool, where it is not the optimizer of this version of cargo-wasmsign.
    pub(super) fn greet(&self) -> Result<()> {
        match &self.kind {
            Kind::Embedded(embedded) => embedded.passes().map(drop),
            Kind::External(_) => Ok(()),
        }
    }

    /// Who does what needs a whole module in memory.
    pub(super) fn helper(&self) -> &Helper {
        &self.helper
    }

    /// Refuses names of passes that it does not have.
    ///
    /// # Errors
    ///
    /// Those of [`Tool::greet`]; tool for a pass of a newer Binaryen; usage, with the nearest name, for one that it does not have otherwise.
    /// What an external program has is its own knowledge: where it does not tell, only the form of a name is checked.
    pub(super) fn check_passes(&self, names: &[String]) -> Result<()> {
        names.iter().try_for_each(|name| {
            passes::check_form(name)?;
            let abilities = self.ask();
            passes::refuse_newer(name, &self.version, abilities, self.is_embedded())?;
            match (&self.kind, abilities.options()) {
                (Kind::Embedded(embedded), _) => {
                    passes::check_known(name, embedded.passes()?.iter().map(String::as_str))
                }
                (_, Some(options)) => passes::check_known(name, options.iter().map(String::as_str)),
                (_, None) => Ok(()),
            }
        })
    }

    /// Whether it is the one that belongs to this program.
    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.kind, Kind::Embedded(_))
    }

    /// The child's command and what it reads from standard input.
    pub(super) fn command(&self, call: Call) -> Result<(Command, Vec<u8>)> {
        let jobs = call.job.jobs;
        let (mut command, input) = match &self.kind {
            Kind::Embedded(embedded) => embedded.command(&call)?,
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
            Kind::Embedded(embedded) => embedded.program(),
            Kind::External(tool) => tool,
        }
    }
}
