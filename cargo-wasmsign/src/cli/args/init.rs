//! `cargo wasmsign init`, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Passphrase;
use crate::ops::init;

/// `cargo wasmsign init`.
#[derive(Debug, Args)]
pub struct Start {
    /// The secret key, or where to write a new one [default: keys/release.key, which git then ignores]
    #[arg(long, value_name = "PATH")]
    pub key: Option<PathBuf>,
    /// The public key, or where to write it [default: keys/release.pub]
    #[arg(long, value_name = "PATH")]
    pub public: Option<PathBuf>,
    /// Of a secret key that exists, where it has one.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Write a workflow that tests changes, and builds, signs and uploads releases
    #[arg(long, value_name = "PLATFORM")]
    pub ci: Option<Ci>,
    /// Write a trust file for the modules
    #[arg(long)]
    pub trust: bool,
    /// Package to build for WebAssembly [default: those with a cdylib]
    #[arg(short, long = "package", value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// The platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// GitHub Actions
    #[value(name = "github")]
    GitHub,
    /// GitLab CI/CD
    #[value(name = "gitlab")]
    GitLab,
}

impl From<Ci> for init::Ci {
    fn from(ci: Ci) -> Self {
        match ci {
            Ci::GitHub => Self::GitHub,
            Ci::GitLab => Self::GitLab,
        }
    }
}
