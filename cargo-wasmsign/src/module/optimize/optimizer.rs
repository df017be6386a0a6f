//! Which Binaryen optimizes: one that is named, or the first that can.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::embedded::protocol::BINARYEN;
use super::tool::Tool;
use super::{embedded, external, failure};
use crate::error::{Error, Result};
use crate::text::escape::escape;

/// The program that `tool = "auto"` looks for.
const PROGRAM: &str = "wasm-opt";

/// The tools that a module may be optimized with.
#[derive(Debug)]
pub struct Optimizer {
    /// The one that is named, or the embedded one.
    first: Option<Tool>,
    /// Those in `PATH` that stand in for it, where none is named.
    others: Option<Others>,
    choice: Choice,
}

/// Who has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The manifest names the embedded one.
    Embedded,
    /// The manifest names a program.
    Program,
    /// Nobody: the first that can.
    Auto,
    /// Nobody, for a build that shall be the same everywhere: the embedded one.
    Reproducible,
}

/// The `wasm-opt` programs in `PATH`, looked for when they are first needed.
#[derive(Debug)]
struct Others {
    minimum: Option<u32>,
    found: OnceLock<Vec<Tool>>,
}

impl Optimizer {
    /// The embedded optimizer; of the version `minimum` at least.
    ///
    /// # Errors
    ///
    /// Tool, where it is missing or too old.
    pub fn embedded(minimum: Option<u32>) -> Result<Self> {
        let embedded = embedded::find()?.ok_or_else(|| embedded::missing(false))?;
        Tool::embedded(embedded, minimum).map(|tool| Self::one(tool, Choice::Embedded))
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
        Tool::external(tool, minimum).map(|tool| Self::one(tool, Choice::Program))
    }

    /// The embedded one for the modules that it can read, and for others what is in `PATH`; for a `reproducible` build
    /// the embedded one alone, because the result must not depend on what else is installed.
    ///
    /// # Errors
    ///
    /// Tool, where a variable names an embedded one that is not there. Those of [`Optimizer::embedded`], where there is
    /// nothing in `PATH` either.
    pub fn auto(minimum: Option<u32>, reproducible: bool) -> Result<Self> {
        let embedded = embedded::find()?
            .ok_or_else(|| embedded::missing(!reproducible))
            .and_then(|embedded| Tool::embedded(embedded, minimum));
        if reproducible {
            return embedded.map(|tool| Self::one(tool, Choice::Reproducible));
        }
        let others = Others { minimum, found: OnceLock::new() };
        match embedded {
            Ok(tool) => Ok(Self { first: Some(tool), others: Some(others), choice: Choice::Auto }),
            Err(error) if others.found().is_empty() => Err(error),
            Err(_) => Ok(Self { first: None, others: Some(others), choice: Choice::Auto }),
        }
    }

    fn one(tool: Tool, choice: Choice) -> Self {
        Self { first: Some(tool), others: None, choice }
    }

    /// The tools, in the order in which they are to be tried. Nobody looks for one that is not asked for.
    pub(super) fn tools(&self) -> impl Iterator<Item = &Tool> {
        let others = || self.others.iter().flat_map(Others::found);
        self.first.iter().chain(std::iter::once_with(others).flatten())
    }

    pub(super) fn choice(&self) -> Choice {
        self.choice
    }

    /// What tells a named tool from one that may give other results. Where none is named, it is the module that
    /// decides which one runs.
    pub fn identity(&self) -> Option<&str> {
        match self.choice {
            Choice::Auto => Some("auto"),
            _ => self.first.as_ref().and_then(Tool::identity),
        }
    }

    /// Whether the tools of this identity, a line each, are still among these.
    pub fn has(&self, identity: &str) -> bool {
        let is_there = |one: &str| self.tools().any(|tool| tool.identity() == Some(one));
        identity.lines().all(is_there)
    }

    /// Checks the names of further passes before anything is built.
    ///
    /// # Errors
    ///
    /// What the first tool says of them, where none has them; those of [`Tool::greet`].
    pub fn check_passes(&self, names: &[String]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let mut first: Option<Error> = None;
        for tool in self.tools() {
            // One that is broken is to be mended, and not to be passed over for another.
            tool.greet()?;
            match tool.check_passes(names) {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), Err)
    }
}

/// What `tool = "auto"` stands for on this machine: the embedded one, and after it the programs in `PATH`, of which none
/// is started.
pub fn candidates(reproducible: bool) -> Vec<String> {
    let embedded = embedded::find().ok().flatten().map(|_| BINARYEN.to_owned());
    let others = if reproducible { Vec::new() } else { external::all(PROGRAM) };
    let others = others.into_iter().map(|path| escape(&path.to_string_lossy()));
    embedded.into_iter().chain(others).collect()
}

impl Others {
    /// Those that say their version and are new enough.
    fn found(&self) -> &[Tool] {
        self.found.get_or_init(|| {
            let tools = external::all(PROGRAM).into_iter();
            tools.filter_map(|path| Tool::external(path, self.minimum).ok()).collect()
        })
    }
}
