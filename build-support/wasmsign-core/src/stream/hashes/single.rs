//! Rolling hashes on the caller's thread, where there are no others.

use alloc::vec::Vec;

use super::rolling::{Rolling, State};
use crate::digest::Hash;
use crate::stream::chunks::Run;

/// Some hashes over the same stream. They never restart, and are read off at marks.
pub(crate) struct RollingHashes(Vec<Rolling>);

impl RollingHashes {
    pub(crate) fn new(count: usize) -> Self {
        Self(core::iter::repeat_with(Rolling::default).take(count).collect())
    }

    /// Hashes a run.
    pub(crate) fn hash(&mut self, which: usize, run: Run) {
        self.0[which].update(run.bytes());
    }

    /// Notes the hash of everything so far.
    pub(crate) fn mark(&mut self, which: usize) {
        self.0[which].mark();
    }

    /// The hashes noted so far.
    pub(crate) fn marks(&mut self, which: usize) -> Vec<Hash> {
        self.0[which].marks()
    }

    /// There are no threads to call in.
    pub(crate) fn call_threads(&mut self) {}
}
