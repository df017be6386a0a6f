//! What is printed of a module that was built again.

use std::path::Path;

use super::printer::{Report, Versioned};
use super::rebuilt::RebuiltModule;
use super::verify::{VerdictWord, Verify};
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::rebuild::Rebuilt;
use crate::ops::verify::Verdict;
use crate::text::escape::escape;

impl Report {
    /// What is about to be done, because it takes long.
    pub fn rebuilding(&self, module: &Path, package: &str, directory: &Path) {
        let (module, directory) = (module.display(), directory.display());
        let text =
            format!("{module}: compiling `{package}` and its dependencies again, in {directory}");
        self.status("Rebuilding", &escape(&text));
    }

    /// Whether a module is what its source gives, and, where keys were given, whether it is signed by them. Gives the
    /// exit code that stands for it.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub fn rebuilt(
        &self,
        module: &Path,
        rebuilt: Rebuilt,
        verdict: Option<&Verdict<'_>>,
    ) -> Result<Exit> {
        let exit = if rebuilt.difference.is_some() { Exit::Refused } else { Exit::Ok };
        let exit = verdict.map_or(exit, |verdict| exit.worst(verdict.exit()));
        if let Some(verdict) = verdict.filter(|_| !self.is_json()) {
            self.verdict(verdict)?;
        }
        let (kind, again) = (rebuilt.kind, RebuiltModule::from(rebuilt));
        if !self.is_json() {
            again.show(module, self)?;
            return Ok(exit);
        }
        let line = match verdict {
            Some(verdict) => Verify::of(verdict),
            None => Verify {
                identity: Some(again.original.clone()),
                kind: Some(kind.into()),
                ..Verify::unknown(module)
            },
        };
        self.json(&Versioned::of(line.with(again)))?;
        Ok(exit)
    }
}

impl Verify {
    /// The same with what the source gives. What differs is refused, unless it is already.
    fn with(self, again: RebuiltModule) -> Self {
        let is_refused = matches!(
            self.verdict,
            Some(VerdictWord::Refused | VerdictWord::Malformed | VerdictWord::Error)
        );
        let line = match again.same || is_refused {
            true => self,
            false => Self {
                verdict: Some(VerdictWord::Refused),
                reason: Some("rebuild-differs"),
                ..self
            },
        };
        Self { rebuilt: Some(again), ..line }
    }
}
