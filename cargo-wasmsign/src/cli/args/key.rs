//! `cargo wasmsign key`, as it was typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wasmsign_core::trust::Time;

use super::passphrase::source;
use super::{Encoding, Passphrase};
use crate::error::Result;
use crate::keys::PassphraseSource;

/// `cargo wasmsign key`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Key {
    /// What to do.
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Show what keys are: their encoding, key id, fingerprint and public half
    Show(KeyShow),
    /// Write a key in another encoding, or its public half
    Convert(KeyConvert),
    /// Have a key hand over to its successor, in a statement that trust files name
    Succeed(KeySucceed),
}

/// `cargo wasmsign key show`.
#[derive(Debug, Args)]
pub struct KeyShow {
    /// The keys: paths of secret or public keys, env:NAME, or the text of public keys
    #[arg(value_name = "KEY", required = true)]
    pub keys: Vec<String>,
    /// Without it, an encrypted key shows what can be seen without its passphrase.
    #[command(flatten)]
    pub passphrase: Passphrase,
}

/// `cargo wasmsign key convert`.
#[derive(Debug, Args)]
pub struct KeyConvert {
    /// The key; `-` is standard input
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// Where to write the key
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// Encoding to write
    #[arg(long, value_name = "FORM", default_value = "pem")]
    pub encoding: Encoding,
    /// Write the public half of a secret key
    #[arg(long)]
    pub public: bool,
    /// Encrypt the secret key, with the passphrase that it has, or a new one
    #[arg(long, conflicts_with = "public")]
    pub encrypt: bool,
    /// Of the key, or the new one where it has none.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Environment variable with the passphrase to encrypt with, if it is another one
    #[arg(long, value_name = "NAME", requires = "encrypt", conflicts_with = "new_passphrase_fd")]
    #[arg(allow_hyphen_values = true)]
    pub new_passphrase_env: Option<String>,
    /// File descriptor to read the passphrase to encrypt with from, if it is another one
    #[arg(long, value_name = "N", requires = "encrypt", allow_hyphen_values = true)]
    pub new_passphrase_fd: Option<String>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
}

/// `cargo wasmsign key succeed`.
#[derive(Debug, Args)]
pub struct KeySucceed {
    /// The secret key that hands over: a path, or another form of --key
    #[arg(value_name = "OLD-SECRET")]
    pub old: String,
    /// The public key of its successor: a path, or the key's own text
    #[arg(value_name = "NEW-PUBLIC")]
    pub new_public: String,
    /// The secret key of its successor
    #[arg(long, value_name = "NEW-SECRET")]
    pub new_key: String,
    /// Where to write the statement
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Time from which the successor counts, as in RFC 3339 [default: at once]
    #[arg(long, value_name = "TIME")]
    pub valid_from: Option<Time>,
    /// Of both secret keys, where they have one.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
}

impl KeyConvert {
    /// Where a new passphrase is.
    ///
    /// # Errors
    ///
    /// Those of [`Passphrase::source`].
    pub fn new_passphrase(&self) -> Result<PassphraseSource> {
        let descriptor = self.new_passphrase_fd.as_deref();
        source("--new-passphrase", self.new_passphrase_env.as_deref(), descriptor)
    }
}
