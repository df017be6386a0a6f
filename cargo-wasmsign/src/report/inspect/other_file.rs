//! What is printed of a file that is no module, beside which signatures stand.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::known::{self, KnownSignature};
use crate::error::Result;
use crate::ops::inspect::OtherFile;
use crate::report::printer::{Line, Report};
use crate::report::values::path_text;
use crate::text::escape::escape;
use crate::text::size::human;

/// A file that is no WebAssembly, and the signatures beside it. Nothing of it is verified.
#[derive(Serialize, JsonSchema)]
pub(in crate::report) struct InspectFile {
    /// The file, as it was named.
    file: String,
    /// Its length in bytes.
    size: u64,
    /// Every signature beside it whose format is known.
    known_signatures: Vec<KnownSignature>,
}

impl Report {
    /// The signatures beside a file that is no module.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub(crate) fn other_file(&self, path: &Path, file: &OtherFile) -> Result<()> {
        self.line(&InspectFile {
            file: path_text(path),
            size: file.size,
            known_signatures: KnownSignature::all_beside(&file.beside, file.size, None),
        })
    }
}

impl Line for InspectFile {
    fn show(&self, report: &Report) -> Result<()> {
        let (file, size) = (escape(&self.file), self.size);
        report.result(&format!("{file}: no WebAssembly, {} ({size} bytes)", human(size)))?;
        known::show(&self.known_signatures, report)
    }
}
