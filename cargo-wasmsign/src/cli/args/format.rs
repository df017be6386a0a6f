//! The flags about signature formats.

use std::path::Path;

use wasmsign_core::formats::Format;

use crate::error::{Error, Result};
use crate::ops::verify::Asked;
use crate::text::nearest::suggestion;

/// The heading of what some formats must be told.
pub(super) const OTHER_FORMATS: &str = "Other formats";

/// More than anybody signs besides a module.
const MAX_ADDITIONAL_DATA: u64 = 1 << 30;

/// Reads the name of a format.
pub(super) fn format_name(text: &str) -> Result<Format, String> {
    let known = Format::NAMES.iter().find(|(name, _)| *name == text);
    known.map(|(_, format)| *format).ok_or_else(|| {
        let names: Vec<_> = Format::NAMES.iter().map(|(name, _)| *name).collect();
        suggestion(text, &names, "the formats are")
    })
}

/// Reads the name of a format, or `auto`.
pub(super) fn asked(text: &str) -> Result<Asked, String> {
    match text {
        "auto" => Ok(Asked::Auto),
        _ => format_name(text).map(Asked::Format),
    }
}

/// The additional data that `--aad` names: the content of a file of that name where there is one, else the text.
///
/// # Errors
///
/// Exit code 4 where the file cannot be read.
pub fn additional_data(argument: Option<&str>) -> Result<Vec<u8>> {
    let Some(argument) = argument else { return Ok(Vec::new()) };
    let path = Path::new(argument);
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() > MAX_ADDITIONAL_DATA => {
            Err(Error::usage(format!("`{}` has more than 1 GiB", path.display()))
                .advice("pass the additional data that the signer has used"))
        }
        Ok(found) if found.is_file() => std::fs::read(path).map_err(failed),
        _ => Ok(argument.as_bytes().to_vec()),
    }
}
