//! `cargo wasmsign migrate`, as it was typed.

use std::path::PathBuf;

use clap::Args;
use wasmsign_core::formats::Format;

use super::Passphrase;
use super::format::{OTHER_FORMATS, format_name};
use crate::keys::KeyIdChoice;

/// `cargo wasmsign migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The module
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Format of the signature that it has: wasmsign1, wasm-sign, minisign, sshsig or oak
    #[arg(long, value_name = "FORMAT", value_parser = format_name)]
    pub from: Format,
    /// Public key that must have made that signature: a path, or the key's own text (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    #[arg(required = true)]
    pub public_keys: Vec<String>,
    /// Secret key that signs from now on: a path, env:NAME, ssh-agent:FINGERPRINT, or pkcs11:URI (repeatable)
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true, required = true)]
    pub keys: Vec<String>,
    /// Its passphrase.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Where to write the signed module [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The old signature, where it is a detached one [default: the file beside the module]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Append a line of JSON about it to this file
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// wasmsign1: additional data that was signed too: a file, or a text
    #[arg(long, value_name = "FILE|TEXT", help_heading = OTHER_FORMATS)]
    pub aad: Option<String>,
    /// sshsig: namespace of the old signature
    #[arg(long, value_name = "NAME", default_value = "wasm", help_heading = OTHER_FORMATS)]
    pub namespace: String,
    /// sshsig: principal whose keys count in a file of allowed signers (-K allowed-signers:FILE)
    #[arg(long, value_name = "NAME", help_heading = OTHER_FORMATS)]
    pub identity: Option<String>,
    /// Hint stored with the signature: auto, none, hex:H, or a text
    #[arg(long, value_name = "ID", default_value = "auto")]
    pub key_id: KeyIdChoice,
}
