//! The verdict on one module, and on which signature.

use std::path::{Path, PathBuf};

use wasmsign_core::formats::Format;
use wasmsign_core::trust::{Pin, PinRefusal};
use wasmsign_core::verify::{Refusal, SignedBy, VerifiedFile};
use wasmsign_core::wasm::Malformed;
use wasmsign_core::{Identity, Verified};

use crate::error::Error;
use crate::exit::Exit;

/// Which signature counts.
#[derive(Debug, Clone)]
pub(crate) enum SignatureSource {
    /// The module's own, whatever lies beside it.
    Own,
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
    /// The format of the signature that was looked at.
    pub(crate) format: Format,
    /// The proof, or why there is none.
    pub(crate) result: Result<Proof, Failure>,
    /// What the pin store remembers from now on, where that has changed.
    pub(crate) pin: Option<PinNote>,
}

/// The proof about a file.
pub(crate) enum Proof {
    /// About a module or component.
    Module(Verified),
    /// About a file that is no WebAssembly.
    File(VerifiedFile),
}

impl Proof {
    /// Who has signed.
    pub(crate) fn signers(&self) -> &[SignedBy] {
        match self {
            Self::Module(verified) => verified.signers(),
            Self::File(verified) => verified.signers(),
        }
    }

    /// The identity of a module, where it was asked for.
    pub(crate) fn identity(&self) -> Option<Identity> {
        match self {
            Self::Module(verified) => verified.identity(),
            Self::File(_) => None,
        }
    }

    /// What a pin store remembers of it; nothing where nobody has signed.
    pub(crate) fn pin(&self) -> Option<Pin> {
        match self {
            Self::Module(verified) => Pin::of(verified),
            Self::File(verified) => Pin::of_file(verified),
        }
    }
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
    Pinned(Box<Proof>, PinRefusal),
    /// Nobody who could have signed it is known: for this reason.
    Nobody(String),
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
            Err(Failure::Refused(_) | Failure::Pinned(..) | Failure::Nobody(_)) => Exit::Refused,
            Err(Failure::Malformed(_)) => Exit::Malformed,
            Err(Failure::Unread(error)) => error.exit(),
        }
    }
}
