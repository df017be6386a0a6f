//! `cargo wasmsign verify`.

use std::path::Path;

use wasmsign_core::formats::Format;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Policy, SectionNames};

use super::args::{Coverage, Expect, Rebuild, Screen, Verify, additional_data};
use super::observer::Observer;
use super::standard_streams::{nothing_beside_stdin, read_once};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::manifest::SectionGlob;
use crate::ops::rebuild::{self, Outcome};
use crate::ops::verify::{
    self, Asked, Formats, Pinning, Question, Request, SignatureSource, Trusted,
};
use crate::report::Report;
use crate::sys::{files, network};

pub(super) fn run(typed: Verify, screen: Screen, report: &Report) -> Result<Exit> {
    let Rebuild { resolution, .. } = &typed.rebuild;
    network::stay_away_if(resolution.offline || resolution.frozen);
    refuse_one_name_for_many(&typed)?;
    refuse_rebuild_of_strangers(&typed)?;
    let signature = signature_source(&typed)?;
    let trusted = trusted(&typed)?;
    let formats = formats(&typed)?;
    let pins = typed.pin.map(|store| Pinning {
        store,
        name: typed.name.unwrap_or_default(),
        allow_downgrade: typed.allow_downgrade,
    });
    let Verify { modules, rebuild, package, .. } = typed;
    let identity = report.shows_results() || rebuild.rebuild;
    let request =
        Request { modules, signature, formats, trusted, principal: typed.identity, pins, identity };
    if rebuild.rebuild {
        return compare(&request, package, rebuild, screen, report);
    }
    let mut observer = Observer::new(report);
    verify::run(&request, &mut |event| observer.observe(event))
}

/// Which formats are asked for, and what some of them must be told.
fn formats(typed: &Verify) -> Result<Formats> {
    let asked = typed.formats.clone();
    let is_asked = |format| {
        let is_it = |asked: &Asked| matches!(asked, Asked::Auto) || *asked == Asked::Format(format);
        asked.iter().any(is_it)
    };
    let named = typed.signature.is_some() && asked.is_empty();
    let trusts_file = typed.policy.is_some() && asked.is_empty();
    let usual = Formats::default();
    let idle = [
        ("--aad", Format::Wasmsign1, typed.aad.is_some()),
        ("--namespace", Format::Sshsig, typed.namespace != usual.namespace),
        ("--identity", Format::Sshsig, typed.identity.is_some()),
    ];
    let is_idle =
        |format| !(is_asked(format) || trusts_file || (named && format == Format::Sshsig));
    match idle.into_iter().find(|(_, format, given)| *given && is_idle(*format)) {
        Some((flag, format, _)) => {
            Err(Error::usage(format!("`{flag}` is for {format} signatures, and none is asked for"))
                .advice(format!("remove it, or add `--as {format}`")))
        }
        None => Ok(Formats {
            asked,
            additional_data: additional_data(typed.aad.as_deref())?,
            namespace: typed.namespace.clone(),
        }),
    }
}

/// Who decides: keys, a trust file, or the workspace. Whom a pin may name is said outright.
fn trusted(typed: &Verify) -> Result<Trusted> {
    let question = Question { name: typed.name.clone(), at: typed.at };
    if let Some(file) = typed.policy.clone() {
        return Ok(Trusted::File { file, question });
    }
    let policy = policy(typed)?;
    let is_open = typed.public_keys.is_empty() && typed.pin.is_none() && !typed.rebuild.rebuild;
    Ok(match is_open {
        true => {
            let manifest_path = typed.rebuild.resolution.manifest_path.clone();
            Trusted::Workspace { manifest_path, question, policy }
        }
        false => Trusted::Keys { public_keys: typed.public_keys.clone(), policy },
    })
}

/// Without a key, `--rebuild` compares alone: what else is asked would not be answered.
fn refuse_rebuild_of_strangers(typed: &Verify) -> Result<()> {
    let has_key = !typed.public_keys.is_empty() || typed.policy.is_some();
    let asked = [("--pin", typed.pin.is_some()), ("--version", typed.version.is_some())];
    match asked.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) if typed.rebuild.rebuild && !has_key => {
            Err(Error::usage(format!("`{flag}` was given, but no key to verify the module with"))
                .advice("pass the public key that you trust with `--public-key`"))
        }
        _ => Ok(()),
    }
}

