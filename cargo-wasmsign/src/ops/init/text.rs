//! Text files.

use std::path::Path;

use crate::error::{Error, Result};

/// A text file that may not be there yet.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Error::usage(format!("`{}` is not text in UTF-8", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io(format!("failed to read `{}`", path.display()), source)),
    }
}
