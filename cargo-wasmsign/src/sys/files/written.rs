//! Files that are written in one go.

use std::io::Write;
use std::path::Path;

use super::staged::{Access, Staged, exists};
use super::streams::{Output, open_stream, output_kind};
use crate::error::{Error, Result};

/// Writes a file, whole or not at all; over an existing one only with `force`.
///
/// # Errors
///
/// Exit code 2 where the file exists, 4.
pub fn write_whole(path: &Path, content: &[u8], force: bool) -> Result<()> {
    let failed = |source| Error::io(format!("failed to write `{}`", path.display()), source);
    if output_kind(path) == Output::Stream {
        return open_stream(path).and_then(|mut to| to.write_all(content)).map_err(failed);
    }
    if !force && path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    let mut staged = Staged::new(path, Access::Usual)?;
    staged.file().write_all(content).map_err(failed)?;
    staged.sync()?;
    if force { staged.publish() } else { staged.publish_new() }
}
