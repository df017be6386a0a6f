//! What is printed of a module that was built again.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::line::Versioned;
use super::verify::{VerdictWord, Verify};
use super::{BAD, Report, labelled};
use crate::error::Result;
use crate::exit::Exit;
use crate::module::compare::Difference;
use crate::module::toolchain::{Tool, Toolchain};
use crate::ops::rebuild::Rebuilt;
use crate::ops::verify::Verdict;
use crate::text::escape::escape;

/// What the source of a module gives.
#[derive(Serialize, JsonSchema)]
pub(super) struct RebuiltModule {
    /// The identity of what was built.
    identity: String,
    /// Whether it is that of the module.
    same: bool,
    /// cargo's profile.
    profile: String,
    /// The target triple.
    target: String,
    /// Where the two differ first, in words.
    difference: Option<String>,
    /// The tools that both name.
    tools: Tools,
    /// The identity of the module.
    #[serde(skip)]
    original: String,
}

/// The tools that a module names, and those that the rebuilt one does.
#[derive(Serialize, JsonSchema)]
struct Tools {
    module: Toolchain,
    rebuilt: Toolchain,
}

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

impl From<Rebuilt> for RebuiltModule {
    fn from(rebuilt: Rebuilt) -> Self {
        let (module, again) = rebuilt.tools;
        Self {
            identity: rebuilt.rebuilt.to_string(),
            same: rebuilt.difference.is_none(),
            profile: rebuilt.profile,
            target: rebuilt.target,
            difference: rebuilt.difference.as_ref().map(words),
            tools: Tools { module, rebuilt: again },
            original: rebuilt.identity.to_string(),
        }
    }
}

impl RebuiltModule {
    fn show(&self, module: &Path, report: &Report) -> Result<()> {
        let Self { identity, profile, target, original, .. } = self;
        let name = escape(&module.display().to_string());
        let how = format!("profile {}, {}", escape(profile), escape(target));
        let Some(difference) = &self.difference else {
            let text = format!("{name} {original} is what this source produces ({how})");
            return report.done("Rebuilt", &text);
        };
        let difference = escape(difference);
        let text = format!(
            "{name} {original} is not what this source produces ({how}), {identity}: {difference}"
        );
        report.print(&labelled(BAD, "Differs", &text))?;
        report.print(&format!("{:>12} {}", "", escape(&self.tools.words())))?;
        report.advice(
            "build with the commit, profile (`--profile`), target, features, toolchain and tools that the module was \
             built with; if the directory is different, both builds need `reproducible = true`",
        );
        Ok(())
    }
}

impl Tools {
    /// What two modules tell of their tools.
    fn words(&self) -> String {
        match (named(&self.module), named(&self.rebuilt)) {
            (None, _) => "it does not name the tools that made it".to_owned(),
            (Some(one), Some(other)) if one == other => {
                format!("both were made with the same tools: {one}")
            }
            (Some(one), None) => {
                format!("it was made with {one}; the rebuilt module names no tools")
            }
            (Some(one), Some(other)) => format!("it was made with {one}, and rebuilt with {other}"),
        }
    }
}

fn named(toolchain: &Toolchain) -> Option<String> {
    let tool = |tool: &Tool| format!("{} {}", tool.name, tool.version);
    let commit = toolchain.rustc_commit.iter().map(|hash| format!("rustc's commit {hash}"));
    let words: Vec<_> = toolchain.tools.iter().map(tool).chain(commit).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A difference as people say it.
fn words(difference: &Difference) -> String {
    match difference {
        Difference::Kind => "one is a module, the other a component".into(),
        Difference::Content { section, section_offset, offset, sizes: (one, other) } => format!(
            "the first section that differs is the {section} at offset {section_offset} ({one} bytes, rebuilt {other}), \
             from offset {offset} on"
        ),
        Difference::Section { found, rebuilt, offset } => format!(
            "offset {offset} has {}, and the rebuilt module has {}",
            found.as_deref().unwrap_or("the end"),
            rebuilt.as_deref().unwrap_or("the end")
        ),
    }
}
