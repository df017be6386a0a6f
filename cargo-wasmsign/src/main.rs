//! `cargo wasmsign`: build, optimize, sign and verify WebAssembly modules.

// The program's house is described in docs/ARCHITECTURE.md.
fn main() -> std::process::ExitCode {
    commands::main(std::env::args_os().collect())
}

mod args;
mod caller;
mod cargo;
mod child;
mod commands;
mod compare;
mod config;
mod edit;
mod error;
mod escape;
mod exit;
mod fate;
mod files;
mod hex;
mod optimize;
mod paths;
mod pipeline;
mod programs;
mod redact;
mod report;
mod rewrite;
mod seal;
mod section_names;
mod shape;
mod signals;
mod signers;
mod tokens;
mod toolchain;
