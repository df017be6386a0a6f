//! The state of one hash.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::digest::Hash;
use crate::stream::chunks::Run;

/// A hash that never restarts, and what was read off it at marks.
#[derive(Default)]
pub(super) struct Rolling {
    hash: Sha256,
    marks: Vec<Hash>,
}

/// What is to be done to a hash.
pub(super) enum Job {
    Hash(Run),
    Mark,
}

impl Rolling {
    pub(super) fn work(&mut self, job: Job) {
        match job {
            Job::Hash(run) => self.hash.update(run.bytes()),
            Job::Mark => self.marks.push(self.hash.clone().finalize().into()),
        }
    }

    pub(super) fn marks(&self) -> Vec<Hash> {
        self.marks.clone()
    }
}
