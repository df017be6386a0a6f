//! A SHA-256 over a stream of runs, on a thread of its own where the input is long.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest, Sha256};

use crate::chunks::Run;
use crate::limits::CHUNKS_IN_FLIGHT;

/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

/// A rolling hash: it never restarts, and is read off at marks.
pub(crate) enum Lane {
    /// On the caller's thread: for short inputs, and where no thread is to be had.
    Here(Rolling),
    /// On its own thread.
    There { jobs: SyncSender<Job>, thread: JoinHandle<Rolling> },
}

/// The state of the hash and what was read off it.
#[derive(Default)]
pub(crate) struct Rolling {
    hash: Sha256,
    marks: Vec<Hash>,
}

/// What a lane is told to do.
pub(crate) enum Job {
    Hash(Run),
    Mark,
    /// Tell what was noted so far.
    Tell(SyncSender<Vec<Hash>>),
}

impl Rolling {
    fn work(&mut self, job: Job) {
        match job {
            Job::Hash(run) => self.hash.update(run.bytes()),
            Job::Mark => self.marks.push(self.hash.clone().finalize().into()),
            // Whoever asked waits for this, or is gone and does not mind.
            Job::Tell(asker) => drop(asker.send(self.marks.clone())),
        }
    }
}

impl Lane {
    pub(crate) fn new() -> Self {
        Self::Here(Rolling::default())
    }

    /// Hashes a run.
    pub(crate) fn hash(&mut self, run: Run) {
        self.work(Job::Hash(run));
    }

    /// Notes the hash of everything so far.
    pub(crate) fn mark(&mut self) {
        self.work(Job::Mark);
    }

    /// The hashes noted so far. Waits until they are computed.
    pub(crate) fn marks(&mut self) -> Vec<Hash> {
        let (asker, answer) = sync_channel(1);
        self.work(Job::Tell(asker));
        answer.recv().expect("a lane does every job, this one too")
    }

    /// Goes on in a thread; stays here if the system has none left to give.
    pub(crate) fn move_to_thread(&mut self) {
        let Self::Here(rolling) = self else { return };
        let mut state = Rolling { hash: rolling.hash.clone(), marks: rolling.marks.clone() };
        let (jobs, inbox) = sync_channel(CHUNKS_IN_FLIGHT);
        let work = move || {
            inbox.iter().for_each(|job| state.work(job));
            state
        };
        if let Ok(thread) = Builder::new().name("wasmsign-hash".into()).spawn(work) {
            *self = Self::There { jobs, thread };
        }
    }

    /// The hashes noted, in order.
    pub(crate) fn finish(self) -> Vec<Hash> {
        match self {
            Self::Here(rolling) => rolling.marks,
            Self::There { jobs, thread } => {
                drop(jobs);
                thread.join().expect("hashing bytes in memory does not panic").marks
            }
        }
    }

    fn work(&mut self, job: Job) {
        match self {
            Self::Here(rolling) => rolling.work(job),
            Self::There { jobs, .. } => {
                jobs.send(job).expect("the thread takes jobs until this end is dropped");
            }
        }
    }
}

#[cfg(test)]
mod tests;
