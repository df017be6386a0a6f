//! What is printed of a new project.

use schemars::JsonSchema;
use serde::Serialize;

use super::printer::Line;
use super::printer::Report;
use super::values::path_text;
use crate::error::Result;
use crate::ops::new::Created;
use crate::text::escape::escape;
use crate::text::shell::shell_words;

/// A project that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct New {
    /// Its directory.
    project: String,
    /// What it was made from.
    template: &'static str,
    /// The name of its package, or of its host program.
    name: String,
    /// Its files, from its directory.
    files: Vec<String>,
    /// Those of them that nobody else may see, from its directory; git ignores them.
    secrets: Vec<String>,
    /// What to type next, in its directory.
    next: Vec<String>,
}

impl Report {
    /// A project that was made.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn created(&self, created: &Created) -> Result<()> {
        self.line(&New {
            project: path_text(&created.path),
            template: created.template.word(),
            name: created.name.clone(),
            files: created.files.clone(),
            secrets: created.secrets.clone(),
            next: created.next.clone(),
        })
    }
}

impl Line for New {
    fn show(&self, report: &Report) -> Result<()> {
        let (project, files) = (escape(&self.project), self.files.len());
        let text = format!("{project}, {files} files of the template `{}`", self.template);
        report.done("Created", &text)?;
        if !self.secrets.is_empty() {
            let text = format!("{}, which git ignores: keep a copy", self.secrets.join(", "));
            report.done("Secret", &text)?;
        }
        let enter = [escape(&shell_words(&["cd".to_owned(), self.project.clone()]))];
        enter.iter().chain(&self.next).try_for_each(|line| report.done("Next", line))
    }
}
