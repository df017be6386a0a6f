//! `cargo wasmsign pin`, as it was typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::format::asked;
use crate::ops::verify::Asked;

/// `cargo wasmsign pin`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Pin {
    /// What to do with a pin store.
    #[command(subcommand)]
    pub command: PinCommand,
}

/// The commands about pin stores.
#[derive(Debug, Subcommand)]
pub enum PinCommand {
    /// Pin a module to whoever has signed it now, in place of the earlier signers
    Accept(Accept),
    /// Show what a pin store remembers
    List(List),
    /// Forget a module
    Remove(Remove),
}

/// `cargo wasmsign pin accept`.
#[derive(Debug, Args)]
pub struct Accept {
    /// The pin store
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
    /// Name of the module in the store
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The module
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Public key that may have signed it: a path, or the key's own text (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    #[arg(required_unless_present = "policy")]
    pub public_keys: Vec<String>,
    /// Formats of its signatures, separated by commas, as of `verify --as`
    #[arg(long = "as", value_name = "FORMAT", value_delimiter = ',', value_parser = asked)]
    pub formats: Vec<Asked>,
    /// Trust file that decides
    #[arg(long, value_name = "FILE", conflicts_with = "public_keys")]
    pub policy: Option<PathBuf>,
    /// Detached signature to use [default: the embedded one, or else MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
}

/// `cargo wasmsign pin list`.
#[derive(Debug, Args)]
pub struct List {
    /// The pin store
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
}

/// `cargo wasmsign pin remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// The pin store
    #[arg(value_name = "STORE")]
    pub store: PathBuf,
    /// Name of the module in the store
    #[arg(value_name = "NAME")]
    pub name: String,
}
