//! The list of dependencies that `auditable = true` promises.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use wasmsign_core::inspect;
use wasmsign_core::wasm::Kind;

use crate::error::{Error, Result, of_module};

/// The section that cargo-auditable makes.
pub const LIST: &str = ".dep-v0";

/// How deep components may lie in each other to be looked into.
const DEPTH: usize = 64;

/// Refuses a module without the list; a component has it in one of its modules.
///
/// # Errors
///
/// Tool; io, where the module cannot be read.
pub(super) fn refuse_without(name: &Path, kind: Kind, file: &File) -> Result<()> {
    let failed = |source| Error::io(format!("failed to read `{}`", name.display()), source);
    let length = file.metadata().map_err(failed)?.len();
    match has_list(name, kind, file, 0..length, 0)? {
        true => Ok(()),
        false => Err(Error::tool(format!(
            "`{}` has no section `{LIST}`, which `auditable = true` requires",
            name.display()
        ))
        .advice(
            "something removed it: check `strip` in the profile (`debuginfo` keeps the section), \
             `transform` and `optimize.passes`; or set `auditable = false`",
        )),
    }
}

fn has_list(
    name: &Path,
    kind: Kind,
    mut file: &File,
    range: Range<u64>,
    depth: usize,
) -> Result<bool> {
    let failed = |source| Error::io(format!("failed to read `{}`", name.display()), source);
    file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    let content = file.take(range.end - range.start);
    let (sections, _) = inspect::sections(content).map_err(|error| of_module(name, error))?;
    for section in sections {
        if section.name() == Some(LIST) {
            return Ok(true);
        }
        let inner = match (kind, section.id) {
            (Kind::Component, 1) => Kind::Module,
            (Kind::Component, 4) => Kind::Component,
            _ => continue,
        };
        let range = section.payload.start + range.start..section.payload.end + range.start;
        if depth < DEPTH && has_list(name, inner, file, range, depth + 1)? {
            return Ok(true);
        }
    }
    Ok(false)
}
