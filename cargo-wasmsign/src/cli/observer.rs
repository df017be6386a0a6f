//! The events of a job, as they are reported.

use crate::error::Result;
use crate::ops::Event;
use crate::report::{Progress, Report};

/// Reports events as they happen.
pub(super) struct Observer<'a> {
    report: &'a Report,
    /// From the first line of cargo's, or step of a module, to the last.
    progress: Option<Progress<'a>>,
}

impl<'a> Observer<'a> {
    /// Nothing has happened yet.
    pub(super) fn new(report: &'a Report) -> Self {
        Self { report, progress: None }
    }

    /// Reports an event.
    ///
    /// # Errors
    ///
    /// Exit code 4 where a result cannot be printed.
    pub(super) fn observe(&mut self, event: Event<'_>) -> Result<()> {
        match event {
            Event::Warning(text) => self.report.warning(text),
            Event::Waiting(what) => {
                self.report.status("Blocking", &format!("waiting for {what}"));
            }
            Event::Installing { target, rustup } => self.report.installing(target, rustup),
            Event::Idle(why) => self.report.status("Finished", why),
            Event::Rebuilding { module, package, directory } => {
                self.report.rebuilding(module, package, directory);
            }
            Event::CargoLine(line) => self.progress().cargo_line(line)?,
            Event::CargoEnded => self.progress().cargo_ended(),
            Event::Step { module, step } => self.progress().step(module, step),
            Event::StepsEnded => self.progress = None,
            Event::Failed(error) => drop(match &self.progress {
                Some(progress) => progress.error(error),
                None => self.report.error(error),
            }),
            Event::Skipped(others) => self.report.skipped(others),
            Event::Published { artifact, module } => self.report.published(artifact, module)?,
            Event::Copied(path) => self.report.copied(path),
            Event::Signed(signed) => self.report.signed(signed)?,
            Event::SignedAs(signed) => self.report.signed_as(signed)?,
            Event::Verified(verdict) => self.report.verdict(verdict)?,
        }
        Ok(())
    }

    fn progress(&mut self) -> &mut Progress<'a> {
        self.progress.get_or_insert_with(|| self.report.progress())
    }
}
