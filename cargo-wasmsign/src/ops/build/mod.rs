//! `cargo wasmsign build`.

pub(crate) mod cargo_flags;
pub(crate) mod dry_run;
pub(crate) mod layout;
pub(crate) mod publish;
pub(crate) mod recipes;

pub(crate) mod copies;
mod plan;

use std::process::Command;
use std::sync::Arc;

use super::{jobs, resolve};
use crate::cli::args::{Build, Format, Screen, instead_of};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::pipeline::{Job, Published, Queue};
use crate::project::{self, Arguments, Configuration, Line, Messages, Run, Workspace};
use crate::report::{Report, told_as_json};
use crate::sys::signals;
use crate::sys::tokens::Tokens;
use copies::Copies;
use plan::{Batch, Plan};

pub(crate) fn run(arguments: Build, screen: Screen, report: &Report) -> Result<Exit> {
    let json = screen.format == Format::Json
        || arguments.compilation.message_format.iter().any(|format| told_as_json(format));
    let report = &if json { report.as_json() } else { report.clone() };
    let result = build(&arguments, screen, json, report);
    if result.is_err() {
        signals::give_way();
    }
    // For a program that reads, this line tells that nothing more will come.
    report.build_finished(matches!(result, Ok(Exit::Ok)))?;
    match result {
        Ok(exit) => Ok(exit),
        Err(error) => Ok(report.error(&error)),
    }
}

fn build(arguments: &Build, screen: Screen, json: bool, report: &Report) -> Result<Exit> {
    let behind = Arguments::read(&arguments.cargo_args);
    refuse(arguments, &behind)?;
    let resolution = resolve::resolution(&arguments.resolution);
    let whole_resolution = resolution.and(&behind);
    let workspace = Workspace::load(&whole_resolution)?;
    let configuration = Configuration::load(&resolution.config)?;
    project::refuse_artifact_dir(&configuration)?;
    let run = Run {
        features: cargo_flags::features(&arguments.compilation),
        flags: cargo_flags(arguments, screen),
        messages: messages(&arguments.compilation.message_format, json),
        resolution,
        own_jobs: behind.has("jobs") || jobs::for_cargo(&arguments.compilation).is_some(),
        ..Run::default()
    };
    resolve::warn_of_unknown(&workspace, &resolve::selection(&arguments.packages), report);
    let plan = Plan::make(arguments, &workspace, &configuration)?;
    if arguments.dry_run {
        plan.check(arguments)?;
        plan.batches
            .iter()
            .try_for_each(|batch| report.plan(&dry_run::of(batch, &run, arguments)))?;
        return Ok(Exit::Ok);
    }
    let ready = plan.ready(arguments)?;
    ready.plan.copies.make()?;
    ready.warnings.iter().for_each(|warning| report.warning(warning));
    for batch in &ready.plan.batches {
        let install = |rustup: &mut Command| report.installing(&batch.target, rustup);
        project::ensure_installed(&batch.target, &whole_resolution, &configuration, install)?;
    }
    let batches = &ready.plan.batches;
    let places: Vec<_> = batches.iter().map(|batch| &*batch.place).collect();
    let keep_going = arguments.compilation.keep_going;
    let cargo = |tokens: &Tokens, queue: &Queue<'_>| {
        let build = |batch: &Batch| {
            batch.cargo(&run).run(tokens, &configuration, |line| hand_over(batch, line, queue))
        };
        match keep_going {
            true => batches.iter().map(build).fold(Ok(()), Result::and),
            false => batches.iter().try_for_each(build),
        }
    };
    let mut copies = Copies::default();
    let told = |order: &Job, module: &Published| {
        copies.add(order, module);
        report.published(&order.artifact, module)
    };
    let jobs = jobs::of(&arguments.compilation, &behind, &configuration)?;
    let done = publish::run(&places, jobs, keep_going, cargo, report, told)?;
    match (done.exit, done.published) {
        (Exit::Ok, 0) => Err(Error::usage("cargo built no module")
            .advice("a package needs a program or a library with `crate-type = [\"cdylib\"]` among the selected targets")),
        (Exit::Ok, _) => copies.write(report).map(|()| Exit::Ok),
        (exit, _) => Ok(exit),
    }
}

/// Gives the modules that a line of cargo's tells of to those who make them.
fn hand_over(batch: &Batch, line: Line, queue: &Queue<'_>) -> Result<()> {
    for artifact in &line.artifacts {
        if let Some(recipe) = batch.recipe_of(&artifact.package_id) {
            let (recipe, output) = (Arc::clone(recipe), Arc::clone(&batch.place));
            queue.push(Job { artifact: artifact.clone(), recipe, output });
        }
    }
    queue.cargo_line(line);
    Ok(())
}

/// Refuses flags of cargo that would not do what they do there.
fn refuse(arguments: &Build, behind: &Arguments) -> Result<()> {
    match arguments.refused.first().and_then(|flag| Some((flag, instead_of(flag)?))) {
        Some((flag, advice)) => {
            Err(Error::usage(format!("`cargo wasmsign build` does not take `{flag}`"))
                .advice(advice))
        }
        None => refuse_misleading(behind),
    }
}

/// Flags that must be ours to know stand before `--`.
fn refuse_misleading(behind: &Arguments) -> Result<()> {
    const OURS: [&str; 18] = [
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
    let instead = |name: &str| instead_of(&format!("--{name}"));
    let is_misleading = |name: &str| OURS.contains(&name) || instead(name).is_some();
    match behind.first(is_misleading) {
        None => Ok(()),
        Some((name, word)) => {
            Err(Error::usage(format!("`{word}` behind `--` would reach cargo behind our back"))
                .advice(instead(name).unwrap_or("give it before `--`")))
        }
    }
}

/// cargo's flags that decide nothing about where the artifacts are, and what is added to them.
fn cargo_flags(arguments: &Build, screen: Screen) -> Vec<String> {
    let compilation = &arguments.compilation;
    let mut flags = cargo_flags::of(compilation, &arguments.targets, &arguments.resolution, screen);
    if let Some(directory) = &compilation.target_dir {
        flags.extend(["--target-dir".to_owned(), directory.display().to_string()]);
    }
    flags.extend(arguments.cargo_args.iter().cloned());
    flags
}

fn messages(formats: &[String], json: bool) -> Messages {
    match json {
        true if formats.iter().any(|format| told_as_json(format)) => {
            Messages::Json(formats.to_vec())
        }
        true => Messages::Json(vec!["json".into()]),
        false => Messages::Rendered { short: formats.iter().any(|format| format == "short") },
    }
}
