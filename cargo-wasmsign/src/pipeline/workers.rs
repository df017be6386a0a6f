//! Modules on their way side by side, while their source still makes others.
//!
//! The source (a cargo that runs, or what one has said before) has a thread of its own, and a few look at what it gives:
//! most of it may be fresh. Each worker has a thread too. What they
//! have to tell goes through one channel to the caller, who alone speaks. After the first error no further module is
//! begun, unless it is to keep going; those that are on their way come to their end.

use std::collections::VecDeque;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Copied, Finished, Made, Observer, Order, Step, Taken, take};
use crate::error::{Error, Result};
use crate::sys::tokens::Tokens;

/// How long the first module waits for the end of its source, so that it can have all cores.
const SETTLING: Duration = Duration::from_millis(40);

/// What happens, in the order in which it is told.
pub enum Event<T> {
    /// The source has something to say.
    Said(T),
    /// The source has come to its end.
    Ended,
    /// Something was done to the module of this name.
    Step(String, Step),
    /// A module could not be made.
    Failed(Error),
}

/// Where the source puts down what it has.
pub struct Desk<'a, T> {
    events: Sender<Event<T>>,
    queue: &'a Queue,
}

/// How many artifacts are looked at side by side, at most.
const LOOKS: usize = 4;

/// The modules that wait for a worker.
#[derive(Default)]
struct Queue {
    /// Whether other modules are begun though one could not be made.
    keep_going: bool,
    state: Mutex<State>,
    changed: Condvar,
    /// An artifact is there to be looked at, or none will be.
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    /// How many modules there were until now.
    count: usize,
    /// What nobody has looked at yet.
    arrivals: VecDeque<(usize, Order)>,
    /// No further one will arrive.
    complete: bool,
    waiting: VecDeque<(usize, Order, Copied)>,
    /// How many modules are in the hands of a worker.
    running: usize,
    /// What is done, each with its place in the order of the source.
    finished: Vec<(usize, Finished)>,
    /// No further one will come.
    closed: bool,
    /// No further one is to be begun.
    stopped: bool,
}

/// What came of it all.
pub struct Outcome {
    /// The modules that can be published, in the order of the source.
    pub finished: Vec<Finished>,
    /// Whether the caller could tell of everything.
    pub told: Result<()>,
    /// Whether the source came to its end.
    pub source: Result<()>,
}

impl<T> Desk<'_, T> {
    /// Tells the caller something.
    pub fn say(&self, words: T) {
        self.send(Event::Said(words));
    }

    fn send(&self, event: Event<T>) {
        // The other end is there until every one of these is gone.
        let _ = self.events.send(event);
    }

    /// Gives an artifact to whoever is free to look whether there is anything to do.
    pub fn take(&self, order: Order) {
        let mut state = self.queue.lock();
        let index = state.count;
        state.count += 1;
        state.arrivals.push_back((index, order));
        self.queue.arrived.notify_one();
    }
}

