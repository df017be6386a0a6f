//! Custom sections that name places in the code: once the code is another, they name the wrong ones.

use std::path::Path;

use super::frames;
use crate::error::Result;

/// What Binaryen reads as part of the code, and writes anew with it, since version 124.
const HINTS: [&str; 2] = ["metadata.code.branch_hint", "metadata.code.inline"];

/// Whether a section of this name names places in code that was changed since; `keeps_hints` is whether whoever changed
/// it has brought hints along.
pub fn is_stale(section: &str, keeps_hints: bool) -> bool {
    let is_place = section.starts_with("metadata.code.")
        || section.starts_with("reloc.")
        || section == "linking";
    is_place && !(keeps_hints && HINTS.contains(&section))
}

/// The module without these sections; `None` where it has none of them.
///
/// # Errors
///
/// Malformed.
pub fn without_stale(name: &Path, module: &[u8], keeps_hints: bool) -> Result<Option<Vec<u8>>> {
    let goes = |section: &str| is_stale(section, keeps_hints);
    let has_any = frames::sections(name, module)?.iter().any(|one| one.name().is_some_and(goes));
    has_any.then(|| frames::without(name, module, goes)).transpose()
}
