//! `cargo wasmsign release`.

use std::path::Path;

use super::args::{
    self, Release, ReleaseBuild, ReleaseCommand, ReleaseMerge, ReleaseSign, ReleaseVerify, Screen,
    Targets,
};
use super::observer::Observer;
use super::standard_streams::read_once;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::manifest::CommandLine;
use crate::ops::cargo::Profile;
use crate::ops::release::verify::{self, Whom};
use crate::ops::release::{self, Outcome, Request, merge, sign};
use crate::ops::{Signers, build};
use crate::project::Messages;
use crate::report::Report;
use crate::sys::network;

pub(super) fn run(typed: Release, screen: Screen, report: &Report) -> Result<Exit> {
    match typed.command {
        None => run_build(typed.build, screen, report),
        Some(ReleaseCommand::Verify(typed)) => run_verify(*typed, report),
        Some(ReleaseCommand::Sign(typed)) => run_sign(*typed, report),
        Some(ReleaseCommand::Merge(typed)) => run_merge(*typed, report),
    }
}

fn run_verify(typed: ReleaseVerify, report: &Report) -> Result<Exit> {
    network::stay_away_if(typed.offline);
    let ReleaseVerify { directory, file, strict, public_keys, policy, at, manifest_path, .. } =
        typed;
    let keys = public_keys.iter().map(|key| ("the public key", Path::new(key)));
    let files = policy.iter().map(|path| ("the trust file", &**path));
    read_once(keys.chain(files))?;
    let whom = match policy {
        Some(file) => Whom::File(file, at),
        None if public_keys.is_empty() => Whom::Workspace(manifest_path, at),
        None => Whom::Keys(public_keys),
    };
    let verification = verify::run(&verify::Request { directory, file, strict, whom })?;
    report.release_verified(&verification)?;
    Ok(verification.exit())
}

fn run_sign(typed: ReleaseSign, report: &Report) -> Result<Exit> {
    let request = sign::Request { directory: typed.directory, signers: signers(typed.signers)? };
    let mut observer = Observer::new(report);
    let signed = sign::run(&request, &mut |event| observer.observe(event))?;
    report.released(&signed).map(|()| Exit::Ok)
}

fn run_merge(typed: ReleaseMerge, report: &Report) -> Result<Exit> {
    let ReleaseMerge { directories, out, force, public_keys, signers: typed } = typed;
    let request = merge::Request { directories, out, force, public_keys, signers: signers(typed)? };
    let mut observer = Observer::new(report);
    let merged = merge::run(&request, &mut |event| observer.observe(event))?;
    report.released(&merged).map(|()| Exit::Ok)
}

fn signers(typed: args::Signers) -> Result<Signers> {
    network::stay_away_if(typed.offline);
    let keys = typed.keys.iter().map(|key| ("the secret key", Path::new(key)));
    let passphrase = typed.passphrase.is_stdin().then_some(("the passphrase", Path::new("-")));
    read_once(keys.chain(passphrase))?;
    let passphrase = typed.passphrase.source()?;
    let args::Signers { keys, with, manifest_path, .. } = typed;
    Ok(Signers { keys, passphrase, with, manifest_path })
}

fn run_build(typed: ReleaseBuild, screen: Screen, report: &Report) -> Result<Exit> {
    let request = request(typed, screen)?;
    // cargo's output is not a result of this program.
    let human = report.as_human();
    let mut observer = Observer::new(&human);
    match release::run(&request, &mut |event| observer.observe(event))? {
        Outcome::Released(released) => report.released(&released).map(|()| Exit::Ok),
        Outcome::Failed(exit) => Ok(exit),
    }
}

fn request(typed: ReleaseBuild, screen: Screen) -> Result<Request> {
    let ReleaseBuild { out, tag, allow_dirty, force, packages, part, resolution, .. } = typed;
    let formats = typed.compilation.message_format.clone();
    if let Some(format) = formats.iter().find(|format| format.starts_with("json")) {
        return Err(Error::usage(format!(
            "`cargo wasmsign release` does not take `--message-format {format}`"
        ))
        .advice("pass `--format json` for what was released"));
    }
    let options = CommandLine {
        keys: typed.keys,
        passphrase: typed.passphrase.source()?,
        no_sign: typed.no_sign,
        no_optimize: typed.no_optimize,
        targets: typed.compilation.mode.target.clone(),
        artifact_dir: None,
    };
    let mut compilation = typed.compilation.with(Targets::default(), &resolution, screen);
    if compilation.profile == Profile::Dev {
        compilation.profile = Profile::Release;
    }
    let build = build::Request {
        selection: packages.into(),
        partition: part.partition,
        options,
        compilation,
        resolution: resolution.into(),
        messages: Messages::Rendered { short: formats.iter().any(|format| format == "short") },
        cargo_args: Vec::new(),
    };
    Ok(Request { build, out, tag, allow_dirty, force })
}
