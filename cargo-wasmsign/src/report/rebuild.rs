//! What is told of a module that was built again.

use std::path::Path;

use serde_json::{Value, json};

use super::verify::verdict_json;
use super::{BAD, GOOD, Report};
use crate::error::Result;
use crate::exit::Exit;
use crate::module::compare::Difference;
use crate::module::seal::kind_word;
use crate::module::toolchain::{Tool, Toolchain};
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
        rebuilt: &Rebuilt,
        verdict: Option<&Verdict<'_>>,
    ) -> Result<Exit> {
        let exit = match rebuilt.difference {
            None => Exit::Ok,
            Some(_) => Exit::Refused,
        };
        if self.is_json() {
            self.json(&json_of(rebuilt, module, verdict.map(verdict_json)))?;
            return Ok(verdict.map_or(exit, |verdict| exit.worst(verdict.exit())));
        }
        let exit = match verdict {
            Some(verdict) => {
                self.verdict(verdict)?;
                exit.worst(verdict.exit())
            }
            None => exit,
        };
        let name = escape(&module.display().to_string());
        match &rebuilt.difference {
            None => self.result(&format!(
                "{GOOD}{:>12}{GOOD:#} {name} {} is what this source produces ({})",
                "Rebuilt",
                rebuilt.identity,
                settings(rebuilt)
            ))?,
            Some(difference) => {
                self.print(&format!(
                    "{BAD}{:>12}{BAD:#} {name} {} is not what this source produces ({}), {}: {}",
                    "Differs",
                    rebuilt.identity,
                    settings(rebuilt),
                    rebuilt.rebuilt,
                    escape(&words(difference))
                ))?;
                self.print(&format!("{:>12} {}", "", escape(&tools(&rebuilt.tools))))?;
                self.advice(
                    "build with the commit, profile (`--profile`), target, features, toolchain \
                     and tools that the module was built with; if the directory is different, \
                     both builds need `reproducible = true`",
                );
            }
        }
        Ok(exit)
    }
}

/// How it was built again.
fn settings(rebuilt: &Rebuilt) -> String {
    format!("profile {}, {}", escape(&rebuilt.profile), escape(&rebuilt.target))
}

fn json_of(rebuilt: &Rebuilt, module: &Path, verdict: Option<Value>) -> Value {
    let mut value = verdict.unwrap_or_else(|| {
        json!({
            "module": module.to_string_lossy(),
            // Without a key nobody was asked whether it is signed.
            "verdict": null,
            "reason": null,
            "identity": rebuilt.identity.to_string(),
            "kind": kind_word(rebuilt.kind),
            "coverage": null,
            "signers": [],
            "ignored": [],
            "signature": null,
        })
    });
    let says_no = ["refused", "malformed", "error"].iter().any(|word| value["verdict"] == *word);
    if rebuilt.difference.is_some() && !says_no {
        value["verdict"] = "refused".into();
        value["reason"] = "rebuild-differs".into();
    }
    value["rebuilt"] = json!({
        "identity": rebuilt.rebuilt.to_string(),
        "same": rebuilt.difference.is_none(),
        "profile": rebuilt.profile,
        "target": rebuilt.target,
        "difference": rebuilt.difference.as_ref().map(words),
        "tools": { "module": rebuilt.tools.0, "rebuilt": rebuilt.tools.1 },
    });
    value
}
/// What two modules tell of their tools.
fn tools((module, rebuilt): &(Toolchain, Toolchain)) -> String {
    match (named(module), named(rebuilt)) {
        (None, _) => "it does not name the tools that made it".to_owned(),
        (Some(one), Some(other)) if one == other => {
            format!("both were made with the same tools: {one}")
        }
        (Some(one), None) => format!("it was made with {one}; the rebuilt module names no tools"),
        (Some(one), Some(other)) => format!("it was made with {one}, and rebuilt with {other}"),
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
