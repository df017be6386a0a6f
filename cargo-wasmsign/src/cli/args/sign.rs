//! `cargo wasmsign sign`, as it was typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use wasmsign_core::formats::Format;

use super::Passphrase;
use super::format::{OTHER_FORMATS, format_name};
use crate::keys::KeyIdChoice;

/// `cargo wasmsign sign`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("of_manifest").args(["cargo_messages", "with"]).multiple(true)))]
pub struct Sign {
    /// The modules; `-` reads standard input and writes to standard output
    #[arg(value_name = "MODULE", required_unless_present = "cargo_messages")]
    pub modules: Vec<PathBuf>,
    /// Sign the modules in these messages of `cargo build --message-format=json`, as `build` would: a file, or -
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["modules", "with", "public_key", "output", "signature", "key_id"])]
    pub cargo_messages: Option<PathBuf>,
    /// Path to the Cargo.toml of the build, or of the keys that `--with` names
    #[arg(long, value_name = "PATH", requires = "of_manifest")]
    pub manifest_path: Option<PathBuf>,
    /// Sign with this key of the manifest, after those of `--key` (repeatable)
    #[arg(long, value_name = "NAME")]
    pub with: Vec<String>,
    /// Secret key: a path, env:NAME for the key's text in a variable, ssh-agent:FINGERPRINT, or pkcs11:URI for a key in a token
    /// (repeatable)
    // A secret key that is typed here by mistake begins with hyphens, and must not end up in a message.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,
    /// Its passphrase.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Public key that must belong to the secret key: a path, the key's own text, github:NAME, or dir:PATH
    #[arg(short = 'K', long, value_name = "KEY", allow_hyphen_values = true)]
    pub public_key: Option<String>,
    /// Where to write the signed module [default: the module itself]
    #[arg(short, long, value_name = "FILE", conflicts_with = "signature")]
    pub output: Option<PathBuf>,
    /// Write the signature to this file, and leave the module unchanged
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Formats of the signatures, separated by commas: wasmsign2, wasmsign1, wasm-sign, minisign, sshsig or oak
    /// [default: wasmsign2]
    #[arg(long = "as", value_name = "FORMAT", value_delimiter = ',', value_parser = format_name)]
    #[arg(conflicts_with = "cargo_messages")]
    pub formats: Vec<Format>,
    /// wasmsign1: additional data that is signed too: a file, or a text
    #[arg(long, value_name = "FILE|TEXT", help_heading = OTHER_FORMATS)]
    pub aad: Option<String>,
    /// sshsig: namespace of the signature
    #[arg(long, value_name = "NAME", default_value = "wasm", help_heading = OTHER_FORMATS)]
    pub namespace: String,
    /// minisign: trusted comment [default: the name of the file]
    #[arg(long, value_name = "TEXT", help_heading = OTHER_FORMATS)]
    pub trusted_comment: Option<String>,
    /// minisign: sign the file itself, as minisign did at first
    #[arg(long, help_heading = OTHER_FORMATS)]
    pub legacy: bool,
    /// Hint stored with the signature: auto, none, hex:H, or a text
    #[arg(long, value_name = "ID", default_value = "auto")]
    pub key_id: KeyIdChoice,
    /// Run without network access
    #[arg(long)]
    pub offline: bool,
}
