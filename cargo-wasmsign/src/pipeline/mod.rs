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
pub use recipe::{Place, Recipe};
pub use record::sha256 as digest;
pub use transform::find as find_transform;
pub use workers::{Desk, Event, run};

use crate::error::{Error, Result};
use crate::project::Artifact;
use crate::sys::files::Staged;
use finish::Made;
use record::{Record, Source};
use steps::{Work, step_file};

/// An artifact of cargo's, taken while cargo held its lock.
enum Taken {
    /// There is nothing to do.
    Fresh(Published),
    /// Its bytes are ours now.
    Copied(Copied),
}

/// What is to be made of an artifact, and where it goes.
#[derive(Clone)]
pub struct Order {
    /// The artifact.
    pub artifact: Artifact,
    /// What is done to it.
    pub recipe: Arc<Recipe>,
    /// Where it goes.
    pub place: Arc<Place>,
}

impl Order {
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

/// Takes an artifact while cargo holds its lock: looks whether there is anything to do, and copies it
/// if so. cargo's own file is a hard link, and is never written.
///
/// # Errors
///
/// Exit code 4.
fn take(order: &Order) -> Result<Taken> {
    let Order { artifact, recipe, place } = order;
    let failed =
        |source| Error::io(format!("failed to read `{}`", artifact.path.display()), source);
    let file_name = artifact.file_name();
    place.make_room(&file_name)?;
    let built = record::sha256(&artifact.path).map_err(failed)?;
    let fingerprint = recipe.fingerprint(&file_name, place);
    let mut source = Source { fingerprint, built };
    let published = place.published.join(&file_name);
    if let Some(fresh) = Record::fresh(&record::path(&place.state, &file_name), recipe, &source)
        && fresh.path == published
    {
        return Ok(Taken::Fresh(fresh));
    }
    let mut built = step_file(place, &file_name, "built")?;
    let from = File::open(&artifact.path).map_err(failed)?;
    // The bytes that are copied are the ones that count, should they be others by now.
    source.built = record::copy_hashed(from, built.file()).map_err(|source| {
        Error::io(
            format!(
                "failed to copy `{}` to `{}`",
                artifact.path.display(),
                place.published.display()
            ),
            source,
        )
    })?;
    Ok(Taken::Copied(Copied { file_name, built, source }))
}

/// A module that is there, or waits for its name.
pub enum Finished {
    /// It was published before.
    Fresh(Box<(Order, Published)>),
    /// It is made, and seen by nobody yet.
    Made(Box<Made>),
}

impl Finished {
    /// Puts the module in its place, for everybody to see.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn publish(self) -> Result<(Order, Published)> {
        match self {
            Self::Fresh(module) => Ok(*module),
            Self::Made(module) => module.publish(),
        }
    }
}

impl Copied {
    /// Takes every step but the last: what was published before is still there.
    ///
    /// # Errors
    ///
    /// Those of each step.
    fn make(self, order: &Order, cores: usize, observer: &dyn Observer) -> Result<Made> {
        let work = Work { order, cores, observer, file_name: &self.file_name };
        work.run(self.built, self.source)
    }
}
