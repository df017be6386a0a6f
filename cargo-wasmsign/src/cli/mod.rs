//! The commands: each fills a request from the command line, has it done, and reports it.

mod args;
mod attach;
mod build;
mod clean;
mod completions;
mod config;
mod detach;
mod init;
mod inspect;
mod key;
mod keygen;
mod man;
mod migrate;
mod new;
mod observer;
mod pin;
mod release;
mod sign;
mod split;
mod standard_streams;
mod trust;
mod verify;

use std::borrow::Cow;
use std::ffi::OsString;
use std::process::ExitCode;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys;
use crate::module::optimize;
use crate::project::Term;
use crate::report::{self, Color, Report};
use crate::sys::{core_dumps, signals};
use crate::text::redact::Given;
use args::{Cli, Command};

/// The whole program.
pub fn main(mut arguments: Vec<OsString>) -> ExitCode {
    match arguments.get(1).and_then(|argument| argument.to_str()) {
        Some(optimize::CHILD_ARGUMENT) => return optimize::child_main(),
        // `cargo wasmsign …` calls us as `cargo-wasmsign wasmsign …`.
        Some("wasmsign") => drop(arguments.remove(1)),
        _ => {}
    }
    // Before a secret is in memory, and before the first child may be started.
    core_dumps::forbid();
    keys::withhold_secrets();
    let term = Term::read(&flag_values(&arguments, "--config"));
    let color = flag_values(&arguments, "--color").pop().or_else(|| term.color.clone());
    let color = color.as_deref().and_then(Color::from_word);
    let given = may_be_quoted(&arguments);
    let cli = Cli::read(arguments, color).unwrap_or_else(|error| reject(&error, color, &given));
    let report = Report::new(cli.screen.into(), &term, given);
    let result = watch(&cli.command).and_then(|()| run(cli, &report));
    result
        .unwrap_or_else(|error| {
            signals::give_way();
            report.error(&error)
        })
        .into()
}

/// Tells why the command line cannot be read, or the help that it asks for, and ends the process.
fn reject(error: &clap::Error, color: Option<Color>, given: &Given) -> ! {
    let text = error.render().ansi().to_string();
    match given.hidden_in(&text) {
        Cow::Borrowed(_) => error.exit(),
        Cow::Owned(text) => {
            report::print_error(&text, color);
            std::process::exit(error.exit_code())
        }
    }
}

/// What a flag of ours says, before the arguments are read: errors in them are to have the right colours.
fn flag_values(arguments: &[OsString], flag: &str) -> Vec<String> {
    let ours = arguments.iter().map_while(|word| (word != "--").then(|| word.to_string_lossy()));
    let ours: Vec<_> = ours.collect();
    let value = |at: usize| match ours[at].strip_prefix(flag)? {
        "" => ours.get(at + 1).map(|next| next.to_string()),
        joined => joined.strip_prefix('=').map(str::to_owned),
    };
    (0..ours.len()).filter_map(value).collect()
}

/// What a message may quote: the arguments, and the variables that stand for some.
fn may_be_quoted(arguments: &[OsString]) -> Given {
    let typed = arguments.iter().map(|word| word.to_string_lossy().into_owned());
    let set = std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("CARGO_WASMSIGN_")));
    Given::of(typed.chain(set.map(|(_, value)| value.to_string_lossy().into_owned())))
}

/// Watches for signals where a command starts children or makes temporary files, which must not outlive us. One that only
/// reads ends as every program does, and starts faster without the thread.
fn watch(command: &Command) -> Result<()> {
    let only_reads = match command {
        Command::Verify(typed) => !typed.rebuild.rebuild,
        Command::Inspect(_) | Command::Completions(_) => true,
        _ => false,
    };
    match only_reads {
        true => Ok(()),
        false => signals::watch().map_err(|e| Error::io("failed to watch for signals", e)),
    }
}

fn run(cli: Cli, report: &Report) -> Result<Exit> {
    match cli.command {
        Command::Build(typed) => build::run(*typed, cli.screen, report),
        Command::Release(typed) => release::run(*typed, cli.screen, report),
        Command::Config(typed) => config::run(*typed, report),
        Command::Sign(typed) => sign::run(typed, report),
        Command::Verify(typed) => verify::run(*typed, cli.screen, report),
        Command::Trust(typed) => trust::run(typed, report),
        Command::Pin(typed) => pin::run(typed, report),
        Command::Migrate(typed) => migrate::run(*typed, report),
        Command::Inspect(typed) => inspect::run(&typed, report),
        Command::Keygen(typed) => keygen::run(typed, report),
        Command::Key(typed) => key::run(typed, report),
        Command::Split(typed) => split::run(typed, report),
        Command::Detach(typed) => detach::run(typed, report),
        Command::Attach(typed) => attach::run(typed, report),
        Command::Clean(typed) => clean::run(typed, report),
        Command::Init(typed) => init::run(*typed, report),
        Command::New(typed) => new::run(typed, report),
        Command::Completions(typed) => completions::run(&typed, report),
        Command::Man(typed) => man::run(&typed, report),
    }
}
