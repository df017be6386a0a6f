//! `cargo wasmsign build`.

use super::args::{Build, Screen, instead_of};
use super::observer::Observer;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::manifest::CommandLine;
use crate::ops::Event;
use crate::ops::build::{self, Request};
use crate::project::{Arguments, Messages};
use crate::report::{Format, Report};
use crate::sys::signals;

/// Flags that this program must know, and that must come before `--`.
const BEFORE_DASHES: [&str; 18] = [
    "target",
    "target-dir",
    "build-dir",
    "artifact-dir",
    "package",
    "workspace",
    "all",
    "exclude",
    "lib",
    "bin",
    "bins",
    "example",
    "examples",
    "manifest-path",
    "message-format",
    "profile",
    "release",
    "config",
];

pub(super) fn run(typed: Build, screen: Screen, report: &Report) -> Result<Exit> {
    let formats = &typed.compilation.message_format;
    let json = screen.format == Format::Json || formats.iter().any(|format| is_json(format));
    let report = &if json { report.as_json() } else { report.clone() };
    finish(build(typed, screen, json, report), report)
}

/// Prints the last JSON line, or the error of a failed build.
pub(super) fn finish(result: Result<Exit>, report: &Report) -> Result<Exit> {
    if result.is_err() {
        signals::give_way();
    }
    report.build_finished(matches!(result, Ok(Exit::Ok)))?;
    result.or_else(|error| Ok(report.error(&error)))
}

fn build(typed: Build, screen: Screen, json: bool, report: &Report) -> Result<Exit> {
    refuse(&typed)?;
    let dry_run = typed.dry_run;
    let request = request(typed, screen, json)?;
    let mut observer = Observer::new(report);
    let observe = &mut |event: Event<'_>| observer.observe(event);
    if !dry_run {
        return build::run(&request, observe);
    }
    build::dry_run(&request, observe)?.iter().try_for_each(|plan| report.plan(plan))?;
    Ok(Exit::Ok)
}

fn request(typed: Build, screen: Screen, json: bool) -> Result<Request> {
    let triples = typed.compilation.mode.target.clone();
    Ok(Request {
        selection: typed.packages.into(),
        partition: typed.part.partition,
        options: CommandLine {
            passphrase: typed.passphrase.source()?,
            ..typed.overrides.with_targets(triples)
        },
        messages: messages(&typed.compilation.message_format, json),
        compilation: typed.compilation.with(typed.targets, &typed.resolution, screen),
        resolution: typed.resolution.into(),
        cargo_args: typed.cargo_args,
    })
}

/// Refuses flags that would not work as they do in cargo.
fn refuse(typed: &Build) -> Result<()> {
    if let Some((flag, advice)) =
        typed.refused.first().and_then(|flag| Some((flag, instead_of(flag)?)))
    {
        return Err(
            Error::usage(format!("`cargo wasmsign build` does not take `{flag}`")).advice(advice)
        );
    }
    let instead = |name: &str| instead_of(&format!("--{name}"));
    let is_misplaced = |name: &str| BEFORE_DASHES.contains(&name) || instead(name).is_some();
    match Arguments::read(&typed.cargo_args).first(is_misplaced) {
        None => Ok(()),
        Some((name, word)) => Err(Error::usage(format!("`{word}` is not allowed after `--`"))
            .advice(instead(name).unwrap_or("pass it before `--`"))),
    }
}

/// Whether a value of `--message-format` asks for JSON on standard output.
fn is_json(format: &str) -> bool {
    format == "json" || format.starts_with("json-")
}

fn messages(formats: &[String], json: bool) -> Messages {
    match json {
        true if formats.iter().any(|format| is_json(format)) => Messages::Json(formats.to_vec()),
        true => Messages::Json(vec!["json".into()]),
        false => Messages::Rendered { short: formats.iter().any(|format| format == "short") },
    }
}
