//! Before Binaryen, in a child: what the module needs, and what of it is edited.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::job::{Allowed, Job};
use super::{Features, detect, target_features};
use crate::edit;
use crate::error::{Error, Result};

/// A module that Binaryen can be given.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prepared {
    /// What Binaryen may use: what hosts know, and what the module needs besides, for a pass that lowers it.
    pub(super) features: Features,
    /// Whether it lies in the file for edited modules, and not where it was.
    pub(super) edited: bool,
}

/// Finds out what the job's module needs, edits it, and writes it to `edited` if anything was to be edited.
///
/// # Errors
///
/// Those of [`detect::detect`] and of the edits.
pub(super) fn prepare(job: &Job, edited: &Path) -> Result<Prepared> {
    let name = &job.name;
    let module = edit::read(name, &job.input)?;
    let features = needed(job, &module)?;
    let Some(module) = edit_module(job, module, &features)? else {
        return Ok(Prepared { features, edited: false });
    };
    // What only a dropped export needed is needed no more.
    let features = if job.exports.is_some() { needed(job, &module)? } else { features };
    let module = match &job.features {
        Allowed::Only(_) => declare(name, &module, &features)?,
        Allowed::Auto => module,
    };
    edit::write(name, edited, &module)?;
    Ok(Prepared { features, edited: true })
}

fn needed(job: &Job, module: &[u8]) -> Result<Features> {
    match &job.features {
        Allowed::Auto => detect::detect(&job.name, module),
        Allowed::Only(listed) => detect::detect_beyond(&job.name, module, listed),
    }
}

/// The edited module; `None` where nothing is to be edited.
fn edit_module(job: &Job, module: Vec<u8>, features: &Features) -> Result<Option<Vec<u8>>> {
    let declares_more = match &job.features {
        Allowed::Only(_) => declare(&job.name, &module, features)? != module,
        Allowed::Auto => false,
    };
    if job.exports.is_none() && !job.producers && !declares_more {
        return Ok(None);
    }
    let module = match &job.exports {
        Some(exports) => edit::keep_exports(&job.name, &module, exports, job.keep_debug)?,
        None => module,
    };
    if job.producers { edit::record(&job.name, &module).map(Some) } else { Ok(Some(module)) }
}

/// The module declaring no feature that is not among these.
fn declare(name: &Path, module: &[u8], features: &Features) -> Result<Vec<u8>> {
    edit::replaced(name, module, "target_features", |content| {
        target_features::restricted(content, features).map_err(|fault| {
            Error::malformed(format!("`{}` has a malformed `target_features`", name.display()))
                .because(fault.to_string())
        })
    })
}
