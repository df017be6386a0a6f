//! A module beside what its source gives.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::printer::{BAD, Report, labelled};
use crate::error::Result;
use crate::module::compare::Difference;
use crate::module::toolchain::{Tool, Toolchain};
use crate::ops::rebuild::Rebuilt;
use crate::text::escape::escape;

/// What the source of a module gives.
#[derive(Serialize, JsonSchema)]
pub(super) struct RebuiltModule {
    /// The identity of what was built.
    identity: String,
    /// Whether it is that of the module.
    pub(super) same: bool,
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
    pub(super) original: String,
}

/// The tools that a module names, and those that the rebuilt one does.
#[derive(Serialize, JsonSchema)]
struct Tools {
    module: Toolchain,
    rebuilt: Toolchain,
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
    pub(super) fn show(&self, module: &Path, report: &Report) -> Result<()> {
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
