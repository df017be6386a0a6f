//! From cargo's artifact to a published module: optimize, shape, sign, verify, publish.
//!
//! Everything happens on temporary files beside the place where the module will be; only the last
//! step, a rename, is seen by others. Nothing is printed here: an [`Observer`] is told.

mod published;
mod recipe;
mod record;
mod work;

use std::fs::File;
use std::path::PathBuf;

use cargo_metadata::Target;

pub use published::{Observer, Published, SignerLine, Sizes, Step};
pub use recipe::{Place, Recipe};
pub use work::component;

use crate::cargo::Artifact;
use crate::error::{Error, Result};
use crate::files::Staged;
use record::Record;
use work::{Work, step_file};

/// An artifact of cargo's, taken while cargo held its lock.
pub enum Taken {
    /// There is nothing to do.
    Fresh(Published),
    /// Its bytes are ours now.
    Copied(Copied),
}

/// A copy of an artifact of cargo's.
pub struct Copied {
    file_name: PathBuf,
    built: Staged,
    digest: String,
}

/// Takes an artifact while cargo holds its lock: looks whether there is anything to do, and copies it
/// if so. cargo's own file is a hard link, and is never written.
///
/// # Errors
///
/// Exit code 4.
pub fn take(artifact: &Artifact, recipe: &Recipe, place: &Place) -> Result<Taken> {
    let failed =
        |source| Error::io(format!("failed to read `{}`", artifact.path.display()), source);
    let file_name = PathBuf::from(artifact.path.file_name().unwrap_or_default());
    let digest = record::sha256(&artifact.path).map_err(failed)?;
    let published = place.published.join(&file_name);
    if let Some(fresh) = Record::fresh(&record::path(&place.state, &file_name), recipe, &digest)
        && fresh.path == published
    {
        return Ok(Taken::Fresh(fresh));
    }
    let mut built = step_file(place, &file_name, "built")?;
    let from = File::open(&artifact.path).map_err(failed)?;
    // The bytes that are copied are the ones that count, should they be others by now.
    let digest = record::copy_hashed(from, built.file()).map_err(|source| {
        Error::io(
            format!(
                "failed to copy `{}` to `{}`",
                artifact.path.display(),
                place.published.display()
            ),
            source,
        )
    })?;
    Ok(Taken::Copied(Copied { file_name, built, digest }))
}

/// Makes the published module of a copied artifact.
///
/// # Errors
///
/// Those of each step; what was published before is still there then.
pub fn finish(
    copied: Copied,
    target: &Target,
    recipe: &Recipe,
    place: &Place,
    observer: &dyn Observer,
) -> Result<Published> {
    let work = Work { recipe, place, observer, file_name: &copied.file_name, target };
    work.run(copied.built, copied.digest)
}
