//! `cargo wasmsign trust explain`: why a trust file accepts a module, or does not.

use std::path::{Path, PathBuf};

use wasmsign_core::trust::{Time, Trust};

use super::file;
use crate::error::Result;
use crate::ops::verify::{self, Question, SignatureSource, Verdict};

/// A module, and who decides about it.
pub(crate) struct Request {
    /// The module.
    pub(crate) module: PathBuf,
    /// Where its signature is.
    pub(crate) signature: SignatureSource,
    /// The trust file.
    pub(crate) policy: PathBuf,
    /// What it is asked.
    pub(crate) question: Question,
}

/// A verdict, and all that it depends on.
pub(crate) struct Explained<'a> {
    /// The trust file.
    pub(crate) trust: Trust,
    /// The name that the rules were matched with.
    pub(crate) name: String,
    /// The time at which keys had to be valid.
    pub(crate) time: Time,
    /// The verdict.
    pub(crate) verdict: Verdict<'a>,
}

/// Verifies a module by a trust file.
///
/// # Errors
///
/// Exit code 2 where the trust file cannot be used, or the module has no name.
pub(crate) fn run(request: &Request) -> Result<Explained<'_>> {
    let trust = file::load(&request.policy)?;
    let module: &Path = &request.module;
    let (name, time) = (request.question.name_of(module)?, request.question.time());
    let verifier = trust.verifier(&name, time).with_identity().build();
    let formats = trust.rule_for(&name).map(|rule| trust.rules()[rule].formats.clone());
    let verdict = verify::by(verifier, formats, module, &request.signature);
    Ok(Explained { trust, name, time, verdict })
}
