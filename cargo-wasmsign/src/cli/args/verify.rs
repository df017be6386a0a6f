//! `cargo wasmsign verify`, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wasmsign_core::Require;

use super::{AS_IN_CARGO, Compilation, Resolution, Targets};
use crate::manifest::SectionGlob;

/// `cargo wasmsign verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The modules; `-` is standard input
    #[arg(value_name = "MODULE", required = true)]
    pub modules: Vec<PathBuf>,
    /// Public key: a path, the key's own text, github:NAME for every Ed25519 key of an account, or dir:PATH for every key in a
    /// directory (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    pub public_keys: Vec<String>,
    /// Detached signature to use [default: the embedded one, or else MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Verify each module with its MODULE.sig, even if it has an embedded signature
    #[arg(long, conflicts_with = "signature")]
    pub detached: bool,
    /// How many of the keys must have signed: any, all, or a number
    #[arg(long, value_name = "N", default_value = "any", value_parser = required)]
    pub require: Require,
    /// How much of the file a signature must cover [default: whole, or prefix with --sections]
    #[arg(long, value_name = "HOW")]
    pub coverage: Option<Coverage>,
    /// Custom sections that the covered prefix must also contain: a glob on names (repeatable)
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub sections: Vec<SectionGlob>,
    /// Kind of binary that the header must announce; no signature covers the header
    #[arg(long, value_name = "KIND", default_value = "module")]
    pub expect: Expect,
    /// Whether the source gives the module.
    #[command(flatten)]
    pub rebuild: Rebuild,
}

/// Building a package again, to compare. The other flags are cargo's.
#[derive(Debug, Args)]
pub struct Rebuild {
    /// Build the package again, and check whether the module is what its source produces; needs no key.
    /// Profile and target default to those in the module's path
    #[arg(long, help_heading = "Rebuilding")]
    pub rebuild: bool,
    /// Package to build [default: the one that makes a module with this name]
    #[arg(short, long, value_name = "SPEC", help_heading = "Rebuilding", requires = "rebuild")]
    pub package: Option<String>,
    /// Skip the optimizer, as the original build did
    #[arg(long, help_heading = "Rebuilding", requires = "rebuild")]
    pub no_optimize: bool,
    /// Which of its targets.
    #[command(flatten)]
    pub targets: Targets,
    /// How they are compiled.
    #[command(flatten)]
    pub compilation: Compilation,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
}

impl Rebuild {
    /// Has cargo's flags mean something together with `--rebuild` alone, but for the one that is about keys too.
    pub(super) fn require_rebuild(verify: clap::Command) -> clap::Command {
        verify.mut_args(|flag| match flag.get_help_heading() {
            _ if flag.get_id() == "offline" => flag,
            Some(heading) if heading.ends_with(AS_IN_CARGO) => flag.requires("rebuild"),
            _ => flag,
        })
    }
}

fn required(text: &str) -> Result<Require, String> {
    match text {
        "any" => Ok(Require::Any),
        "all" => Ok(Require::All),
        _ => text
            .parse()
            .map(Require::AtLeast)
            .map_err(|_| "expected `any`, `all` or a number from 1".into()),
    }
}

/// How much of a file a signature must cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Coverage {
    /// Every byte to the end of the file.
    Whole,
    /// A prefix that holds every section that is not custom.
    Prefix,
}

/// The kind of binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Expect {
    /// A core module.
    Module,
    /// A component.
    Component,
    /// Either.
    Any,
}
