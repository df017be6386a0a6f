//! `cargo wasmsign verify`.

mod formats;
mod judges;
mod module;
mod pins;
mod question;
mod request;
mod verdict;
mod workspace;

use std::fs::File;
use std::path::Path;

use wasmsign_core::formats::Format;
use wasmsign_core::{PublicKey, Verifier};

use super::{Event, Observer};
use crate::error::Result;
use crate::exit::Exit;
pub(crate) use formats::{Asked, Formats};
pub(crate) use pins::Pinning;
pub(crate) use question::Question;
pub(crate) use request::{Request, Trusted};
pub(crate) use verdict::{Failure, PinNote, Proof, SignatureSource, Verdict};

use judges::{Judge, Judges};

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
        |(module, judge)| module::verify(judge, module, &request.signature, &request.formats),
        |verdicts| {
            verdicts.into_iter().try_for_each(|verdict| {
                let verdict = judges.pinned(request, verdict)?;
                exit = exit.worst(verdict.exit());
                observe(Event::Verified(&verdict))
            })
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
        let verify = |(module, judge): &(&'r Path, Judge)| {
            worst(module::verify(judge, module, source, &request.formats))
        };
        in_parallel(&judges.modules, verify, |verdict| {
            verdicts.push(verdict);
            Ok(())
        })?;
        Ok(verdicts)
    };
    let verdicts = signatures.iter().map(by_source).collect::<Result<_>>()?;
    Ok((verdicts, judges.keys))
}

/// The verdict of a rule of a trust file on one module.
pub(crate) fn by<'a>(
    verifier: Verifier,
    formats: Option<Vec<Format>>,
    module: &'a Path,
    source: &SignatureSource,
) -> Verdict<'a> {
    let judge = Judge::of_rule(verifier, formats);
    worst(module::verify(&judge, module, source, &Formats::default()))
}

/// The worst of at least one.
fn worst(verdicts: Vec<Verdict<'_>>) -> Verdict<'_> {
    let mut verdicts = verdicts.into_iter();
    let first = verdicts.next().expect("every module has a verdict");
    verdicts.fold(first, |worst, verdict| {
        let is_worse =
            verdict.exit() != worst.exit() && verdict.exit().worst(worst.exit()) == verdict.exit();
        if is_worse { verdict } else { worst }
    })
}

/// Verifies a file that is open: the first module of the request is its name.
///
/// # Errors
///
/// As of [`run`].
pub(crate) fn opened<'a>(request: &'a Request, file: &File) -> Result<Verdict<'a>> {
    let judges = Judges::of(request)?;
    let (module, judge) = &judges.modules[0];
    let Request { signature, formats, .. } = request;
    Ok(worst(module::verify_opened(judge, module, Some(file), signature, formats)))
}

/// Verifies the first module.
///
/// # Errors
///
/// As of [`run`].
pub(crate) fn one(request: &Request) -> Result<Verdict<'_>> {
    let judges = Judges::of(request)?;
    let (module, judge) = &judges.modules[0];
    let verdicts = module::verify(judge, module, &request.signature, &request.formats);
    judges.pinned(request, worst(verdicts))
}
