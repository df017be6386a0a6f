//! Checking an artifact: whether there is anything to do, and if so, taking a copy of it.

use std::fs::File;
use std::path::PathBuf;

use super::Published;
use super::job::Job;
use super::record::{self, Record, Source};
use super::temporary::step_file;
use crate::error::{Error, Result};
use crate::sys::files::Staged;
use crate::sys::hashing;

/// An artifact of cargo's, checked while cargo held its lock.
pub(super) enum Checked {
    /// There is nothing to do.
    Fresh(Published),
    /// Its bytes are ours now.
    Copied(Copied),
}

/// A copy of an artifact of cargo's.
pub(super) struct Copied {
    pub(super) file_name: PathBuf,
    pub(super) built: Staged,
    pub(super) source: Source,
}

/// Checks an artifact while cargo holds its lock: looks whether there is anything to do, and copies it
/// if so. cargo's own file is a hard link, and is never written.
///
/// # Errors
///
/// Exit code 4.
pub(super) fn check(job: &Job) -> Result<Checked> {
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
