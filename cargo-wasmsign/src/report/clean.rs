//! What is told of what was removed.

use std::path::Path;

use serde_json::json;

use super::size::human;
use super::{GOOD, Report};
use crate::error::Result;
use crate::escape::escape;
use crate::optimize::Cleared;

impl Report {
    /// A directory that was emptied.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cleared(&self, directory: &Path, cleared: Cleared) -> Result<()> {
        let Cleared { files, bytes } = cleared;
        if self.is_json() {
            return self.json(&json!({
                "directory": directory.to_string_lossy(),
                "files": files,
                "bytes": bytes,
            }));
        }
        let noun = if files == 1 { "file" } else { "files" };
        let directory = escape(&directory.display().to_string());
        self.result(&format!(
            "{GOOD}{:>12}{GOOD:#} {files} {noun}, {}, from {directory}",
            "Removed",
            human(bytes)
        ))
    }
}
