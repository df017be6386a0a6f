//! The verdict on one module, and on which signature.

use std::path::{Path, PathBuf};

use wasmsign_core::Verified;
use wasmsign_core::trust::PinRefusal;
use wasmsign_core::verify::Refusal;
use wasmsign_core::wasm::Malformed;

use crate::error::Error;
use crate::exit::Exit;

/// Which signature counts.
#[derive(Debug)]
pub(crate) enum SignatureSource {
    /// The module's own; where it carries none, that in the file beside it.
    OwnOrBeside,
    /// That in the file beside the module, whatever the module carries.
    Beside,
    /// That in this file.
    Named(PathBuf),
}

/// The verdict on one module.
pub(crate) struct Verdict<'a> {
    /// The module.
    pub(crate) module: &'a Path,
    /// The file of the signature that it was verified by, where that was not its own.
    pub(crate) signature: Option<PathBuf>,
    /// The proof, or why there is none.
    pub(crate) result: Result<Verified, Failure>,
    /// What the pin store remembers from now on, where that has changed.
    pub(crate) pin: Option<PinNote>,
}

/// What has changed in a pin store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PinNote {
    /// The name was not known.
    New,
    /// The version is higher than before.
    Newer,
}

/// Why a module is not verified.
pub(crate) enum Failure {
    /// It was read, and is not trusted.
    Refused(Box<Refusal>),
    /// It is trusted, but not the module that the pin store remembers under its name.
    Pinned(Box<Verified>, PinRefusal),
    /// It, or its signature, is not what it should be.
    Malformed(Malformed),
    /// It, or its signature, could not be read.
    Unread(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Unread(error)
    }
}

impl Verdict<'_> {
    /// The exit code that stands for it.
    pub(crate) fn exit(&self) -> Exit {
        match &self.result {
            Ok(_) => Exit::Ok,
            Err(Failure::Refused(_) | Failure::Pinned(..)) => Exit::Refused,
            Err(Failure::Malformed(_)) => Exit::Malformed,
            Err(Failure::Unread(error)) => error.exit(),
        }
    }
}
