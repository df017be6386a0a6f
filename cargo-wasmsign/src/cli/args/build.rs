//! `cargo wasmsign build`, as it was typed.

use std::path::PathBuf;

use clap::Args;

use super::{Compilation, Packages, Passphrase, Refused, Resolution, Targets};
use crate::keys::PassphraseSource;
use crate::manifest::CommandLine;
use crate::ops::partition::Partition;

/// `cargo wasmsign build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Settings that override every manifest.
    #[command(flatten)]
    pub overrides: Overrides,
    /// That of a key.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Show what would be done, without doing it
    #[arg(long)]
    pub dry_run: bool,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// Of these packages.
    #[command(flatten)]
    pub part: Part,
    /// Which targets of these packages.
    #[command(flatten)]
    pub targets: Targets,
    /// How they are compiled.
    #[command(flatten)]
    pub compilation: Compilation,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
    /// Flags of cargo that are refused.
    #[command(flatten)]
    pub refused: Refused,
    /// More arguments for cargo
    #[arg(last = true, value_name = "CARGO ARGS")]
    pub cargo_args: Vec<String>,
}

/// A part of the selected packages.
#[derive(Debug, Default, Args)]
pub struct Part {
    /// Build one part of the selected packages: hash:K/N, those whose names' hashes fall to K of N
    #[arg(long, value_name = "PART")]
    pub partition: Option<Partition>,
}

/// Settings that override the manifest.
#[derive(Debug, Default, Args)]
pub struct Overrides {
    /// Sign with this secret key instead of the manifest's signers: a path, env:NAME,
    /// ssh-agent:FINGERPRINT, or pkcs11:URI for a key in a token (repeatable)
    // A secret key that is typed here by mistake begins with hyphens, and must not end up in a message.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,
    /// Publish without signatures
    #[arg(long, conflicts_with = "keys")]
    pub no_sign: bool,
    /// Skip the optimizer
    #[arg(long)]
    pub no_optimize: bool,
    /// Also copy published files to this directory
    #[arg(long, value_name = "DIR")]
    pub artifact_dir: Option<PathBuf>,
}

impl Overrides {
    /// The same with the targets of `--target`.
    pub fn with_targets(self, targets: Vec<String>) -> CommandLine {
        let Self { keys, no_sign, no_optimize, artifact_dir } = self;
        let passphrase = PassphraseSource::default();
        CommandLine { keys, passphrase, no_sign, no_optimize, targets, artifact_dir }
    }
}
