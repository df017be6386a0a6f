//! `cargo wasmsign verify`.

mod module;
mod parallel;
mod verdict;

use std::path::{Path, PathBuf};

use wasmsign_core::verify::BuilderError;
use wasmsign_core::{Policy, Require, Verifier};

use super::{Event, Observer};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys;
pub(crate) use verdict::{Failure, SignatureSource, Verdict};

use parallel::in_parallel;

/// Modules, and who must have signed them.
pub(crate) struct Request {
    /// The modules.
    pub(crate) modules: Vec<PathBuf>,
    /// Where their signatures are.
    pub(crate) signature: SignatureSource,
    /// Public keys: paths or texts.
    pub(crate) public_keys: Vec<String>,
    /// How many of the keys must have signed.
    pub(crate) require: Require,
    /// What else is required.
    pub(crate) policy: Policy,
    /// Whether the identities of verified modules are wanted, which takes a second hash.
    pub(crate) identity: bool,
}

/// Verifies each module, and gives the worst exit code. There is an event for each, in their order.
///
/// # Errors
///
/// Exit codes 2 and 3 where the keys cannot be used; those of `observe`.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Exit> {
    let verifier = verifier(request)?;
    let mut exit = Exit::Ok;
    in_parallel(
        &request.modules,
        |module| module::verify(&verifier, module, &request.signature),
        |verdict| {
            exit = exit.worst(verdict.exit());
            observe(Event::Verified(&verdict))
        },
    )?;
    Ok(exit)
}

/// Verifies one module.
///
/// # Errors
///
/// Exit codes 2 and 3 where the keys cannot be used.
pub(crate) fn one<'a>(request: &Request, module: &'a Path) -> Result<Verdict<'a>> {
    Ok(module::verify(&verifier(request)?, module, &request.signature))
}

fn verifier(request: &Request) -> Result<Verifier> {
    if request.public_keys.is_empty() {
        return Err(Error::usage("no key to verify with").advice(
            "pass the public key that you trust with `--public-key`: a path, the key's own text, \
             `github:NAME` or `dir:PATH`",
        ));
    }
    let keys = request.public_keys.iter().map(|key| keys::public_keys(key));
    let builder = Verifier::builder(keys.collect::<Result<Vec<_>>>()?.concat())
        .policy(request.policy.clone().require(request.require));
    let builder = if request.identity { builder.with_identity() } else { builder };
    builder.build().map_err(unfit)
}

/// Why these keys and options make no verifier.
fn unfit(error: BuilderError) -> Error {
    match error {
        BuilderError::TooFewKeys { wanted, given } => Error::usage(format!(
            "`--require {wanted}` needs more keys than were given ({given})"
        ))
        .advice(
            "pass more keys with `--public-key`, or require fewer; a key that is given twice \
             counts once",
        ),
        error => Error::usage("too many keys")
            .because(error)
            .advice("pass only the keys that may have signed these modules"),
    }
}
