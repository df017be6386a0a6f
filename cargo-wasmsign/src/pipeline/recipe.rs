//! What is done to the modules of a package, and where they go.

use std::path::PathBuf;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use wasmsign_core::sign::Signature;

use super::SignerLine;
use crate::config::{self, KeyIdChoice, Placement, SectionGlobs};
use crate::hex::{hex, public_key_text};
use crate::optimize::{Cache, Optimizer};
use crate::signers::Signer;

/// What is done to the modules of one package.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The optimizer and its settings, if it runs.
    pub optimize: Option<(Rc<Optimizer>, config::Optimize)>,
    /// The optimizer's threads.
    pub jobs: Option<usize>,
    /// Custom sections to drop.
    pub remove: SectionGlobs,
    /// Who signs, in this order; nobody with `--no-sign`.
    pub signers: Vec<Rc<Signer>>,
    /// The hint beside each signature.
    pub key_id: KeyIdChoice,
    /// Where signatures go.
    pub placement: Placement,
}

/// Where the modules of one target and profile go.
#[derive(Debug, Clone)]
pub struct Place {
    /// The directory of the published files.
    pub published: PathBuf,
    /// The directory of what is remembered of them.
    pub state: PathBuf,
    /// What was optimized before, for any target and profile.
    pub cache: Cache,
}

impl Recipe {
    /// Everything but the module's own bytes that decides what is published.
    pub(super) fn fingerprint(&self) -> String {
        let optimizer = self
            .optimize
            .as_ref()
            .map(|(tool, options)| (tool.version(), tool.identity(), options));
        let keys: Vec<_> =
            self.signers.iter().map(|signer| (&signer.name, signer.public_key())).collect();
        let parts = format!(
            "{} {optimizer:?} {:?} {keys:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            self.remove.patterns(),
            self.key_id,
            self.placement
        );
        hex(&Sha256::digest(parts))
    }

    /// The signatures to make, in order.
    pub(super) fn signatures(&self) -> Vec<Signature<'_>> {
        self.signers.iter().map(|signer| signer.signature(&self.key_id)).collect()
    }

    /// Who signs, as it is told.
    pub(super) fn signer_lines(&self) -> Vec<SignerLine> {
        let line = |signer: &Rc<Signer>| {
            let key_id = signer.signature(&self.key_id).key_id.for_key(signer.public_key());
            SignerLine {
                name: signer.name.clone(),
                key_id: (!key_id.is_empty()).then(|| hex(&key_id)),
                public_key: public_key_text(signer.public_key()),
            }
        };
        self.signers.iter().map(line).collect()
    }
}
