//! Modules that are made side by side, while their source still makes others.
//!
//! The source (a running cargo, or the messages of an earlier one) has a thread of its own. A few more check the jobs that
//! it queues: most of them may be fresh. Each worker has a thread too. What happens goes through one channel to the
//! caller, who alone prints. After the first error no further job is begun, unless the build is to keep going; those that
//! have begun are finished.

use std::collections::VecDeque;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::check::{Checked, Copied, check};
use super::finish::{Finished, Unpublished};
use super::steps::make;
use super::{Job, Observer, Step};
use crate::error::{Error, Result};
use crate::project::Line;
use crate::sys::tokens::Tokens;

/// How long the first module waits for the end of its source, so that it can have all cores.
const SETTLING: Duration = Duration::from_millis(40);

/// What happens, in this order.
pub enum Event {
    /// cargo has printed a line.
    CargoLine(Line),
    /// The source has ended.
    Ended,
    /// A step of the module of this name.
    Step(String, Step),
    /// A module could not be made.
    Failed(Error),
}

/// Where the source puts its jobs.
pub struct Queue<'a> {
    events: Sender<Event>,
    shared: &'a Shared,
}

/// How many artifacts are checked side by side, at most.
const CHECKERS: usize = 4;

/// The jobs as all threads see them.
#[derive(Default)]
struct Shared {
    /// Whether further jobs are begun though one has failed.
    keep_going: bool,
    state: Mutex<State>,
    changed: Condvar,
    /// A job is there to be checked, or none will be.
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    /// How many jobs there were until now.
    count: usize,
    /// Jobs that are not checked yet.
    arrivals: VecDeque<(usize, Job)>,
    /// No further one will arrive.
    complete: bool,
    waiting: VecDeque<(usize, Job, Copied)>,
    /// How many jobs have a worker now.
    running: usize,
    /// What is done, each with its place in the order of the source.
    finished: Vec<(usize, Finished)>,
    /// No further one will come.
    closed: bool,
    /// No further one is to be begun.
    stopped: bool,
}

/// What the jobs have made.
pub struct Outcome {
    /// The modules that can be published, in the order of the source.
    pub finished: Vec<Finished>,
    /// Whether the caller could handle every event.
    pub reported: Result<()>,
    /// Whether the source has ended well.
    pub source: Result<()>,
}

impl Queue<'_> {
    /// Passes a line of cargo's on to the caller.
    pub fn cargo_line(&self, line: Line) {
        self.send(Event::CargoLine(line));
    }

    fn send(&self, event: Event) {
        // The receiver is there until every sender is gone.
        let _ = self.events.send(event);
    }

    /// Adds a job, for the next free thread to check whether there is anything to do.
    pub fn push(&self, job: Job) {
        let mut state = self.shared.lock();
        let index = state.count;
        state.count += 1;
        state.arrivals.push_back((index, job));
        self.shared.arrived.notify_one();
    }
}

