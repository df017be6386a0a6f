//! After an optimizer, in a child: whether it wrote a module that is valid, that hosts know, and that they can use as they
//! would have used the one that it was given.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use wasmparser::WasmFeatures;

use super::detect::lacks_new_exceptions;
use super::interface::{self, Interface};
use super::job::{Allowed, Job};
use super::validation::{outline, validate};
use super::{Features, reachable, unlisted};
use crate::error::Result;
use crate::module::edit;
use crate::text::escape::escape;

/// What an optimizer, or another program, has left.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Left {
    /// A module that is as it should be.
    Module,
    /// Nothing, or the beginning of something, and a fragment that says so.
    Incomplete(String),
    /// Another module than it should be, and a fragment that says what is wrong with it.
    Wrong(String),
}

/// What is known of an optimizer's work before it is looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Work {
    /// What was to be done.
    pub(super) job: Job,
    /// The features that the module had; `None` where that is not known.
    pub(super) features: Option<Features>,
    /// Whether the optimizer is known to take out a call only where it can never happen.
    pub(super) is_known: bool,
}

/// Looks at the output of a job, as a whole and in every function.
///
/// # Errors
///
/// Usage, where the module needs a feature that is not listed; io, where the module as it was cannot be read any more.
pub(super) fn check(work: &Work) -> Result<Left> {
    let job = &work.job;
    let module = match std::fs::read(&job.output) {
        Ok(module) => module,
        Err(error) => return Ok(Left::Incomplete(format!("wrote no output: {error}"))),
    };
    let allowed = work.allowed();
    let features = allowed.map_or_else(WasmFeatures::all, Features::validation);
    let types = match validate(&module, features, job.threads()) {
        Ok(_) if allowed.is_some_and(|allowed| lacks_new_exceptions(&module, allowed)) => {
            return refuse_exceptions(work, &module);
        }
        Ok(types) => types,
        Err(fault) => return refuse(work, &module, &fault),
    };
    if job.passes.iter().any(|pass| interface::is_changed_by(pass)) {
        return Ok(Left::Module);
    }
    compare(work, &Interface::of(&types))
}

impl Work {
    /// What the output may need; anything where that is not known.
    fn allowed(&self) -> Option<&Features> {
        match &self.job.features {
            Allowed::Only(listed) => Some(listed),
            Allowed::Auto => self.features.as_ref(),
        }
    }
}

/// Says why a module is not valid with the features that are allowed.
fn refuse(work: &Work, module: &[u8], fault: &wasmparser::Error) -> Result<Left> {
    let threads = work.job.threads();
    if !module.starts_with(b"\0asm") {
        return Ok(Left::Incomplete("wrote no complete module: the header is wrong".to_owned()));
    }
    if let Err(fault) = outline(module) {
        return Ok(Left::Incomplete(format!("wrote no complete module: {}", at(&fault))));
    }
    if let Err(fault) = validate(module, WasmFeatures::all(), threads) {
        return Ok(Left::Wrong(format!("wrote an invalid module: {}", at(&fault))));
    }
    let had = work.features.as_ref().map(Features::validation);
    if let Allowed::Only(listed) = &work.job.features
        && had.is_none_or(|had| validate(module, had, threads).is_ok())
    {
        unlisted::refuse(&work.job, module, listed, true)?;
    }
    Ok(Left::Wrong(format!(
        "wrote a module that needs more features than its input: {}",
        at(fault)
    )))
}

/// Says that a module has the new exceptions, which are not allowed.
fn refuse_exceptions(work: &Work, module: &[u8]) -> Result<Left> {
    let had = work.features.as_ref();
    if let Allowed::Only(listed) = &work.job.features
        && had.is_none_or(|had| !lacks_new_exceptions(module, had))
    {
        unlisted::refuse(&work.job, module, listed, true)?;
    }
    Ok(Left::Wrong(
        "wrote a module with the new exceptions, which its input does not have".to_owned(),
    ))
}

/// Compares the interface with that of the module as it was, but for the exports that were to go.
fn compare(work: &Work, after: &Interface) -> Result<Left> {
    let job = &work.job;
    let module = edit::read(&job.name, &job.input)?;
    let before = match outline(&module) {
        Ok(types) => Interface::of(&types),
        Err(fault) => return Err(edit::malformed(&job.name, &fault)),
    };
    let before = match &job.exports {
        Some(exports) => before.keep(exports),
        None => before,
    };
    let called = || match work.is_known {
        true => BTreeSet::new(),
        // It was read before.
        false => reachable::called(&module, job.exports.as_deref()).unwrap_or_default(),
    };
    Ok(match before.difference(after, called) {
        None => Left::Module,
        Some(difference) => Left::Wrong(format!("wrote a module {difference}")),
    })
}

/// Looks at what a program has left that was to leave a module or a component of any kind.
///
/// # Errors
///
/// Io.
pub(super) fn look(name: &Path, path: &Path) -> Result<Left> {
    let module = edit::read(name, path)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(match validate(&module, WasmFeatures::all(), threads) {
        Ok(_) => Left::Module,
        Err(fault) => Left::Wrong(at(&fault)),
    })
}

/// A fault and its place; wasmparser's words quote names from the module.
fn at(fault: &wasmparser::Error) -> String {
    format!("{} (at offset {:#x})", escape(fault.message()), fault.offset())
}
