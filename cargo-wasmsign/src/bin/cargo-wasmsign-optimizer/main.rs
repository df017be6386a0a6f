//! Binaryen in a separate program: `cargo wasmsign` starts it for each module that it optimizes. It may abort,
//! and holds
//! no key.

mod binaryen;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::ExitCode;

use cargo_wasmsign::optimizer::{GREET, Greeting, OPTIMIZE, PROGRAM, end_with_parent};

/// The exit code for an invalid call.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let done = match std::env::args_os().nth(1).as_deref().and_then(OsStr::to_str) {
        Some(GREET) => greet(),
        Some(OPTIMIZE) => optimize(),
        _ => {
            tell(&format!(
                "error: `{PROGRAM}` is part of `cargo wasmsign`, which runs it to optimize \
                 modules; it has no commands\n  help: `cargo wasmsign build` builds and optimizes"
            ));
            return ExitCode::from(USAGE);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            tell(&reason);
            ExitCode::FAILURE
        }
    }
}

/// Prints the version, and what it supports.
fn greet() -> Result<(), String> {
    let greeting = Greeting::new(binaryen::pass_names());
    serde_json::to_writer(io::stdout().lock(), &greeting).map_err(|error| error.to_string())
}

/// Does what standard input says.
fn optimize() -> Result<(), String> {
    end_with_parent();
    let order = serde_json::from_reader(io::stdin().lock())
        .map_err(|error| format!("failed to read the job: {error}"))?;
    binaryen::optimize(&order)
}

fn tell(words: &str) {
    // Without standard error, only the exit code can report this.
    let _ = writeln!(io::stderr(), "{words}");
}
