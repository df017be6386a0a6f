//! `cargo wasmsign completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Cli, Completions, PROGRAM};
use crate::error::Result;
use crate::exit::Exit;
use crate::report::Report;

pub(super) fn run(typed: &Completions, report: &Report) -> Result<Exit> {
    let script = script(typed.shell);
    report.text(&format!("{script}{}", below_cargo(typed.shell)))?;
    Ok(Exit::Ok)
}

/// What completes the words of `cargo-wasmsign`.
fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // Of a program with a hyphen in its name, the script looks for commands under another name than it has given them:
        // https://github.com/clap-rs/clap/issues/6421
        Shell::Bash => script.replace("cargo__subcmd__wasmsign", "cargo__wasmsign"),
        _ => script,
    }
}

/// What makes a shell complete `cargo wasmsign …` as well. zsh needs nothing: cargo's own script looks for a function of the
/// name that ours has.
fn below_cargo(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("completions/cargo.bash"),
        Shell::Fish => include_str!("completions/cargo.fish"),
        _ => "",
    }
}
