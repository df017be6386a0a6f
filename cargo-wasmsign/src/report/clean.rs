//! What is printed of removed files.

use schemars::JsonSchema;
use serde::Serialize;

use super::printer::Line;
use super::printer::Report;
use super::values::path_text;
use crate::error::Result;
use crate::ops::clean::Cleaned;
use crate::text::escape::escape;
use crate::text::size::human;

/// A directory that was emptied.
#[derive(Serialize, JsonSchema)]
pub(super) struct Clean {
    /// The directory.
    directory: String,
    /// How many files were removed.
    files: u64,
    /// How many bytes they had.
    bytes: u64,
}

impl Report {
    /// A directory that was emptied.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn cleaned(&self, cleaned: &Cleaned) -> Result<()> {
        let Cleaned { directory, removed } = cleaned;
        let (files, bytes) = (removed.files, removed.bytes);
        self.line(&Clean { directory: path_text(directory), files, bytes })
    }
}

impl Line for Clean {
    fn show(&self, report: &Report) -> Result<()> {
        let Self { directory, files, bytes } = self;
        let noun = if *files == 1 { "file" } else { "files" };
        let text = format!("{files} {noun}, {}, from {}", human(*bytes), escape(directory));
        report.done("Removed", &text)
    }
}
