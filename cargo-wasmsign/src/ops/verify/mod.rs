//! `cargo wasmsign verify`.

mod judges;
mod module;
mod pins;
mod question;
mod request;
mod verdict;
mod workspace;

use std::path::Path;

use wasmsign_core::{PublicKey, Verifier};

use super::{Event, Observer};
use crate::error::Result;
use crate::exit::Exit;
pub(crate) use pins::Pinning;
pub(crate) use question::Question;
pub(crate) use request::{Request, Trusted};
pub(crate) use verdict::{Failure, PinNote, SignatureSource, Verdict};

use judges::Judges;

use super::parallel::in_parallel;

/// Verifies each module, and gives the worst exit code. There is an event for each, in their order.
///
/// # Errors
///
/// Exit codes 2 and 3 where the keys, the trust file or the pin store cannot be used; those of `observe`.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Exit> {
    let judges = Judges::of(request)?;
    let mut exit = Exit::Ok;
    in_parallel(
        &judges.modules,
        |(module, verifier)| module::verify(verifier, module, &request.signature),
        |verdict| {
            let verdict = judges.pinned(request, verdict)?;
            exit = exit.worst(verdict.exit());
            observe(Event::Verified(&verdict))
        },
    )?;
    Ok(exit)
}

/// The verdicts on all modules by each of these signatures, in their order, and the keys that may sign what belongs to
/// them.
///
/// # Errors
///
/// As of [`run`].
pub(crate) fn all<'r>(
    request: &'r Request,
    signatures: &[SignatureSource],
) -> Result<(Vec<Vec<Verdict<'r>>>, Vec<PublicKey>)> {
    let judges = Judges::of(request)?;
    let by_source = |source| {
        let mut verdicts = Vec::new();
        let verify =
            |(module, verifier): &(&'r Path, Verifier)| module::verify(verifier, module, source);
        in_parallel(&judges.modules, verify, |verdict| {
            verdicts.push(verdict);
            Ok(())
        })?;
        Ok(verdicts)
    };
    let verdicts = signatures.iter().map(by_source).collect::<Result<_>>()?;
    Ok((verdicts, judges.keys))
}

/// The verdict of one verifier on one module.
pub(crate) fn by<'a>(
    verifier: &Verifier,
    module: &'a Path,
    source: &SignatureSource,
) -> Verdict<'a> {
    module::verify(verifier, module, source)
}

/// Verifies the first module.
///
/// # Errors
///
/// As of [`run`].
pub(crate) fn one(request: &Request) -> Result<Verdict<'_>> {
    let judges = Judges::of(request)?;
    let (module, verifier) = &judges.modules[0];
    judges.pinned(request, module::verify(verifier, module, &request.signature))
}
