//! The jobs that may run at once, shared with cargo: one token a job, and cargo's compilers take theirs from the same
//! heap (the protocol of GNU make). Where a make has started us, its heap is the one, or what fills ours.

#[cfg(unix)]
mod inherited;

use std::io;
use std::process::Command;
use std::sync::Arc;

use jobserver::{Acquired, Client};

#[cfg(unix)]
use self::inherited::{Feeder, Inherited};
use crate::error::{Error, Result};

/// More jobs than this are as many as this: each is a thread, and its token takes room in a pipe.
const MOST_JOBS: usize = 256;

/// How many jobs there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// So many, as somebody has said.
    Stated(usize),
    /// So many, where nobody has said anything.
    Usual(usize),
}

/// A heap of tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    heap: Heap,
    jobs: usize,
}

#[derive(Debug, Clone)]
enum Heap {
    /// Ours. What fills it, where it is not full from the start, goes with it.
    Own(
        Client,
        #[expect(dead_code, reason = "dropping it gives make its tokens back")]
        Option<Arc<Filling>>,
    ),
    /// That of the make that has started us.
    #[cfg(unix)]
    Inherited(Arc<Inherited>),
}

#[cfg(unix)]
type Filling = Feeder;
#[cfg(not(unix))]
type Filling = ();

/// The right to run on some cores, given back when it is dropped.
#[derive(Debug)]
pub struct Cores(Vec<Token>);

/// One of them. It is kept for what happens when it is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "dropping a token gives it back")]
enum Token {
    Own(Acquired),
    #[cfg(unix)]
    Inherited(inherited::Token),
}

impl Jobs {
    /// How many they are.
    pub fn count(self) -> usize {
        let (Self::Stated(count) | Self::Usual(count)) = self;
        count.clamp(1, MOST_JOBS)
    }
}

impl Tokens {
    /// Tokens for these jobs. One of them is cargo's while it runs: see [`Tokens::share`].
    ///
    /// # Errors
    ///
    /// Exit code 4: the system has no pipe to give.
    pub fn new(jobs: Jobs) -> Result<Self> {
        Ok(Self { heap: Heap::new(jobs).map_err(failed)?, jobs: jobs.count() })
    }

    /// How many jobs there may be.
    pub fn jobs(&self) -> usize {
        self.jobs
    }

    /// Has a cargo that is yet to be started take its tokens here. It holds one without asking.
    pub fn share(&self, cargo: &mut Command) {
        match &self.heap {
            Heap::Own(client, _) => client.configure(cargo),
            // What we have inherited, cargo inherits.
            #[cfg(unix)]
            Heap::Inherited(_) => {}
        }
    }

    /// Signals that cargo has ended: its implicit token is free.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cargo_ended(&self) -> Result<()> {
        match &self.heap {
            Heap::Own(client, _) => client.release_raw().map_err(failed),
            #[cfg(unix)]
            Heap::Inherited(heap) => {
                heap.free_own();
                Ok(())
            }
        }
    }

    /// Waits for a core, and takes more of them if no one else is waiting.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cores(&self, at_most: usize) -> Result<Cores> {
        let mut cores = vec![self.heap.acquire().map_err(failed)?];
        while cores.len() < at_most {
            match self.heap.another().map_err(failed)? {
                Some(core) => cores.push(core),
                None => break,
            }
        }
        Ok(Cores(cores))
    }
}

impl Heap {
    #[cfg(unix)]
    fn new(jobs: Jobs) -> io::Result<Self> {
        let own = |tokens| Client::new(tokens);
        match (Inherited::find(), jobs) {
            (None, jobs) => Ok(Self::Own(own(jobs.count() - 1)?, None)),
            (Some(heap), Jobs::Stated(_)) if heap.may_exceed(jobs.count()) => {
                // Two limits: what was said binds us and cargo, and make's tokens are what both of us run on.
                let client = own(0)?;
                let feeder = Feeder::start(heap, client.clone(), jobs.count() - 1)?;
                Ok(Self::Own(client, Some(Arc::new(feeder))))
            }
            (Some(heap), _) => Ok(Self::Inherited(Arc::new(heap))),
        }
    }

    /// The heap of a make cannot be had without `unsafe` here: cargo has one with us all the same.
    #[cfg(not(unix))]
    fn new(jobs: Jobs) -> io::Result<Self> {
        Ok(Self::Own(Client::new(jobs.count() - 1)?, None))
    }

    fn acquire(&self) -> io::Result<Token> {
        match self {
            Self::Own(client, _) => client.acquire().map(Token::Own),
            #[cfg(unix)]
            Self::Inherited(heap) => Inherited::acquire(heap).map(Token::Inherited),
        }
    }

    /// A token, if there is one just now.
    fn another(&self) -> io::Result<Option<Token>> {
        match self {
            // Should somebody else be quicker than this look, we wait for the next one: as rare as it is short. Not every
            // system can look: one core is enough then.
            Self::Own(client, _) if client.available().is_ok_and(|free| free > 0) => {
                client.acquire().map(|token| Some(Token::Own(token)))
            }
            Self::Own(..) => Ok(None),
            #[cfg(unix)]
            Self::Inherited(heap) => Ok(Inherited::another(heap)?.map(Token::Inherited)),
        }
    }
}

impl Cores {
    /// How many there are, at least one.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

fn failed(source: io::Error) -> Error {
    Error::io("failed to share jobs with cargo", source)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens of these tests only, whatever has started them.
    fn own(jobs: usize) -> Tokens {
        Tokens { heap: Heap::Own(Client::new(jobs - 1).unwrap(), None), jobs }
    }

    #[test]
    fn there_are_as_many_cores_as_jobs_once_cargo_has_ended() {
        let tokens = own(3);
        let all_but_cargos = tokens.cores(9).unwrap();
        assert_eq!(all_but_cargos.count(), 2);
        tokens.cargo_ended().unwrap();
        assert_eq!(tokens.cores(9).unwrap().count(), 1);
        drop(all_but_cargos);
        assert_eq!(tokens.cores(9).unwrap().count(), 3);
        assert_eq!(tokens.cores(2).unwrap().count(), 2);
    }

    #[test]
    fn a_single_job_is_cargos_until_it_ends() {
        let tokens = own(1);
        assert!(tokens.heap.another().unwrap().is_none());
        tokens.cargo_ended().unwrap();
        assert_eq!(tokens.cores(4).unwrap().count(), 1);
    }

    #[test]
    fn jobs_are_no_fewer_than_one_and_not_too_many() {
        assert_eq!(Jobs::Stated(0).count(), 1);
        assert_eq!(Jobs::Usual(100_000).count(), MOST_JOBS);
    }
}
