//! What every step of a job has to know.

use std::path::Path;

use super::job::Job;
use super::recipe::Recipe;
use super::temporary::step_file;
use super::{Observer, Step};
use crate::error::Result;
use crate::sys::files::Staged;

/// One job, and who does it.
pub(super) struct Context<'a> {
    pub(super) job: &'a Job,
    /// The optimizer's threads.
    pub(super) cores: usize,
    pub(super) observer: &'a dyn Observer,
    pub(super) file_name: &'a Path,
}

impl Context<'_> {
    pub(super) fn recipe(&self) -> &Recipe {
        &self.job.recipe
    }

    pub(super) fn notify(&self, step: Step) {
        self.observer.step(&self.job.artifact.target.name, step);
    }

    /// A temporary file for one step.
    pub(super) fn step_file(&self, step: &str) -> Result<Staged> {
        step_file(&self.job.output, self.file_name, step)
    }
}
