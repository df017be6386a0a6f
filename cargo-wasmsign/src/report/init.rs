//! What is printed of files that a project was given.

use schemars::JsonSchema;
use serde::Serialize;

use super::printer::Report;
use super::printer::{FAINT, Line};
use super::values::{from_here, path_text};
use crate::error::Result;
use crate::ops::init::{Action, Change, Outcome};
use crate::text::escape::escape;

/// What a project was given.
#[derive(Serialize, JsonSchema)]
pub(super) struct Init {
    /// One file after the other; those that stay as they are too.
    changes: Vec<FileChange>,
    /// Whether nothing was written.
    dry_run: bool,
    /// What to do by hand.
    advice: Vec<String>,
    /// What to type next.
    next: Vec<String>,
}

/// What becomes of a file.
#[derive(Serialize, JsonSchema)]
struct FileChange {
    /// The file.
    path: String,
    /// What becomes of it.
    action: ActionWord,
    /// What it is, or what is new in it.
    about: String,
    /// With `--dry-run`, the difference in the unified format, but of keys that do not exist yet.
    diff: Option<String>,
}

/// What becomes of a file.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ActionWord {
    Created,
    Changed,
    Kept,
}

impl Report {
    /// What a project was given.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn started(&self, outcome: &Outcome) -> Result<()> {
        let Outcome { changes, dry_run, advice, next } = outcome;
        let changes = changes.iter().map(|change| FileChange::of(change, *dry_run)).collect();
        let (advice, next) = (advice.clone(), next.clone());
        self.line(&Init { changes, dry_run: *dry_run, advice, next })
    }
}

impl FileChange {
    fn of(change: &Change, dry_run: bool) -> Self {
        let action = match change.action {
            Action::Created => ActionWord::Created,
            Action::Changed => ActionWord::Changed,
            Action::Kept => ActionWord::Kept,
        };
        let path = path_text(from_here(&change.path));
        let diff = if dry_run { change.diff(&path) } else { None };
        Self { path, action, about: change.about.clone(), diff }
    }

    fn label(&self, dry_run: bool) -> &'static str {
        match (self.action, dry_run) {
            (ActionWord::Created, false) => "Created",
            (ActionWord::Created, true) => "Would create",
            (ActionWord::Changed, false) => "Changed",
            (ActionWord::Changed, true) => "Would change",
            (ActionWord::Kept, _) => "Kept",
        }
    }
}

impl Line for Init {
    fn show(&self, report: &Report) -> Result<()> {
        for change in &self.changes {
            let (path, about) = (escape(&change.path), escape(&change.about));
            let text = format!("{path} {FAINT}({about}){FAINT:#}");
            report.done(change.label(self.dry_run), &text)?;
        }
        let diffs = self.changes.iter().filter_map(|change| change.diff.as_deref());
        for line in diffs.flat_map(str::lines) {
            let parts: Vec<_> = line.split('\t').map(escape).collect();
            report.result(&parts.join("\t"))?;
        }
        self.advice.iter().for_each(|text| report.advice(text));
        match self.dry_run {
            true => Ok(()),
            false => self.next.iter().try_for_each(|line| report.done("Next", &escape(line))),
        }
    }
}
