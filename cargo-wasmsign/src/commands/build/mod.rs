//! `cargo wasmsign build`.

pub(super) mod adopt;
mod jobs;
mod kit;
mod make;
mod place;
mod plan;
mod preview;
pub(super) mod rebuild;
pub(super) mod resolve;
mod select;

use std::sync::Arc;

use crate::args::{Build, Color, Format, Screen};
use crate::cargo::{self, Line, Messages, Run, Workspace};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::pipeline::{Desk, Order, Published};
use crate::report::{Report, told_as_json};
use crate::signals;
use crate::tokens::Tokens;
use plan::{Batch, Plan};

pub(super) fn run(arguments: Build, screen: Screen, report: &Report) -> Result<Exit> {
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
    refuse_misleading(&arguments.cargo_args)?;
    let resolution = resolve::resolution(&arguments.resolution);
    let workspace = Workspace::load(&resolution)?;
    let run = Run {
        features: features(arguments),
        flags: cargo_flags(arguments, screen),
        messages: messages(&arguments.compilation.message_format, json),
        resolution,
        own_jobs: jobs::behind_dashes(&arguments.cargo_args)
            .or(jobs::for_cargo(arguments).map(String::as_str))
            .is_some(),
        ..Run::default()
    };
    let plan = Plan::make(arguments, &workspace)?;
    if arguments.dry_run {
        plan.check(arguments)?;
        plan.batches
            .iter()
            .try_for_each(|batch| report.plan(&preview::of(batch, &run, arguments)))?;
        return Ok(Exit::Ok);
    }
    let ready = plan.ready(arguments)?;
    ready.warnings.iter().for_each(|warning| report.warning(warning));
    for batch in &ready.plan.batches {
        let install = || {
            report.status(
                "Installing",
                &format!("standard library for {} (rustup target add)", batch.target),
            )
        };
        cargo::ensure_installed(&batch.target, &run.resolution, install)?;
    }
    let batches = &ready.plan.batches;
    let places: Vec<_> = batches.iter().map(|batch| &*batch.place).collect();
    let cargo = |tokens: &Tokens, desk: &Desk<'_, Line>| {
        batches.iter().try_for_each(|batch| {
            batch.cargo(&run).run(tokens, |line| hand_over(batch, line, desk))
        })
    };
    let told = |order: &Order, module: &Published| report.published(&order.artifact, module);
    match make::run(&places, jobs::of(arguments)?, cargo, report, told)? {
        make::Done { published: 0, exit: Exit::Ok } => Err(Error::usage("cargo built no module")
            .advice("a package needs a program or a library with `crate-type = [\"cdylib\"]` among the selected targets")),
        done => Ok(done.exit),
    }
}

/// Gives the modules that a line of cargo's tells of to those who make them.
fn hand_over(batch: &Batch, line: Line, desk: &Desk<'_, Line>) -> Result<()> {
    for artifact in &line.artifacts {
        if let Some(recipe) = batch.recipe_of(&artifact.package_id) {
            let (recipe, place) = (Arc::clone(recipe), Arc::clone(&batch.place));
            desk.take(Order { artifact: artifact.clone(), recipe, place })?;
        }
    }
    desk.say(line);
    Ok(())
}

/// Flags that must be ours to know stand before `--`.
fn refuse_misleading(cargo_args: &[String]) -> Result<()> {
    const LONG: [&str; 11] = [
        "--target",
        "--target-dir",
        "--package",
        "--workspace",
        "--all",
        "--exclude",
        "--manifest-path",
        "--message-format",
        "--profile",
        "--release",
        "--config",
    ];
    let misleading = |argument: &&String| {
        let name = argument.split('=').next().unwrap_or_default();
        let short = argument.starts_with("-p") || argument.as_str() == "-r";
        LONG.contains(&name) || (short && !argument.starts_with("--"))
    };
    match cargo_args.iter().find(misleading) {
        None => Ok(()),
        Some(argument) => {
            Err(Error::usage(format!("`{argument}` behind `--` would reach cargo behind our back"))
                .advice("give it before `--`"))
        }
    }
}

/// The features, one by one.
fn features(arguments: &Build) -> Vec<String> {
    let words = arguments.compilation.features.iter().flat_map(|text| text.split([' ', ',']));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// cargo's flags that decide nothing about where the artifacts are, as they were given.
fn cargo_flags(arguments: &Build, screen: Screen) -> Vec<String> {
    let mut flags = Flags(Vec::new());
    let compilation = &arguments.compilation;
    flags.switch("--release", compilation.mode.release);
    flags.value("--profile", compilation.mode.profile.as_ref());
    flags.switch("--all-features", compilation.all_features);
    flags.switch("--no-default-features", compilation.no_default_features);
    flags.value("--jobs", jobs::for_cargo(arguments));
    flags.switch("--lib", arguments.targets.lib);
    flags.values("--bin", &arguments.targets.bin);
    flags.switch("--bins", arguments.targets.bins);
    flags.value(
        "--target-dir",
        compilation.target_dir.as_ref().map(|path| path.display().to_string()).as_ref(),
    );
    flags.switch("--quiet", screen.quiet);
    (0..screen.verbose).for_each(|_| flags.switch("--verbose", true));
    flags.value("--color", screen.color.map(color_word).as_ref());
    flags.0.extend(arguments.cargo_args.iter().cloned());
    flags.0
}

struct Flags(Vec<String>);

impl Flags {
    fn switch(&mut self, name: &str, given: bool) {
        self.0.extend(given.then(|| name.to_owned()));
    }

    fn value(&mut self, name: &str, value: Option<&String>) {
        self.0.extend(value.into_iter().flat_map(|value| [name.to_owned(), value.clone()]));
    }

    fn values(&mut self, name: &str, values: &[String]) {
        values.iter().for_each(|value| self.value(name, Some(value)));
    }
}

fn color_word(color: Color) -> String {
    match color {
        Color::Auto => "auto",
        Color::Always => "always",
        Color::Never => "never",
    }
    .to_owned()
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
