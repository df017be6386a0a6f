//! Rolling SHA-256 hashes over one stream, side by side: on the caller's thread where the input is short, shared out
//! among threads where it is long.
//!
//! A hash cannot be divided, but whoever is free can take its next run. So nobody waits for a thread that the system
//! has put aside, and two cores are enough for two hashes and the reading: the caller, when it is too far ahead,
//! hashes as well.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};

use crate::limits::RUNS_IN_FLIGHT;
use crate::stream::chunks::Run;

/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

/// Some hashes over the same stream. They never restart, and are read off at marks.
pub(crate) struct Lanes {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// Runs that may wait in one lane.
    room: usize,
}

/// What the threads share.
struct Shared {
    board: Mutex<Board>,
    /// Rings when a job is given or done, and at the end.
    changed: Condvar,
}

struct Board {
    lanes: Vec<Lane>,
    closed: bool,
}

/// One hash and what is still to be done to it, in order.
#[derive(Default)]
struct Lane {
    jobs: VecDeque<Job>,
    /// The state of the hash; none while a thread is at work on it.
    idle: Option<Rolling>,
}

/// The state of a hash and what was read off it.
#[derive(Default)]
struct Rolling {
    hash: Sha256,
    marks: Vec<Hash>,
}

enum Job {
    Hash(Run),
    Mark,
}

impl Lanes {
    pub(crate) fn new(count: usize) -> Self {
        let lane = || Lane { idle: Some(Rolling::default()), ..Lane::default() };
        let lanes = std::iter::repeat_with(lane).take(count).collect();
        let board = Mutex::new(Board { lanes, closed: false });
        let shared = Arc::new(Shared { board, changed: Condvar::new() });
        Self { shared, threads: Vec::new(), room: 0 }
    }

    /// Hashes a run.
    pub(crate) fn hash(&mut self, lane: usize, run: Run) {
        self.give(lane, Job::Hash(run));
    }

    /// Notes the hash of everything so far.
    pub(crate) fn mark(&mut self, lane: usize) {
        self.give(lane, Job::Mark);
    }

    /// The hashes noted so far. Waits until they are computed.
    pub(crate) fn marks(&mut self, lane: usize) -> Vec<Hash> {
        let board = self.shared.work_until(|board| board.lanes[lane].is_done());
        let rolling = board.lanes[lane].idle.as_ref();
        rolling.expect("a lane that is done is idle").marks.clone()
    }

    /// Calls in threads, as many as there are lanes and free cores. Where the system has none to give, the caller
    /// does everything.
    pub(crate) fn call_threads(&mut self) {
        if !self.threads.is_empty() {
            return;
        }
        let lanes = self.shared.lock().lanes.len();
        let other_cores = thread::available_parallelism().map_or(1, NonZero::get) - 1;
        for _ in 0..lanes.min(other_cores) {
            let shared = Arc::clone(&self.shared);
            let work = move || drop(shared.work_until(|board| board.closed));
            let thread = thread::Builder::new().name("wasmsign-hash".into()).spawn(work);
            self.threads.extend(thread);
        }
        self.room = if self.threads.is_empty() { 0 } else { RUNS_IN_FLIGHT };
    }

    fn give(&mut self, lane: usize, job: Job) {
        self.shared.lock().lanes[lane].jobs.push_back(job);
        self.shared.changed.notify_all();
        drop(self.shared.work_until(|board| board.lanes[lane].has_room(self.room)));
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        // A thread that panicked has nothing left to give back; what it was to compute is not asked for any more.
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Board> {
        // The board is whole between any two of its operations.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does jobs, or waits while others do, until `wanted` holds.
    fn work_until(&self, wanted: impl Fn(&Board) -> bool) -> MutexGuard<'_, Board> {
        let mut board = self.lock();
        while !wanted(&board) {
            board = match board.take() {
                Some((lane, mut rolling, job)) => {
                    drop(board);
                    rolling.work(job);
                    let mut board = self.lock();
                    board.lanes[lane].idle = Some(rolling);
                    self.changed.notify_all();
                    board
                }
                None => self.changed.wait(board).unwrap_or_else(PoisonError::into_inner),
            };
        }
        board
    }
}

impl Board {
    /// A job that can be done now, and the hash it is for.
    fn take(&mut self) -> Option<(usize, Rolling, Job)> {
        // The lane that is furthest behind decides when all is done.
        let longest = |(_, lane): &(usize, &mut Lane)| lane.jobs.len();
        let ready = |(_, lane): &(usize, &mut Lane)| lane.idle.is_some() && !lane.jobs.is_empty();
        let (index, lane) = self.lanes.iter_mut().enumerate().filter(ready).max_by_key(longest)?;
        Some((index, lane.idle.take()?, lane.jobs.pop_front()?))
    }
}

impl Lane {
    fn is_done(&self) -> bool {
        self.jobs.is_empty() && self.idle.is_some()
    }

    /// Whether the caller may go on: with no room at all, only once everything is done.
    fn has_room(&self, room: usize) -> bool {
        self.jobs.len() < room || self.is_done()
    }
}

impl Rolling {
    fn work(&mut self, job: Job) {
        match job {
            Job::Hash(run) => self.hash.update(run.bytes()),
            Job::Mark => self.marks.push(self.hash.clone().finalize().into()),
        }
    }
}

#[cfg(test)]
mod tests;
