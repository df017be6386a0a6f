//! What is told of what was removed.

use serde_json::json;

use super::{GOOD, Report};
use crate::error::Result;
use crate::module::optimize::Cleared;
use crate::ops::clean::Cleaned;
use crate::text::escape::escape;
use crate::text::size::human;

impl Report {
    /// A directory that was emptied.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cleaned(&self, cleaned: &Cleaned) -> Result<()> {
        let Cleaned { directory, removed: Cleared { files, bytes } } = cleaned;
        if self.is_json() {
            return self.json(&json!({
                "directory": directory.to_string_lossy(),
                "files": files,
                "bytes": bytes,
            }));
        }
        let noun = if *files == 1 { "file" } else { "files" };
        let directory = escape(&directory.display().to_string());
        self.result(&format!(
            "{GOOD}{:>12}{GOOD:#} {files} {noun}, {}, from {directory}",
            "Removed",
            human(*bytes)
        ))
    }
}