/// Runs `source` and makes what it gives, and tells the caller what happens meanwhile. After an error it begins no
/// further module, unless it is to keep going.
pub fn run<T: Send>(
    tokens: &Tokens,
    keep_going: bool,
    source: impl FnOnce(&Desk<'_, T>) -> Result<()> + Send,
    mut tell: impl FnMut(Event<T>) -> Result<()>,
) -> Outcome {
    let queue = Queue { keep_going, ..Queue::default() };
    let (events, inbox) = channel();
    let (told, source) = thread::scope(|scope| {
        for _ in 0..tokens.jobs() {
            let worker = Worker { tokens, queue: &queue, events: events.clone() };
            scope.spawn(move || worker.work());
        }
        let desk = Desk { events, queue: &queue };
        let source = scope.spawn(move || {
            let result = looked_at(&desk, source, tokens.jobs().min(LOOKS));
            desk.queue.close(result.is_err());
            desk.send(Event::Ended);
            result
        });
        let mut result = Ok(());
        for event in inbox {
            let failed = matches!(event, Event::Failed(_)) && !keep_going;
            let told = tell(event);
            if failed || told.is_err() {
                queue.stop();
            }
            result = result.and(told);
        }
        (result, joined(source))
    });
    let mut finished = std::mem::take(&mut queue.lock().finished);
    finished.sort_by_key(|(index, _)| *index);
    let finished = finished.into_iter().map(|(_, module)| module).collect();
    Outcome { finished, told, source }
}

/// Runs `source`, and looks at what it gives on threads of their own.
fn looked_at<T: Send>(
    desk: &Desk<'_, T>,
    source: impl FnOnce(&Desk<'_, T>) -> Result<()>,
    threads: usize,
) -> Result<()> {
    let queue = desk.queue;
    thread::scope(|scope| {
        let looks: Vec<_> = (0..threads).map(|_| scope.spawn(|| queue.look())).collect();
        let result = source(desk);
        queue.complete();
        looks.into_iter().fold(result, |result, thread| result.and(joined(thread)))
    })
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// One thread that makes modules.
struct Worker<'a, T> {
    tokens: &'a Tokens,
    queue: &'a Queue,
    events: Sender<Event<T>>,
}

impl<T: Send> Worker<'_, T> {
    /// Makes modules until there are none left.
    fn work(self) {
        while let Some(modules) = self.queue.wait() {
            if let Err(error) = self.make_one(self.tokens.jobs().div_ceil(modules)) {
                self.send(Event::Failed(error));
            }
        }
    }

    fn make_one(&self, share: usize) -> Result<()> {
        // The cores first: another worker that has one may be quicker.
        let cores = self.tokens.cores(share)?;
        let Some((index, order, copied)) = self.queue.begin() else { return Ok(()) };
        // It ends while the cores are ours: whoever gets them next is to know whether there is more to begin.
        self.queue.end(index, copied.make(&order, cores.count(), self))
    }

    fn send(&self, event: Event<T>) {
        // The other end is there until every one of these is gone.
        let _ = self.events.send(event);
    }
}

impl<T: Send> Observer for Worker<'_, T> {
    fn step(&self, name: &str, step: Step) {
        self.send(Event::Step(name.to_owned(), step));
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two of its operations.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at artifacts until no more will arrive: takes those that there is something to do for.
    fn look(&self) -> Result<()> {
        while let Some((index, order)) = self.arrival() {
            let order = order.settled();
            let taken = take(&order).inspect_err(|_| self.stop())?;
            let mut state = self.lock();
            match taken {
                Taken::Fresh(published) => {
                    state.finished.push((index, Finished::Fresh(Box::new((order, published)))));
                }
                Taken::Copied(copied) if !state.stopped => {
                    state.waiting.push_back((index, order, copied));
                    // Nobody is woken for a module that there is nothing to do for.
                    self.changed.notify_all();
                }
                Taken::Copied(_) => {}
            }
        }
        Ok(())
    }

    /// The next artifact that nobody has looked at; none where no more will arrive.
    fn arrival(&self) -> Option<(usize, Order)> {
        let idle = |state: &mut State| state.arrivals.is_empty() && !state.complete;
        let state = self.arrived.wait_while(self.lock(), idle);
        state.unwrap_or_else(PoisonError::into_inner).arrivals.pop_front()
    }

    /// No further artifact will arrive.
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
    fn begin(&self) -> Option<(usize, Order, Copied)> {
        let mut state = self.lock();
        let next = state.waiting.pop_front()?;
        state.running += 1;
        Some(next)
    }

    /// Keeps what was made of a module, or begins no further one where it could not be made.
    fn end(&self, index: usize, made: Result<Made>) -> Result<()> {
        let mut state = self.lock();
        state.running -= 1;
        match made {
            Ok(made) => state.finished.push((index, Finished::Made(Box::new(made)))),
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
