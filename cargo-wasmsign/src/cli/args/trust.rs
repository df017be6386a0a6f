//! `cargo wasmsign trust`, as it was typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wasmsign_core::trust::Time;

use super::Resolution;

/// `cargo wasmsign trust`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Trust {
    /// What to do with a trust file.
    #[command(subcommand)]
    pub command: TrustCommand,
}

/// The commands about trust files.
#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// Check a trust file, and show what each rule asks
    Check(Check),
    /// Show which rule decides about a module, who satisfies it, and what is missing
    Explain(Explain),
    /// Create a trust file with the keys that the workspace signs with
    Init(Init),
    /// Create a trust file from an allowed_signers file of OpenSSH or a verification-config.yml of Kubewarden
    Import(Import),
}

/// `cargo wasmsign trust check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The trust file, or a Cargo.toml with a trust table; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `cargo wasmsign trust explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The module; `-` is standard input
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// The trust file
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// The name of the module in the trust file's rules [default: its file name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The time at which keys must be valid, as in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// Detached signature to use [default: the embedded one, or else MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
}

/// `cargo wasmsign trust init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write the trust file [default: wasmsign-trust.toml beside the workspace's Cargo.toml]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
}

/// `cargo wasmsign trust import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The file of the other tool; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where to write the trust file [default: standard output]
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub output: PathBuf,
    /// Leave out what a trust file cannot express
    #[arg(long)]
    pub partial: bool,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
}
