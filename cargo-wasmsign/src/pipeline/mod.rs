//! From cargo's artifact to a published module: transform, optimize, transform, shape, sign, verify, publish.
//!
//! Everything happens on temporary files beside the place where the module will be; only the last
//! step, a rename, is seen by others. Nothing is printed here: an [`Observer`] is told.

pub(crate) mod finish;
pub(crate) mod steps;
pub(crate) mod workers;

mod auditable;
mod published;
mod recipe;
mod record;
mod transform;
mod unfinished;
mod waiting;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

pub use auditable::LIST as AUDITABLE_LIST;
pub use published::{Observer, Published, SignerLine, Sizes, Step};
pub use recipe::{OutputDirectory, Recipe};
pub use transform::find as find_transform;
pub use workers::{Event, Queue, run};

use crate::error::{Error, Result};
use crate::project::Artifact;
use crate::sys::files::Staged;
use crate::sys::hashing;
use finish::Unpublished;
use record::{Record, Source};
use steps::{Steps, step_file};

/// An artifact of cargo's, checked while cargo held its lock.
enum Checked {
    /// There is nothing to do.
    Fresh(Published),
    /// Its bytes are ours now.
    Copied(Copied),
}

/// A module that is to be made: the artifact, what is done to it, and where it goes.
#[derive(Clone)]
pub struct Job {
    /// The artifact.
    pub artifact: Artifact,
    /// What is done to it.
    pub recipe: Arc<Recipe>,
    /// Where it goes.
    pub output: Arc<OutputDirectory>,
}

impl Job {
    /// The same, with what the artifact's own `opt-level` decides.
    fn settled(self) -> Self {
        let recipe = Arc::new(self.recipe.for_opt_level(&self.artifact.opt_level));
        Self { recipe, ..self }
    }
}

/// A copy of an artifact of cargo's.
struct Copied {
    file_name: PathBuf,
    built: Staged,
    source: Source,
}

/// Checks an artifact while cargo holds its lock: looks whether there is anything to do, and copies it
/// if so. cargo's own file is a hard link, and is never written.
///
/// # Errors
///
/// Exit code 4.
fn check(job: &Job) -> Result<Checked> {
    let Job { artifact, recipe, output } = job;
    let failed =
        |source| Error::io(format!("failed to read `{}`", artifact.path.display()), source);
    let file_name = artifact.file_name();
    output.create(&file_name)?;
    let built = hashing::sha256(&artifact.path).map_err(failed)?;
    let fingerprint = recipe.fingerprint(&file_name, output);
    let mut source = Source { fingerprint, built };
    let published = output.published.join(&file_name);
    if let Some(fresh) = Record::fresh(&record::path(&output.state, &file_name), recipe, &source)
        && fresh.path == published
    {
        return Ok(Checked::Fresh(fresh));
    }
    let mut built = step_file(output, &file_name, "built")?;
    let from = File::open(&artifact.path).map_err(failed)?;
    // The bytes that are copied are the ones that count, should they be others by now.
    source.built = hashing::copy_with_sha256(from, built.file()).map_err(|source| {
        Error::io(
            format!(
                "failed to copy `{}` to `{}`",
                artifact.path.display(),
                output.published.display()
            ),
            source,
        )
    })?;
    Ok(Checked::Copied(Copied { file_name, built, source }))
}

/// A module that is there, or waits for its name.
pub enum Finished {
    /// It was published before.
    Fresh(Box<(Job, Published)>),
    /// It is made, and nobody sees it yet.
    New(Box<Unpublished>),
}

impl Finished {
    /// Puts the module in its place, for everybody to see.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn publish(self) -> Result<(Job, Published)> {
        match self {
            Self::Fresh(module) => Ok(*module),
            Self::New(module) => module.publish(),
        }
    }
}

impl Copied {
    /// Takes every step but the last: what was published before is still there.
    ///
    /// # Errors
    ///
    /// Those of each step.
    fn make(self, job: &Job, cores: usize, observer: &dyn Observer) -> Result<Unpublished> {
        let steps = Steps { job, cores, observer, file_name: &self.file_name };
        steps.run(self.built, self.source)
    }
}
