//! Rolling hashes on the caller's thread where the input is short, shared out among threads where it is long.
//!
//! A hash cannot be divided, but whoever is free can take its next run. So nobody waits for a thread that the system
//! has put aside, and two cores are enough for two hashes and the reading: the caller, when it is too far ahead,
//! hashes as well.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::vec::Vec;

use super::rolling::{Rolling, State};
use crate::digest::Hash;
use crate::limits::RUNS_IN_FLIGHT;
use crate::stream::chunks::Run;

/// What is to be done to a hash.
enum Job {
    Hash(Run),
    Mark,
}

impl Job {
    fn apply(self, state: &mut impl State) {
        match self {
            Self::Hash(run) => state.update(run.bytes()),
            Self::Mark => state.mark(),
        }
    }
}

/// Some hashes over the same stream. They never restart, and are read off at marks.
pub(crate) struct RollingHashes<S = Rolling> {
    shared: Arc<Shared<S>>,
    threads: Vec<JoinHandle<()>>,
    /// Runs that may wait for one hash.
    room: usize,
}

/// What the threads share.
struct Shared<S> {
    queues: Mutex<Queues<S>>,
    /// Signalled when a job is given or done, and at the end.
    changed: Condvar,
}

struct Queues<S> {
    hashes: Vec<Queue<S>>,
    closed: bool,
}

/// One hash and what is still to be done to it, in order.
struct Queue<S> {
    jobs: VecDeque<Job>,
    /// The state of the hash; none while a thread is at work on it.
    idle: Option<S>,
}

impl RollingHashes {
    /// So many SHA-256.
    pub(crate) fn new(count: usize) -> Self {
        Self::of(std::iter::repeat_with(Rolling::default).take(count))
    }

    /// The hashes noted so far. Waits until they are computed.
    pub(crate) fn marks(&mut self, which: usize) -> Vec<Hash> {
        let queues = self.shared.work_until(|queues| queues.hashes[which].is_done());
        let rolling = queues.hashes[which].idle.as_ref();
        rolling.expect("a hash that is done is idle").marks()
    }

    /// Notes the hash of everything so far.
    pub(crate) fn mark(&mut self, which: usize) {
        self.give(which, Job::Mark);
    }
}

impl<S: State> RollingHashes<S> {
    /// Those that begin so.
    pub(crate) fn of(states: impl Iterator<Item = S>) -> Self {
        let queue = |state| Queue { jobs: VecDeque::new(), idle: Some(state) };
        let hashes = states.map(queue).collect();
        let queues = Mutex::new(Queues { hashes, closed: false });
        let shared = Arc::new(Shared { queues, changed: Condvar::new() });
        Self { shared, threads: Vec::new(), room: 0 }
    }

    /// Hashes a run.
    pub(crate) fn hash(&mut self, which: usize, run: Run) {
        self.give(which, Job::Hash(run));
    }

    /// What the hashes have come to. Waits until they are computed.
    #[cfg(feature = "whole-file")]
    pub(crate) fn finish(self) -> Vec<S> {
        let done = |queues: &Queues<S>| queues.hashes.iter().all(Queue::is_done);
        let mut queues = self.shared.work_until(done);
        queues.hashes.drain(..).filter_map(|queue| queue.idle).collect()
    }

    /// Calls in threads, as many as there are hashes and free cores. Where the system has none to give, the caller
    /// does everything.
    pub(crate) fn call_threads(&mut self) {
        if !self.threads.is_empty() {
            return;
        }
        let hashes = self.shared.lock().hashes.len();
        let other_cores = thread::available_parallelism().map_or(1, NonZero::get) - 1;
        for _ in 0..hashes.min(other_cores) {
            let shared = Arc::clone(&self.shared);
            let work = move || drop(shared.work_until(|queues| queues.closed));
            let thread = thread::Builder::new().name("wasmsign-hash".into()).spawn(work);
            self.threads.extend(thread);
        }
        self.room = if self.threads.is_empty() { 0 } else { RUNS_IN_FLIGHT };
    }

    fn give(&mut self, which: usize, job: Job) {
        self.shared.lock().hashes[which].jobs.push_back(job);
        self.shared.changed.notify_all();
        drop(self.shared.work_until(|queues| queues.hashes[which].has_room(self.room)));
    }
}

impl<S> Drop for RollingHashes<S> {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        // A thread that panicked has nothing left to give back; what it was to compute is not asked for any more.
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, Queues<S>> {
        // The queues are whole between any two of its operations.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: State> Shared<S> {
    /// Does jobs, or waits while others do, until `wanted` holds.
    fn work_until(&self, wanted: impl Fn(&Queues<S>) -> bool) -> MutexGuard<'_, Queues<S>> {
        let mut queues = self.lock();
        while !wanted(&queues) {
            queues = match queues.take() {
                Some((which, mut rolling, job)) => {
                    drop(queues);
                    job.apply(&mut rolling);
                    let mut queues = self.lock();
                    queues.hashes[which].idle = Some(rolling);
                    self.changed.notify_all();
                    queues
                }
                None => self.changed.wait(queues).unwrap_or_else(PoisonError::into_inner),
            };
        }
        queues
    }
}

impl<S> Queues<S> {
    /// A job that can be done now, and the hash it is for.
    fn take(&mut self) -> Option<(usize, S, Job)> {
        // The hash that is furthest behind decides when all is done.
        let longest = |(_, queue): &(usize, &mut Queue<S>)| queue.jobs.len();
        let ready =
            |(_, queue): &(usize, &mut Queue<S>)| queue.idle.is_some() && !queue.jobs.is_empty();
        let (index, queue) =
            self.hashes.iter_mut().enumerate().filter(ready).max_by_key(longest)?;
        Some((index, queue.idle.take()?, queue.jobs.pop_front()?))
    }
}

impl<S> Queue<S> {
    fn is_done(&self) -> bool {
        self.jobs.is_empty() && self.idle.is_some()
    }

    /// Whether the caller may go on: with no room at all, only once everything is done.
    fn has_room(&self, room: usize) -> bool {
        self.jobs.len() < room || self.is_done()
    }
}

#[cfg(test)]
mod tests;
