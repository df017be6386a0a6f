//! `cargo wasmsign keygen`, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `cargo wasmsign keygen`.
#[derive(Debug, Args)]
pub struct Keygen {
    /// Where to write the secret key
    #[arg(short = 'k', long = "key", value_name = "FILE")]
    pub secret: PathBuf,
    /// Where to write the public key
    #[arg(short = 'K', long = "public-key", value_name = "FILE")]
    pub public: PathBuf,
    /// Encoding of both files
    #[arg(long, value_name = "FORM", default_value = "pem")]
    pub encoding: Encoding,
    /// Overwrite existing files
    #[arg(long)]
    pub force: bool,
}

/// The forms of key files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// PKCS#8 and SPKI in PEM.
    Pem,
    /// The specification's 65 and 33 bytes.
    Compact,
    /// OpenSSH.
    Openssh,
}
