//! What is remembered of a module.

use alloc::vec::Vec;

use crate::keys::PublicKey;
use crate::manifest::Version;
use crate::verify::Verified;
#[cfg(feature = "whole-file")]
use crate::verify::VerifiedFile;

/// What is remembered of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pin {
    /// The keys that had signed it, each once.
    pub signers: Vec<PublicKey>,
    /// The highest version that was seen of it, where its manifest said one.
    pub version: Option<Version>,
}

impl Pin {
    /// What there is to remember of a file that is no module.
    #[cfg(feature = "whole-file")]
    #[must_use]
    pub fn of_file(file: &VerifiedFile) -> Option<Self> {
        Self::of(file.proof())
    }

    /// What there is to remember of a module; `None` where nobody has signed it.
    #[must_use]
    pub fn of(verified: &Verified) -> Option<Self> {
        let signers: Vec<_> =
            verified.signers().iter().map(|signer| signer.public_key.clone()).collect();
        let version = verified.manifest().map(|manifest| manifest.version().clone());
        (!signers.is_empty()).then_some(Self { signers, version })
    }
}
