//! What a verifier notes of the sections while a pass goes by.

use super::policy::Policy;
use crate::wasm::{Section, Visitor, WasmError};

#[cfg(feature = "manifest")]
use super::verdict::{MaybeManifest, Reason};
#[cfg(feature = "manifest")]
use crate::manifest::FoundManifest;
#[cfg(feature = "manifest")]
use alloc::borrow::Cow;
#[cfg(feature = "manifest")]
use alloc::vec::Vec;

/// What matters of the sections that were seen.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// End of the last section that a prefix must hold.
    pub(super) required_end: u64,
    #[cfg(feature = "manifest")]
    manifest: FoundManifest,
}

impl Notes {
    /// Sees the next section of the file.
    pub(super) fn see(&mut self, policy: &Policy, section: &Section) {
        if !section.is_signature() && policy.must_cover(section) {
            self.required_end = section.end();
        }
        #[cfg(feature = "manifest")]
        self.manifest.see(section);
    }

    /// Whether the content of this section, which was just seen, is wanted.
    #[cfg(feature = "manifest")]
    pub(super) fn wants(&self, section: &Section) -> bool {
        self.manifest.wants(section)
    }

    /// Takes the content that was wanted.
    #[cfg(feature = "manifest")]
    pub(super) fn content(&mut self, content: Vec<u8>) {
        self.manifest.keep(content);
    }

    /// The manifest before the offset `covered`, where the policy agrees with it.
    #[cfg(feature = "manifest")]
    pub(super) fn manifest(&self, policy: &Policy, covered: u64) -> Result<MaybeManifest, Reason> {
        let manifest = self.manifest.before(covered).and_then(Result::ok);
        policy.agrees_with(manifest.as_ref())?;
        Ok(manifest.map(Cow::Owned))
    }
}

/// Notes what a policy asks for.
pub(super) struct Noting<'a> {
    pub(super) policy: &'a Policy,
    pub(super) notes: Notes,
}

impl<'a> Noting<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self { policy, notes: Notes::default() }
    }
}

impl Visitor for Noting<'_> {
    type Error = WasmError;

    fn section(&mut self, section: &Section) {
        self.notes.see(self.policy, section);
    }

    #[cfg(feature = "manifest")]
    fn wants(&self, section: &Section) -> bool {
        self.notes.wants(section)
    }

    #[cfg(feature = "manifest")]
    fn content(&mut self, content: Vec<u8>) {
        self.notes.content(content);
    }
}