/// Runs `source`, makes the modules of its jobs, and calls `on_event` with what happens meanwhile. After an error it
/// begins no further job, unless it is to keep going.
pub fn run(
    tokens: &Tokens,
    keep_going: bool,
    source: impl FnOnce(&Queue<'_>) -> Result<()> + Send,
    mut on_event: impl FnMut(Event) -> Result<()>,
) -> Outcome {
    let shared = Shared { keep_going, ..Shared::default() };
    let (events, inbox) = channel();
    let (reported, source) = thread::scope(|scope| {
        for _ in 0..tokens.jobs() {
            let worker = Worker { tokens, shared: &shared, events: events.clone() };
            scope.spawn(move || worker.work());
        }
        let queue = Queue { events, shared: &shared };
        let source = scope.spawn(move || {
            let result = checked(&queue, source, tokens.jobs().min(CHECKERS));
            queue.shared.close(result.is_err());
            queue.send(Event::Ended);
            result
        });
        let mut result = Ok(());
        for event in inbox {
            let failed = matches!(event, Event::Failed(_)) && !keep_going;
            let handled = on_event(event);
            if failed || handled.is_err() {
                shared.stop();
            }
            result = result.and(handled);
        }
        (result, joined(source))
    });
    let mut finished = std::mem::take(&mut shared.lock().finished);
    finished.sort_by_key(|(index, _)| *index);
    let finished = finished.into_iter().map(|(_, module)| module).collect();
    Outcome { finished, reported, source }
}

/// Runs `source`, and checks its jobs on threads of their own.
fn checked(
    queue: &Queue<'_>,
    source: impl FnOnce(&Queue<'_>) -> Result<()>,
    threads: usize,
) -> Result<()> {
    let shared = queue.shared;
    thread::scope(|scope| {
        let checkers: Vec<_> = (0..threads).map(|_| scope.spawn(|| shared.check_jobs())).collect();
        let result = source(queue);
        shared.complete();
        checkers.into_iter().fold(result, |result, thread| result.and(joined(thread)))
    })
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// One thread that makes modules.
struct Worker<'a> {
    tokens: &'a Tokens,
    shared: &'a Shared,
    events: Sender<Event>,
}

impl Worker<'_> {
    /// Makes modules until there are none left.
    fn work(self) {
        while let Some(modules) = self.shared.wait() {
            if let Err(error) = self.make_one(self.tokens.jobs().div_ceil(modules)) {
                self.send(Event::Failed(error));
            }
        }
    }

    fn make_one(&self, share: usize) -> Result<()> {
        // The cores first: another worker that has one may be quicker.
        let cores = self.tokens.cores(share)?;
        let Some((index, job, copied)) = self.shared.begin() else { return Ok(()) };
        // It ends while the cores are ours: whoever gets them next is to know whether there is more to begin.
        self.shared.end(index, make(copied, &job, cores.count(), self))
    }

    fn send(&self, event: Event) {
        // The receiver is there until every sender is gone.
        let _ = self.events.send(event);
    }
}

impl Observer for Worker<'_> {
    fn step(&self, name: &str, step: Step) {
        self.send(Event::Step(name.to_owned(), step));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two of its operations.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks jobs until no more will arrive: those with something to do wait for a worker then.
    fn check_jobs(&self) -> Result<()> {
        while let Some((index, job)) = self.arrival() {
            let job = job.settled();
            let checked = check(&job).inspect_err(|_| self.stop())?;
            let mut state = self.lock();
            match checked {
                Checked::Fresh(published) => {
                    state.finished.push((index, Finished::Fresh(Box::new((job, published)))));
                }
                Checked::Copied(copied) if !state.stopped => {
                    state.waiting.push_back((index, job, copied));
                    // No worker is woken for a module that is fresh.
                    self.changed.notify_all();
                }
                Checked::Copied(_) => {}
            }
        }
        Ok(())
    }

    /// The next job that is not checked yet; none where no more will arrive.
    fn arrival(&self) -> Option<(usize, Job)> {
        let idle = |state: &mut State| state.arrivals.is_empty() && !state.complete;
        let state = self.arrived.wait_while(self.lock(), idle);
        state.unwrap_or_else(PoisonError::into_inner).arrivals.pop_front()
    }

    /// No further job will arrive.
    fn complete(&self) {
        self.lock().complete = true;
        self.arrived.notify_all();
    }

    /// Waits until there are modules to make, and gives the number of those that share the cores with it: those that
    /// wait, and those that are being made. None where no more will come.
    fn wait(&self) -> Option<usize> {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let state = self.changed.wait_while(self.lock(), idle);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        // A cargo that has made its last module ends at once, and leaves its core to us.
        let settled = self.changed.wait_timeout_while(state, SETTLING, |state| !state.closed);
        let (state, _) = settled.unwrap_or_else(PoisonError::into_inner);
        match state.waiting.len() {
            // Others have taken all there was.
            0 if !state.closed => {
                drop(state);
                self.wait()
            }
            0 => None,
            waiting => Some(waiting + state.running),
        }
    }

    /// Takes the next module that waits.
    fn begin(&self) -> Option<(usize, Job, Copied)> {
        let mut state = self.lock();
        let next = state.waiting.pop_front()?;
        state.running += 1;
        Some(next)
    }

    /// Keeps what was made of a module, or begins no further one where it could not be made.
    fn end(&self, index: usize, made: Result<Unpublished>) -> Result<()> {
        let mut state = self.lock();
        state.running -= 1;
        match made {
            Ok(made) => state.finished.push((index, Finished::New(Box::new(made)))),
            Err(error) => {
                if !self.keep_going {
                    state.stop();
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes no more modules, and drops those that wait if they are not wanted any more.
    fn close(&self, stop: bool) {
        if stop {
            self.stop();
        }
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Begins no further module.
    fn stop(&self) {
        self.lock().stop();
    }
}

impl State {
    fn stop(&mut self) {
        self.stopped = true;
        self.waiting.clear();
    }
}
