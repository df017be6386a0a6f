//! What is asked for.

use std::path::PathBuf;

use crate::keys::PassphraseSource;

/// What a project is to get.
#[derive(Debug)]
pub(crate) struct Request {
    /// The manifest, where it is not in this directory or above it.
    pub(crate) manifest_path: Option<PathBuf>,
    /// The secret key: one that exists, or where a new one goes.
    pub(crate) key: Option<PathBuf>,
    /// The public key: one that exists, or where it goes.
    pub(crate) public: Option<PathBuf>,
    /// The passphrase of a secret key that exists.
    pub(crate) passphrase: PassphraseSource,
    /// The platform that a workflow is written for.
    pub(crate) ci: Option<Ci>,
    /// Whether a trust file is written.
    pub(crate) trust: bool,
    /// The packages that are built for wasm; those with a `cdylib` where there are none.
    pub(crate) packages: Vec<String>,
    /// Whether nothing is written.
    pub(crate) dry_run: bool,
}

/// The platforms that workflows are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ci {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
}
