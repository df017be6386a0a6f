//! What is told of builds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::size::{change, human};
use super::{FAINT, GOOD, Report};
use crate::cargo::{Artifact, Line};
use crate::error::Result;
use crate::escape::escape;
use crate::pipeline::{Observer, Published, Step};

/// What a build would do for one target.
pub struct Plan {
    /// The target triple.
    pub target: String,
    /// The call of cargo.
    pub command: String,
    /// What cargo is expected to make.
    pub modules: Vec<PlannedModule>,
}

/// A module that a build would publish.
pub struct PlannedModule {
    /// Where it would be.
    pub path: PathBuf,
    /// What would be done to it.
    pub steps: String,
}

/// Whether a value of `--message-format` asks for JSON on standard output.
pub fn told_as_json(format: &str) -> bool {
    format == "json" || format.starts_with("json-")
}

impl Report {
    /// A line of cargo's standard output.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be passed on.
    pub fn cargo_line(&self, line: &Line<'_>) -> Result<()> {
        match (self.is_json(), line.is_message) {
            (true, _) => self.print(line.text),
            (false, true) => Ok(()),
            // What a build script or a wrapper prints there is no result of ours.
            (false, false) => {
                self.tell(line.text);
                Ok(())
            }
        }
    }

    /// What a build would do.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn plan(&self, plan: &Plan) -> Result<()> {
        if self.is_json() {
            let modules: Vec<_> = plan.modules.iter().map(|module| &module.path).collect();
            let reason = "wasmsign-plan";
            return self.json(&json!({"reason": reason, "target": plan.target, "command": plan.command, "modules": modules}));
        }
        self.result(&format!("{GOOD}{:>12}{GOOD:#} {}", "Would run", escape(&plan.command)))?;
        for module in &plan.modules {
            let path = escape(&module.path.display().to_string());
            self.result(&format!(
                "{GOOD}{:>12}{GOOD:#} {path}: {}",
                "Would make",
                escape(&module.steps)
            ))?;
        }
        Ok(())
    }

    /// A module that is published now, or still.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn published(&self, artifact: &Artifact, published: &Published) -> Result<()> {
        if self.is_json() {
            return self.json(&json!({
                "reason": "wasmsign-artifact",
                "package_id": artifact.package_id,
                "target": {"name": artifact.target.name, "kind": artifact.target.kind},
                "path": published.path,
                "signature_path": published.signature_path,
                "identity": published.identity,
                "fresh": published.fresh,
                "sizes": published.sizes,
                "signers": published.signers,
            }));
        }
        if published.fresh {
            self.detail("Fresh", &escape(&artifact.target.name));
        }
        self.result(&format!("{GOOD}{:>12}{GOOD:#} {}", "Published", line(published)))
    }

    /// The end of a build, for programs that read.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn build_finished(&self, success: bool) -> Result<()> {
        match self.is_json() {
            true => self.json(&json!({"reason": "wasmsign-finished", "success": success})),
            false => Ok(()),
        }
    }

    /// Somebody who tells the steps of one module, with a spinner where a person waits.
    pub fn progress(&self) -> Progress<'_> {
        let spinner =
            if self.screen.quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        Progress { report: self, spinner }
    }
}

/// The line of a published module: path, sizes, identity, signers.
fn line(published: &Published) -> String {
    let sizes = published.sizes;
    let mut size = format!("{} built", human(sizes.built));
    if sizes.optimized != sizes.built {
        size.push_str(&format!(
            ", {} optimized ({})",
            human(sizes.optimized),
            change(sizes.built, sizes.optimized)
        ));
    }
    size.push_str(&format!(
        ", {} published ({})",
        human(sizes.published),
        change(sizes.built, sizes.published)
    ));
    // `sha256:` and 12 digits.
    let identity = published.identity.get(..19).unwrap_or(&published.identity);
    let names: Vec<_> = published.signers.iter().map(|signer| escape(&signer.name)).collect();
    let signers = if names.is_empty() {
        "unsigned".to_owned()
    } else {
        format!("signed by {}", names.join(", "))
    };
    let fresh = if published.fresh { ", fresh" } else { "" };
    let path = escape(&from_here(&published.path).display().to_string());
    format!("{path} {FAINT}{size}{FAINT:#}, {identity}, {signers}{fresh}")
}

/// A path as short as it can be said in the current directory.
fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

/// Tells the steps of one module.
pub struct Progress<'a> {
    report: &'a Report,
    spinner: ProgressBar,
}

impl Observer for Progress<'_> {
    fn step(&self, name: &str, step: Step<'_>) {
        let name = escape(name);
        match step {
            Step::Optimizing { version } => self.wait(&format!("{name} with {version}")),
            Step::Optimized { from, to, cached } => {
                self.spinner.finish_and_clear();
                let before = if cached { ", as before" } else { "" };
                let text = format!(
                    "{name} {} → {} ({}){before}",
                    human(from),
                    human(to),
                    change(from, to)
                );
                self.report.status("Optimized", &text);
            }
            Step::Dropped { sections } => {
                let text = "the optimizer has dropped sections that it was not told to drop";
                self.report.warning(&format!("{name}: {text}: {}", sections.join(", ")));
            }
            Step::Shaped { removed } => {
                let names: Vec<_> = removed.iter().map(|section| escape(section)).collect();
                self.report.status("Shaped", &format!("{name}, removed {}", names.join(", ")));
            }
            Step::Signed { signers } => {
                let names: Vec<_> = signers
                    .iter()
                    .map(|signer| {
                        let id = signer
                            .key_id
                            .as_deref()
                            .map(|id| format!(" ({id})"))
                            .unwrap_or_default();
                        format!("{}{id}", escape(&signer.name))
                    })
                    .collect();
                self.report
                    .status("Signed", &format!("{name} with {}, verified", names.join(", ")));
            }
        }
    }
}

impl Progress<'_> {
    /// Shows that something goes on, on terminals alone.
    fn wait(&self, text: &str) {
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:>12.cyan.bold} {msg} {spinner} {elapsed}")
        {
            self.spinner.set_style(style);
        }
        self.spinner.set_prefix("Optimizing");
        self.spinner.set_message(text.to_owned());
        self.spinner.enable_steady_tick(Duration::from_millis(100));
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}
