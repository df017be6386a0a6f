//! `cargo wasmsign verify`.

mod module;
mod side_by_side;

use std::path::Path;

use wasmsign_core::section::Kind;
use wasmsign_core::{Policy, Require, Verifier};

use super::rebuild;
use super::signature_file::nothing_beside_stdin;
use super::standard_streams::read_once;
use crate::cli::args::{Coverage, Expect, Required, Screen, Verify};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys;
use crate::report::{Report, Verdict};
use crate::sys::files;
use module::{Outcome, Which};
use side_by_side::in_parallel;

pub(crate) fn run(arguments: &Verify, screen: Screen, report: &Report) -> Result<Exit> {
    let which = which(arguments)?;
    if arguments.rebuild.rebuild {
        return rebuilt(arguments, which, screen, report);
    }
    let verifier = verifier(arguments)?;
    let mut exit = Exit::Ok;
    in_parallel(
        &arguments.modules,
        |module| module::verify(&verifier, module, which),
        |module, outcome| {
            exit = exit.worst(report.verdict(&verdict(module, &outcome))?);
            Ok(())
        },
    )?;
    Ok(exit)
}

fn verdict<'a>(module: &'a Path, outcome: &'a Outcome) -> Verdict<'a> {
    Verdict { module, signature: outcome.signature.as_deref(), result: &outcome.result }
}

/// Which signatures count, and that standard input is asked for one thing at most.
fn which(arguments: &Verify) -> Result<Which<'_>> {
    let modules = arguments.modules.iter().map(|module| ("the module", &**module));
    let signature = arguments.signature.iter().map(|path| ("the signature", &**path));
    let keys = arguments.public_keys.iter().map(|key| ("the public key", Path::new(key)));
    read_once(modules.chain(signature).chain(keys))?;
    match &arguments.signature {
        Some(_) if arguments.modules.len() > 1 => Err(Error::usage(
            "`--signature` is of one module, but several are given",
        )
        .advice("verify them one by one, or with `--detached` each by the `.sig` file beside it")),
        Some(path) => Ok(Which::Named(path)),
        None if arguments.detached && arguments.modules.iter().any(|path| files::is_dash(path)) => {
            Err(nothing_beside_stdin())
        }
        None if arguments.detached => Ok(Which::Beside),
        None => Ok(Which::OwnOrBeside),
    }
}

/// Compares a module with what its source gives, and verifies it where keys are given.
fn rebuilt(arguments: &Verify, which: Which<'_>, screen: Screen, report: &Report) -> Result<Exit> {
    let [module] = &arguments.modules[..] else {
        return Err(Error::usage("`--rebuild` is of one module, but several are given")
            .advice("compare them one by one"));
    };
    if files::is_dash(module) {
        return Err(Error::usage(
            "`--rebuild` finds by its name what to build, and standard input has none",
        )
        .advice("give the path of the module"));
    }
    let signature_given = arguments.signature.is_some() || arguments.detached;
    if arguments.public_keys.is_empty() && signature_given {
        return Err(Error::usage("a signature is given, and no key to verify it with")
            .advice("give the public key that you trust with `--public-key`"));
    }
    let outcome = match arguments.public_keys.is_empty() {
        true => None,
        false => Some(module::verify(&verifier(arguments)?, module, which)),
    };
    let verdict = outcome.as_ref().map(|outcome| verdict(module, outcome));
    match rebuild::run(module, &arguments.rebuild, screen, report)? {
        Ok(rebuilt) => report.rebuilt(module, &rebuilt, verdict.as_ref()),
        Err(exit) => Ok(exit),
    }
}

fn verifier(arguments: &Verify) -> Result<Verifier> {
    if arguments.public_keys.is_empty() {
        return Err(Error::usage("no key to verify with").advice(
            "give the public key that you trust with `--public-key`: a path, or the key's own text",
        ));
    }
    let keys = arguments
        .public_keys
        .iter()
        .map(|key| keys::public_key(key))
        .collect::<Result<Vec<_>>>()?;
    let verifier = Verifier::try_new(keys).map_err(|error| {
        Error::usage("too many keys to verify with")
            .because(error)
            .advice("give those that may have signed these modules")
    })?;
    let require = match arguments.require {
        Required::Any => Require::Any,
        Required::All => Require::All,
        Required::AtLeast(count) if count.get() > verifier.keys().len() => {
            let given = verifier.keys().len();
            return Err(Error::usage(format!("`--require {count}` wants more keys than are given: {given}"))
                .advice("give more keys with `--public-key`, or require fewer; a key that is given twice counts once"));
        }
        Required::AtLeast(count) => Require::AtLeast(count),
    };
    let policy = Policy::default().require(require).expect(match arguments.expect {
        Expect::Module => Some(Kind::Module),
        Expect::Component => Some(Kind::Component),
        Expect::Any => None,
    });
    Ok(verifier.policy(covering(policy, arguments)?).with_identity())
}

/// The policy with the coverage that is asked for.
fn covering(policy: Policy, arguments: &Verify) -> Result<Policy> {
    let sections = arguments.sections.clone();
    match (arguments.coverage, sections.is_empty()) {
        (Some(Coverage::Whole), false) => {
            Err(Error::usage("`--sections` asks for a prefix, `--coverage whole` for everything")
                .advice("leave one of the two out; everything holds the sections as well"))
        }
        (None | Some(Coverage::Whole), true) => Ok(policy),
        (_, _) => {
            Ok(policy.prefix_with(move |name| sections.iter().any(|glob| glob.is_match(name))))
        }
    }
}
