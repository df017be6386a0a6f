//! `cargo wasmsign keygen`, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wasmsign_core::KeyEncoding;

use super::Passphrase;
use crate::error::{Error, Result};

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
    /// Encrypt the secret key with a passphrase, which is asked for twice
    #[arg(long)]
    pub encrypt: bool,
    /// Where that is.
    #[command(flatten)]
    pub passphrase: Passphrase,
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
    /// minisign's two lines.
    Minisign,
}

impl Encoding {
    /// As the core has it.
    pub fn of_core(self) -> KeyEncoding {
        match self {
            Self::Pem => KeyEncoding::Pem,
            Self::Compact => KeyEncoding::Compact,
            Self::Openssh => KeyEncoding::OpenSsh,
            Self::Minisign => KeyEncoding::Minisign,
        }
    }

    /// Refuses to encrypt what cannot be.
    ///
    /// # Errors
    ///
    /// Exit code 2.
    pub fn refuse_encrypted(self) -> Result<()> {
        match self {
            Self::Compact => Err(Error::usage("compact keys cannot be encrypted")
                .advice("choose another `--encoding`, or leave `--encrypt` out")),
            _ => Ok(()),
        }
    }
}
