//! `cargo wasmsign verify`, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use semver::VersionReq;
use wasmsign_core::Require;
use wasmsign_core::trust::Time;

use super::format::{OTHER_FORMATS, asked};
use super::{AS_IN_CARGO, Compilation, Resolution, Targets};
use crate::manifest::SectionGlob;
use crate::ops::verify::Asked;

/// `cargo wasmsign verify`.
#[derive(Debug, Args)]
// `--version` is what a module's version must be.
#[command(disable_version_flag = true)]
pub struct Verify {
    /// The modules; `-` is standard input
    #[arg(value_name = "MODULE", required = true)]
    pub modules: Vec<PathBuf>,
    /// Public key: a path, the key's own text, github:NAME for every Ed25519 key of an account, or dir:PATH for every key in a
    /// directory (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    pub public_keys: Vec<String>,
    /// Trust file that decides [default without a key: what the workspace's Cargo.toml says]
    #[arg(long, value_name = "FILE", conflicts_with_all = NOT_WITH_A_TRUST_FILE)]
    pub policy: Option<PathBuf>,
    /// Name of the module in the rules of the trust file and in the pin store [default: its file name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Time at which the keys of the trust file must be valid, as in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", conflicts_with = "public_keys")]
    pub at: Option<Time>,
    /// Store that remembers who has signed the module of this name, and refuses others later
    #[arg(long, value_name = "STORE", requires = "name")]
    pub pin: Option<PathBuf>,
    /// Accept a version that is lower than the one in the pin store
    #[arg(long, requires = "pin")]
    pub allow_downgrade: bool,
    /// Package that the module manifest must name; with --rebuild, the package to build
    #[arg(short, long, value_name = "NAME")]
    pub package: Option<String>,
    /// Version that the module manifest must name: a requirement, as in Cargo.toml
    #[arg(long, value_name = "REQ")]
    pub version: Option<VersionReq>,
    /// Detached signature to use [default: the embedded one, or else MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Formats that must be there and verify, separated by commas: wasmsign2, wasmsign1, wasm-sign, minisign, sshsig, oak; or
    /// auto for all that the module carries [default: that of --signature, or wasmsign2]
    #[arg(long = "as", value_name = "FORMAT", value_delimiter = ',', value_parser = asked)]
    pub formats: Vec<Asked>,
    /// wasmsign1: additional data that was signed too: a file, or a text
    #[arg(long, value_name = "FILE|TEXT", help_heading = OTHER_FORMATS)]
    pub aad: Option<String>,
    /// sshsig: namespace of the signature
    #[arg(long, value_name = "NAME", default_value = "wasm", help_heading = OTHER_FORMATS)]
    pub namespace: String,
    /// sshsig: principal whose keys count in a file of allowed signers (-K allowed-signers:FILE)
    #[arg(long, value_name = "NAME", help_heading = OTHER_FORMATS)]
    pub identity: Option<String>,
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

/// What the rules of a trust file say.
const NOT_WITH_A_TRUST_FILE: [&str; 7] =
    ["public_keys", "require", "coverage", "sections", "expect", "package", "version"];

/// Building a package again, to compare. The other flags are cargo's.
#[derive(Debug, Args)]
pub struct Rebuild {
    /// Build the package again, and check whether the module is what its source produces; needs no key.
    /// Profile and target default to those in the module's path
    #[arg(long, help_heading = "Rebuilding")]
    pub rebuild: bool,
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
    /// Has cargo's flags mean something together with `--rebuild` alone, but for those that are about keys too.
    pub(super) fn require_rebuild(verify: clap::Command) -> clap::Command {
        const ABOUT_KEYS: [&str; 2] = ["manifest_path", "offline"];
        verify.mut_args(|flag| match flag.get_help_heading() {
            _ if ABOUT_KEYS.contains(&flag.get_id().as_str()) => flag,
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
