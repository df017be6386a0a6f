//! What is to be signed, by whom, and where the result goes.

use std::path::{Path, PathBuf};

use wasmsign_core::formats::Format;

use crate::keys::KeyIdChoice;
use crate::ops::signers::Signers;
use crate::pipeline::seal_as::Options;

/// Modules, and who signs them.
#[derive(Debug)]
pub(crate) struct Request {
    /// The modules.
    pub(crate) modules: Vec<PathBuf>,
    /// Where the result goes.
    pub(crate) destination: Destination,
    /// Who signs.
    pub(crate) signers: Signers,
    /// A public key that one of the secret keys must have.
    pub(crate) public_key: Option<String>,
    /// The key id beside each signature.
    pub(crate) key_id: KeyIdChoice,
    /// The formats of the signatures, where others than the default one are named.
    pub(crate) formats: Option<Vec<Format>>,
    /// What some formats must be told.
    pub(crate) options: Options,
}

/// Where the result of signing goes.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Each module is replaced by the signed one.
    Module,
    /// The signed module goes to this file.
    Output(PathBuf),
    /// The signature goes to this file, and the module stays as it is.
    Signature(PathBuf),
}

impl Destination {
    /// The file that is written for a module.
    pub(crate) fn path<'a>(&'a self, module: &'a Path) -> &'a Path {
        match self {
            Self::Module => module,
            Self::Output(path) | Self::Signature(path) => path,
        }
    }
}
