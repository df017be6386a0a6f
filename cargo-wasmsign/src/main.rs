//! `cargo wasmsign`: build, optimize, sign and verify WebAssembly modules.

// The program's house is described in docs/ARCHITECTURE.md.
fn main() -> std::process::ExitCode {
    commands::main(std::env::args_os().collect())
}

mod args;
mod cargo;
mod child;
mod commands;
mod config;
mod error;
mod escape;
mod exit;
mod fate;
mod files;
mod hex;
mod optimize;
mod pipeline;
mod report;
mod rewrite;
mod seal;
#[cfg_attr(not(test), expect(dead_code, reason = "the manifest has no `embed` and no `parts` yet"))]
mod shape;
mod signals;
mod signers;
mod tokens;