/// One name is that of one module.
fn refuse_one_name_for_many(typed: &Verify) -> Result<()> {
    match typed.name.is_some() && typed.modules.len() > 1 {
        true => Err(Error::usage("`--name` names one module, but several were given")
            .advice("verify them one by one, or leave out `--name` to use the names of the files")),
        false => Ok(()),
    }
}

/// Which signatures count. Standard input can have at most one use.
fn signature_source(typed: &Verify) -> Result<SignatureSource> {
    let modules = typed.modules.iter().map(|module| ("the module", &**module));
    let signature = typed.signature.iter().map(|path| ("the signature", &**path));
    let keys = typed.public_keys.iter().map(|key| ("the public key", Path::new(key)));
    let policy = typed.policy.iter().map(|path| ("the trust file", &**path));
    read_once(modules.chain(signature).chain(keys).chain(policy))?;
    match &typed.signature {
        Some(_) if typed.modules.len() > 1 => Err(Error::usage(
            "`--signature` takes one module, but several were given",
        )
        .advice("verify them one by one, or use `--detached` to verify each with its `.sig` file")),
        Some(path) => Ok(SignatureSource::Named(path.clone())),
        None if typed.detached && typed.modules.iter().any(|path| files::is_dash(path)) => {
            Err(nothing_beside_stdin())
        }
        None if typed.detached => Ok(SignatureSource::Beside),
        None => Ok(SignatureSource::OwnOrBeside),
    }
}

/// The requirements other than signers.
fn policy(typed: &Verify) -> Result<Policy> {
    let mut policy = Policy::default().require(typed.require).expect(match typed.expect {
        Expect::Module => Some(Kind::Module),
        Expect::Component => Some(Kind::Component),
        Expect::Any => None,
    });
    // With `--rebuild` it is the package that is built.
    policy.package = typed.package.clone().filter(|_| !typed.rebuild.rebuild);
    policy.version.clone_from(&typed.version);
    let sections = typed.sections.clone();
    match (typed.coverage, sections.is_empty()) {
        (Some(Coverage::Whole), false) => Err(Error::usage(
            "`--sections` requires a prefix, but `--coverage whole` requires the whole file",
        )
        .advice("remove one of the two; the whole file includes the sections")),
        (None | Some(Coverage::Whole), true) => Ok(policy),
        (_, _) => {
            let patterns: Vec<_> = typed.sections.iter().map(SectionGlob::as_str).collect();
            let matches = move |name: &str| sections.iter().any(|glob| glob.is_match(name));
            Ok(policy.prefix_with(SectionNames::matching(patterns, matches)))
        }
    }
}

/// Compares a module with what its source gives, and verifies it where keys are given.
fn compare(
    request: &Request,
    package: Option<String>,
    typed: Rebuild,
    screen: Screen,
    report: &Report,
) -> Result<Exit> {
    let [module] = &request.modules[..] else {
        return Err(Error::usage("`--rebuild` takes one module, but several were given")
            .advice("compare them one by one"));
    };
    if files::is_dash(module) {
        return Err(Error::usage(
            "`--rebuild` needs the module's file name, and standard input has none",
        )
        .advice("pass the path of the module"));
    }
    let signature_given = !matches!(request.signature, SignatureSource::OwnOrBeside);
    if request.trusted.is_nobody() && signature_given {
        return Err(Error::usage("a signature was given, but no key to verify it with")
            .advice("pass the public key that you trust with `--public-key`"));
    }
    let verdict = match request.trusted.is_nobody() {
        true => None,
        false => Some(verify::one(request)?),
    };
    // cargo's output is not a result of this program.
    let human = report.as_human();
    let mut observer = Observer::new(&human);
    let request = rebuild_request(module, package, typed, screen);
    match rebuild::run(&request, &mut |event| observer.observe(event))? {
        Outcome::Compared(rebuilt) => report.rebuilt(module, *rebuilt, verdict.as_ref()),
        Outcome::Failed(exit) => Ok(exit),
    }
}

fn rebuild_request(
    module: &Path,
    package: Option<String>,
    typed: Rebuild,
    screen: Screen,
) -> rebuild::Request {
    let Rebuild { no_optimize, targets, compilation, resolution, .. } = typed;
    rebuild::Request {
        module: module.to_owned(),
        package,
        no_optimize,
        triples: compilation.mode.target.clone(),
        short: compilation.message_format.iter().any(|format| format == "short"),
        compilation: compilation.with(targets, &resolution, screen),
        resolution: resolution.into(),
    }
}
