//! `cargo wasmsign release`, as it was typed.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wasmsign_core::trust::Time;

use super::{Compilation, Packages, Part, Passphrase, Resolution};

/// `cargo wasmsign release`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Release {
    /// What to do with releases that are there.
    #[command(subcommand)]
    pub command: Option<ReleaseCommand>,
    /// Otherwise, one is built.
    #[command(flatten)]
    pub build: ReleaseBuild,
}

/// What can be done with releases.
#[derive(Debug, Subcommand)]
pub enum ReleaseCommand {
    /// Check everything in a release together
    Verify(Box<ReleaseVerify>),
    /// Sign a release that was built without a key; compiles and runs nothing
    Sign(Box<ReleaseSign>),
    /// Join the parts of a release
    Merge(Box<ReleaseMerge>),
}

/// `cargo wasmsign release` without a subcommand.
#[derive(Debug, Args)]
pub struct ReleaseBuild {
    /// Directory of the release [default: below wasmsign/release in the target directory]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Tag that must be that of the release: vVERSION, or PACKAGE-vVERSION
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// Release a tree that differs from the commit, and say so in the release
    #[arg(long)]
    pub allow_dirty: bool,
    /// Replace other content of the directory
    #[arg(long)]
    pub force: bool,
    /// Sign with this secret key instead of the manifest's signers: a path, env:NAME,
    /// ssh-agent:FINGERPRINT, or pkcs11:URI for a key in a token (repeatable)
    // A secret key that is typed here by mistake begins with hyphens, and must not end up in a message.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,
    /// Make a release without signatures, for `release sign`
    #[arg(long, conflicts_with = "keys")]
    pub no_sign: bool,
    /// Skip the optimizer
    #[arg(long)]
    pub no_optimize: bool,
    /// That of a key.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// Of these packages.
    #[command(flatten)]
    pub part: Part,
    /// How they are compiled: with the release profile where none is named.
    #[command(flatten)]
    pub compilation: Compilation,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
}

/// `cargo wasmsign release verify`.
#[derive(Debug, Args)]
pub struct ReleaseVerify {
    /// Directory of the release
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Check only this module of it, and what belongs to it
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// Refuse files that the index does not name
    #[arg(long)]
    pub strict: bool,
    /// Public key: a path, the key's own text, github:NAME for every Ed25519 key of an account, or dir:PATH for every key in a
    /// directory (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    pub public_keys: Vec<String>,
    /// Trust file that decides [default without a key: the trust table of the workspace's Cargo.toml]
    #[arg(long, value_name = "FILE", conflicts_with = "public_keys")]
    pub policy: Option<PathBuf>,
    /// Time at which the keys of the trust file must be valid, as in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", conflicts_with = "public_keys")]
    pub at: Option<Time>,
    /// Path to the Cargo.toml with the trust table
    #[arg(long, value_name = "PATH", conflicts_with_all = ["public_keys", "policy"])]
    pub manifest_path: Option<PathBuf>,
    /// Run without network access
    #[arg(long)]
    pub offline: bool,
}

/// `cargo wasmsign release sign`.
#[derive(Debug, Args)]
pub struct ReleaseSign {
    /// Directory of the release, which is replaced
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Who signs.
    #[command(flatten)]
    pub signers: Signers,
}

/// `cargo wasmsign release merge`.
#[derive(Debug, Args)]
pub struct ReleaseMerge {
    /// Directories of all parts of the release
    #[arg(value_name = "DIR", required = true)]
    pub directories: Vec<PathBuf>,
    /// Directory of the whole release
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace other content of the directory
    #[arg(long)]
    pub force: bool,
    /// Public key that has signed the parts [default: that of the secret key] (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    pub public_keys: Vec<String>,
    /// Who signs.
    #[command(flatten)]
    pub signers: Signers,
}

/// Who signs what is there already.
#[derive(Debug, Args)]
pub struct Signers {
    /// Secret key: a path, env:NAME for the key's text in a variable, ssh-agent:FINGERPRINT, or pkcs11:URI for a key in a token
    /// (repeatable)
    // As above.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,
    /// Sign with this key of the manifest, after those of `--key` (repeatable)
    #[arg(long, value_name = "NAME")]
    pub with: Vec<String>,
    /// Path to the Cargo.toml of the keys that `--with` names
    #[arg(long, value_name = "PATH", requires = "with")]
    pub manifest_path: Option<PathBuf>,
    /// That of a key.
    #[command(flatten)]
    pub passphrase: Passphrase,
    /// Run without network access
    #[arg(long)]
    pub offline: bool,
}
