//! What is printed of manual pages.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use super::printer::Line;
use super::printer::Report;
use super::values::path_text;
use crate::error::Result;
use crate::text::escape::escape;

/// The pages of the manual that were written.
#[derive(Serialize, JsonSchema)]
pub(super) struct Manual {
    /// Their paths.
    pages: Vec<String>,
}

impl Report {
    /// The pages of the manual that were written.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn manual(&self, pages: &[PathBuf]) -> Result<()> {
        self.line(&Manual { pages: pages.iter().map(|path| path_text(path)).collect() })
    }
}

impl Line for Manual {
    fn show(&self, report: &Report) -> Result<()> {
        self.pages.iter().try_for_each(|page| report.done("Created", &escape(page)))
    }
}
