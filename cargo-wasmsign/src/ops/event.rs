//! What happens during a job.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::signed::{Signed, SignedAs};
use super::verify::Verdict;
use crate::error::{Error, Result};
use crate::pipeline::{Published, Step};
use crate::project::{Artifact, Line, Other};

/// Something that happens during a job.
pub(crate) enum Event<'a> {
    /// Something is wrong, but the job goes on.
    Warning(&'a str),
    /// The job waits for this to end in another process.
    Waiting(&'a str),
    /// A standard library is about to be installed. rustup may be given flags for its own messages.
    Installing { target: &'a str, rustup: &'a mut Command },
    /// There is nothing to do, and this is why.
    Idle(&'a str),
    /// A package and its dependencies are about to be compiled in this directory, for a comparison with the module.
    Rebuilding { module: &'a Path, package: &'a str, directory: &'a Path },
    /// cargo has printed a line.
    CargoLine(&'a Line),
    /// cargo has ended.
    CargoEnded,
    /// A step of the module of this name.
    Step { module: &'a str, step: &'a Step },
    /// The steps of all modules have ended.
    StepsEnded,
    /// One module has failed; the others may still succeed.
    Failed(&'a Error),
    /// Modules of cargo's that are not published.
    Skipped(&'a BTreeSet<Other>),
    /// A module is published.
    Published { artifact: &'a Artifact, module: &'a Published },
    /// A published file was copied to this path.
    Copied(&'a Path),
    /// A module is signed.
    Signed(&'a Signed<'a>),
    /// A file is signed in a format that knows no parts.
    SignedAs(&'a SignedAs<'a>),
    /// A module was verified, or refused.
    Verified(&'a Verdict<'a>),
}

/// Handles the events of a job. An error that it returns ends the job.
pub(crate) type Observer<'a> = dyn FnMut(Event<'_>) -> Result<()> + 'a;
