//! The jobs that may run at once, shared with cargo: one token a job, and cargo's compilers take theirs from the same
//! heap (the protocol of GNU make).

use std::io;
use std::process::Command;

use jobserver::{Acquired, Client};

use crate::error::{Error, Result};

/// More jobs than this are as many as this: each is a thread, and its token takes room in a pipe.
const MOST_JOBS: usize = 256;

/// A heap of tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    client: Client,
    jobs: usize,
}

/// The right to run on some cores, given back when it is dropped.
#[derive(Debug)]
pub struct Cores(Vec<Acquired>);

impl Tokens {
    /// Tokens for this many jobs. One of them is cargo's while it runs: see [`Tokens::share`].
    ///
    /// # Errors
    ///
    /// Exit code 4: the system has no pipe to give.
    pub fn new(jobs: usize) -> Result<Self> {
        let jobs = jobs.clamp(1, MOST_JOBS);
        Ok(Self { client: Client::new(jobs - 1).map_err(failed)?, jobs })
    }

    /// How many jobs there may be.
    pub fn jobs(&self) -> usize {
        self.jobs
    }

    /// Has a cargo that is yet to be started take its tokens here. It holds one without asking.
    pub fn share(&self, cargo: &mut Command) {
        self.client.configure(cargo);
    }

    /// Says that no cargo runs any more: the token it held without asking is free.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cargo_ended(&self) -> Result<()> {
        self.client.release_raw().map_err(failed)
    }

    /// Waits for a core, and takes more of them if nobody else wants them now.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cores(&self, at_most: usize) -> Result<Cores> {
        let mut cores = vec![self.client.acquire().map_err(failed)?];
        // Should somebody else be quicker than this look, we wait for the next one: as rare as it is short. Not every
        // system can look: one core is enough then.
        while cores.len() < at_most && self.client.available().is_ok_and(|free| free > 0) {
            cores.push(self.client.acquire().map_err(failed)?);
        }
        Ok(Cores(cores))
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

    #[test]
    fn there_are_as_many_cores_as_jobs_once_cargo_has_ended() {
        let tokens = Tokens::new(3).unwrap();
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
        let tokens = Tokens::new(1).unwrap();
        assert_eq!(tokens.client.available().unwrap(), 0);
        tokens.cargo_ended().unwrap();
        assert_eq!(tokens.cores(4).unwrap().count(), 1);
    }
}
