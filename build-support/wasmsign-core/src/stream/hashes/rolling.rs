//! The state of one hash.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::digest::Hash;

/// What takes the bytes of a stream one run after the other, on whichever thread is free.
pub(crate) trait State: Send + 'static {
    /// Takes the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// Notes what is known so far.
    fn mark(&mut self) {}
}

/// A hash that never restarts, and what was read off it at marks.
#[derive(Default)]
pub(crate) struct Rolling {
    hash: Sha256,
    marks: Vec<Hash>,
}

impl State for Rolling {
    fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    fn mark(&mut self) {
        self.marks.push(self.hash.clone().finalize().into());
    }
}

impl Rolling {
    pub(super) fn marks(&self) -> Vec<Hash> {
        self.marks.clone()
    }
}
