//! Runs one function of a signed WebAssembly module, and nothing of any other.
//!
//! A module is read, verified against the given keys, and only then compiled. README.md has the command line and
//! the exit codes.

#![forbid(unsafe_code)]

mod arguments;
mod call;
mod failure;
mod keys;
mod limits;
mod trust;
mod verified;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use arguments::{Arguments, Request};
use call::Call;
use failure::Failure;

fn main() -> ExitCode {
    match arguments::parse(std::env::args_os().skip(1)).and_then(answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}

fn answer(request: Request) -> Result<(), Failure> {
    match request {
        Request::Help => print(arguments::HELP),
        Request::Run(arguments) => print(&run(&arguments)?),
    }
}

/// The results of the function that the command line names.
fn run(arguments: &Arguments) -> Result<String, Failure> {
    let verifier = trust::verifier(arguments)?;
    let engine = limits::engine()?;
    let path = &arguments.module;

    let start = Instant::now();
    let module = verified::open(path, &verifier)
        .map_err(|error| Failure::refused(&format!("`{}`", path.display()), error))?;
    let opened = start.elapsed();
    let code = verified::compile(&engine, &module).map_err(|error| {
        Failure::refused(&format!("`{}` cannot be compiled", path.display()), error)
    })?;
    let compiled = start.elapsed() - opened;
    if arguments.timings {
        let proof = module.verified();
        let signer = proof.signers().first().map(|signer| signer.public_key.to_string());
        eprintln!("{} bytes, signed by {}", proof.total(), signer.as_deref().unwrap_or("nobody"));
        eprintln!("verified_us {}\ncompiled_us {}", opened.as_micros(), compiled.as_micros());
    }
    Call::new(&code, &arguments.function, &arguments.integers)?.run(&engine, arguments.seconds)
}

fn print(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| Failure::failed("cannot print", error))
}
