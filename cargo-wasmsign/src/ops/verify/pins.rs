//! Trust on first use: the store that remembers who has signed the modules that were seen before.

use std::path::PathBuf;

use wasmsign_core::trust::{PinCheck, Trust};

use super::verdict::{Failure, PinNote, Proof, Verdict};
use crate::error::Result;
use crate::ops::pin::Store;

/// A store, and the name that a module has in it.
pub(crate) struct Pinning {
    /// The file of the store.
    pub(crate) store: PathBuf,
    /// The name.
    pub(crate) name: String,
    /// Whether a lower version is accepted.
    pub(crate) allow_downgrade: bool,
}

impl Pinning {
    /// What the store says of a verdict, and has it remember what is new. The store stays locked meanwhile, so that two
    /// processes do not both see a name first.
    ///
    /// # Errors
    ///
    /// Exit code 3 where the store cannot be read, 4 where it cannot be written.
    pub(super) fn check<'a>(
        &self,
        trust: Option<&Trust>,
        verdict: Verdict<'a>,
    ) -> Result<Verdict<'a>> {
        let Ok(verified) = verdict.result else { return Ok(verdict) };
        let mut store = Store::open(&self.store)?;
        let checked = match &verified {
            Proof::Module(verified) => {
                store.pins.check(&self.name, verified, trust, self.allow_downgrade)
            }
            Proof::File(verified) => store.pins.check_file(&self.name, verified, trust),
        };
        let (result, pin) = match checked {
            PinCheck::New(pin) => {
                store.set(&self.name, pin)?;
                (Ok(verified), Some(PinNote::New))
            }
            PinCheck::Newer(pin) => {
                store.set(&self.name, pin)?;
                (Ok(verified), Some(PinNote::Newer))
            }
            PinCheck::Refused(refusal) => (Err(Failure::Pinned(Box::new(verified), refusal)), None),
            _ => (Ok(verified), None),
        };
        Ok(Verdict { result, pin, ..verdict })
    }
}
