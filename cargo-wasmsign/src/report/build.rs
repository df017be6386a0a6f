//! What is printed of builds.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::printer::Line;
use super::printer::{FAINT, Report};
use super::values::{from_here, path_text};
use crate::error::Result;
use crate::ops::build::dry_run;
use crate::pipeline::{OtherSignature, Published, SignerLine, Sizes};
use crate::project::{self, Other};
use crate::text::escape::escape;
use crate::text::size::{change, human};

/// A module that is published now, or still. It may come after cargo's `build-finished`.
#[derive(Serialize, JsonSchema)]
pub(super) struct Artifact<'a> {
    /// What the line is, as in cargo's messages.
    #[schemars(extend("const" = "wasmsign-artifact"))]
    reason: &'static str,
    /// The package, as cargo identifies it.
    package_id: &'a str,
    /// The target of the package.
    target: Target<'a>,
    /// The published module.
    path: String,
    /// Its detached signature.
    signature_path: Option<String>,
    /// Its signatures in other formats that have files of their own.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    other_signatures: &'a [OtherSignature],
    /// The identity: `sha256:` and 64 hexadecimal digits.
    identity: &'a str,
    /// Whether there was nothing to do.
    fresh: bool,
    /// The size at each step, in bytes.
    sizes: Sizes,
    /// Who has signed, in this order.
    signers: &'a [SignerLine],
    /// What the optimizer calls itself, where one ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    optimizer: Option<&'a str>,
}

/// A target of a package.
#[derive(Serialize, JsonSchema)]
struct Target<'a> {
    name: &'a str,
    /// As in cargo's messages.
    kind: Vec<String>,
}

/// What a build would do with one run of cargo.
#[derive(Serialize, JsonSchema)]
pub(super) struct Plan<'a> {
    /// What the line is.
    #[schemars(extend("const" = "wasmsign-plan"))]
    reason: &'static str,
    /// The target triple.
    target: &'a str,
    /// The call of cargo, as a shell reads it.
    command: &'a str,
    /// The modules that it is expected to make.
    modules: Vec<PlannedModule<'a>>,
}

/// A module that a build would publish.
#[derive(Serialize, JsonSchema)]
struct PlannedModule<'a> {
    /// Its package.
    package: &'a str,
    /// Where it would be.
    path: String,
    /// Where its detached signature would be.
    signature_path: Option<String>,
    /// What would be done to it, in order.
    steps: &'a [String],
    /// Who would sign.
    signers: &'a [String],
}

/// The last line of a build. It has no other keys.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finished {
    /// What the line is.
    #[schemars(extend("const" = "wasmsign-finished"))]
    reason: &'static str,
    /// Whether everything was done.
    success: bool,
}

impl Report {
    /// What a build would do.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn plan(&self, plan: &dry_run::Plan) -> Result<()> {
        let dry_run::Plan { target, command, modules } = plan;
        self.line(&Plan {
            reason: "wasmsign-plan",
            target,
            command,
            modules: modules.iter().map(PlannedModule::of).collect(),
        })
    }

    /// A module that is published now, or still.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn published(&self, artifact: &project::Artifact, published: &Published) -> Result<()> {
        let project::Artifact { package_id, target, .. } = artifact;
        if published.fresh && !self.is_json() {
            self.detail("Fresh", &escape(&target.name));
        }
        self.line(&Artifact {
            reason: "wasmsign-artifact",
            package_id: &package_id.repr,
            target: Target {
                name: &target.name,
                kind: target.kind.iter().map(ToString::to_string).collect(),
            },
            path: path_text(&published.path),
            signature_path: published.signature_path.as_deref().map(path_text),
            other_signatures: &published.other_signatures,
            identity: &published.identity,
            fresh: published.fresh,
            sizes: published.sizes,
            signers: &published.signers,
            optimizer: published.optimizer.as_deref(),
        })
    }

    /// A published file that was copied to where its manifest wants it too.
    pub fn copied(&self, path: &Path) {
        self.status("Copied", &escape(&from_here(path).display().to_string()));
    }

    /// The end of a build, for programs that read.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn build_finished(&self, success: bool) -> Result<()> {
        match self.is_json() {
            // Nothing else may stand in it: whoever waits for the end may compare the whole line.
            true => self.json(&Finished { reason: "wasmsign-finished", success }),
            false => Ok(()),
        }
    }

    /// Modules that cargo has built and that are left alone, each once.
    pub fn skipped(&self, others: &BTreeSet<Other>) {
        for other in others {
            let why = match other.is_harness {
                true => "a test harness",
                false => "its package is not published",
            };
            let path = escape(&from_here(&other.path).display().to_string());
            self.status("Skipped", &format!("{path}: {why}"));
        }
    }
}

impl<'a> PlannedModule<'a> {
    fn of(module: &'a dry_run::Module) -> Self {
        Self {
            package: &module.package,
            path: path_text(&module.path),
            signature_path: module.signature_path.as_deref().map(path_text),
            steps: &module.steps,
            signers: &module.signers,
        }
    }
}

impl Line for Plan<'_> {
    fn show(&self, report: &Report) -> Result<()> {
        report.done("Would run", &escape(self.command))?;
        self.modules.iter().try_for_each(|module| {
            let text = format!("{}: {}", escape(&module.path), escape(&module.steps.join(", ")));
            report.done("Would make", &text)
        })
    }
}

impl Line for Artifact<'_> {
    /// Path, sizes, identity, signers.
    fn show(&self, report: &Report) -> Result<()> {
        // `sha256:` and 12 digits.
        let identity = self.identity.get(..19).unwrap_or(self.identity);
        let names: Vec<_> = self.signers.iter().map(|signer| escape(&signer.name)).collect();
        let signers = match names.is_empty() {
            true => "unsigned".to_owned(),
            false => format!("signed by {}", names.join(", ")),
        };
        let fresh = if self.fresh { ", fresh" } else { "" };
        let path = escape(&from_here(Path::new(&self.path)).display().to_string());
        let sizes = self.size_words();
        let text = format!("{path} {FAINT}{sizes}{FAINT:#}, {identity}, {signers}{fresh}");
        report.done("Published", &text)
    }
}

impl Artifact<'_> {
    /// The size after each step, compared with the one before, and the last with the first.
    fn size_words(&self) -> String {
        let Sizes { built, transformed, optimized, finished, published } = self.sizes;
        let step = |verb: &str, from: u64, to: u64| {
            format!(", {} {verb} ({})", human(to), change(from, to))
        };
        let mut text = format!("{} built", human(built));
        text.extend(transformed.map(|to| step("transformed", built, to)));
        if let Some(optimizer) = self.optimizer {
            text += &step("optimized", transformed.unwrap_or(built), optimized);
            text += &format!(" by {}", escape(optimizer));
        }
        text.extend(finished.map(|to| step("transformed", optimized, to)));
        text + &step("published", built, published)
    }
}
