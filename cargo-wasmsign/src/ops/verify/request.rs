//! What is to be verified, and who decides.

use std::path::PathBuf;

use wasmsign_core::Policy;

use super::formats::Formats;
use super::pins::Pinning;
use super::question::Question;
use super::verdict::SignatureSource;

/// Modules, and who decides about them.
pub(crate) struct Request {
    /// The modules.
    pub(crate) modules: Vec<PathBuf>,
    /// Where their signatures are.
    pub(crate) signature: SignatureSource,
    /// Of which formats they are.
    pub(crate) formats: Formats,
    /// Who decides.
    pub(crate) trusted: Trusted,
    /// Whose lines of a file of allowed signers count.
    pub(crate) principal: Option<String>,
    /// The store that remembers signers, where there is one.
    pub(crate) pins: Option<Pinning>,
    /// Whether the identities of verified modules are wanted, which takes a second hash.
    pub(crate) identity: bool,
}

/// Whom to trust.
pub(crate) enum Trusted {
    /// These keys.
    Keys {
        /// Paths, texts and other names of public keys.
        public_keys: Vec<String>,
        /// What is required of them and of the module.
        policy: Policy,
    },
    /// Whom a trust file names.
    File {
        /// The trust file.
        file: PathBuf,
        /// What it is asked.
        question: Question,
    },
    /// Whom the workspace names: its trust table, or else the keys that it signs its own modules with.
    Workspace {
        /// The manifest of the workspace, where it is not in this directory or above it.
        manifest_path: Option<PathBuf>,
        /// What the trust table is asked.
        question: Question,
        /// What is required of the keys and of the module.
        policy: Policy,
    },
}

impl Trusted {
    /// Whether nobody can have signed anything.
    pub(crate) fn is_nobody(&self) -> bool {
        matches!(self, Self::Keys { public_keys, .. } if public_keys.is_empty())
    }
}
