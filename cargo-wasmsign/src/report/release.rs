//! What is printed of releases.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::verify::SignedBy;

use super::printer::{BAD, FAINT, Line, Report, labelled};
use super::values::{Signer, from_here, path_text};
use super::verify::VerdictWord;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::release;
use crate::ops::release::verify::Verification;
use crate::text::escape::escape;
use crate::text::size::human;

/// A release that is there.
#[derive(Serialize, JsonSchema)]
pub(super) struct Released {
    /// Its directory.
    directory: String,
    /// The package, or `workspace`.
    name: String,
    /// The version; none where packages have several.
    version: Option<String>,
    /// The git commit that it was built from; none without git.
    revision: Option<String>,
    /// Which part of a release it is: `K/N`; none where it is whole.
    partition: Option<String>,
    /// Whether there was nothing to do.
    fresh: bool,
    /// Its modules.
    modules: Vec<ReleasedModule>,
}

/// A module of a release.
#[derive(Serialize, JsonSchema)]
struct ReleasedModule {
    /// Its file in the directory.
    file: String,
    /// The size of the file in bytes.
    size: u64,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
    /// The identity: `sha256:` and 64 hexadecimal digits.
    identity: String,
    /// The public keys that have signed it, in compact form, in hexadecimal.
    signers: Vec<String>,
}

impl Report {
    /// A release that is there.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn released(&self, released: &release::Released) -> Result<()> {
        let release::Released { directory, index, fresh } = released;
        let module = |module: &release::Module| ReleasedModule {
            file: module.file.clone(),
            size: module.size,
            sha256: module.sha256.clone(),
            identity: module.identity.clone(),
            signers: module.signers.iter().map(|signer| signer.public_key.clone()).collect(),
        };
        self.line(&Released {
            directory: path_text(directory),
            name: index.name.clone(),
            version: index.version.clone(),
            revision: index.revision.clone(),
            partition: index.partition.clone(),
            fresh: *fresh,
            modules: index.modules.iter().map(module).collect(),
        })
    }
}

/// The verdict on a release.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReleaseVerify {
    /// Its directory, as it was named.
    release: String,
    /// The verdict: the worst of all problems.
    verdict: VerdictWord,
    /// The package, or `workspace`.
    name: String,
    /// The version; none where packages have several.
    version: Option<String>,
    /// The git commit that it was built from; none without git.
    revision: Option<String>,
    /// Whether the tree differed from that commit.
    dirty: bool,
    /// The modules that were looked at.
    modules: Vec<VerifiedModule>,
    /// All that is wrong.
    problems: Vec<Problem>,
    /// What is odd, and not wrong.
    warnings: Vec<Problem>,
}

/// A module of a release that was looked at.
#[derive(Serialize, JsonSchema)]
struct VerifiedModule {
    /// Its file in the directory.
    file: String,
    /// Whether it is verified, and all that belongs to it; what is wrong is in the list.
    verified: bool,
    /// The identity, as the index has it.
    identity: String,
    /// Whose signatures verify.
    signers: Vec<Signer>,
}

/// Something that is wrong with a file.
#[derive(Serialize, JsonSchema)]
struct Problem {
    /// The file.
    file: String,
    /// A stable word.
    reason: &'static str,
    /// The same in words.
    message: String,
}

impl Report {
    /// The verdict on a release. What is wrong is printed with `-q` too.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn release_verified(&self, verification: &Verification) -> Result<()> {
        let Verification { directory, index, modules, problems, warnings } = verification;
        let problem = |problem: &release::Problem| Problem {
            file: problem.file.clone(),
            reason: problem.reason,
            message: problem.message.clone(),
        };
        let module =
            |(module, signers): &(release::Module, Option<Vec<SignedBy>>)| VerifiedModule {
                file: module.file.clone(),
                verified: signers.is_some(),
                identity: module.identity.clone(),
                signers: Signer::list(signers.as_deref().unwrap_or_default()),
            };
        self.line(&ReleaseVerify {
            release: path_text(directory),
            verdict: match verification.exit() {
                Exit::Ok => VerdictWord::Verified,
                Exit::Malformed => VerdictWord::Malformed,
                Exit::Refused => VerdictWord::Refused,
                _ => VerdictWord::Error,
            },
            name: index.name.clone(),
            version: index.version.clone(),
            revision: index.revision.clone(),
            dirty: index.dirty,
            modules: modules.iter().map(module).collect(),
            problems: problems.iter().map(problem).collect(),
            warnings: warnings.iter().map(problem).collect(),
        })
    }
}

impl Line for ReleaseVerify {
    fn show(&self, report: &Report) -> Result<()> {
        for Problem { file, message, reason } in &self.warnings {
            report.warning(&format!("`{file}`: {message} ({reason})"));
        }
        for module in self.modules.iter().filter(|module| module.verified) {
            let text = match &*Signer::names(&module.signers) {
                "" => format!("{} (may be unsigned)", escape(&module.file)),
                names => format!("{} (signed by {names})", escape(&module.file)),
            };
            report.done("Verified", &text)?;
        }
        for Problem { file, message, reason } in &self.problems {
            report.print(&labelled(
                BAD,
                "Refused",
                &escape(&format!("{file}: {message} ({reason})")),
            ))?;
        }
        let version = self.version.iter().map(|version| format!(" {version}")).collect::<String>();
        let title = escape(&format!("{}{version} in {}", self.name, self.release));
        match self.problems.len() {
            0 => report.done("Verified", &format!("release of {title}")),
            1 => report.print(&labelled(BAD, "Refused", &format!("release of {title}: 1 problem"))),
            count => report.print(&labelled(
                BAD,
                "Refused",
                &format!("release of {title}: {count} problems"),
            )),
        }
    }
}

impl Line for Released {
    fn show(&self, report: &Report) -> Result<()> {
        for module in &self.modules {
            let identity = module.identity.get(..19).unwrap_or(&module.identity);
            let signed = match module.signers.len() {
                0 => "unsigned".to_owned(),
                1 => "1 signer".to_owned(),
                count => format!("{count} signers"),
            };
            let text = format!(
                "{} {FAINT}({}, {identity}, {signed}){FAINT:#}",
                escape(&module.file),
                human(module.size)
            );
            report.done("Released", &text)?;
        }
        let version = self.version.iter().map(|version| format!(" {version}")).collect::<String>();
        let part = self.partition.iter().map(|part| format!(", part {part}")).collect::<String>();
        let directory = from_here(Path::new(&self.directory)).display().to_string();
        let verb = if self.fresh { "Fresh" } else { "Created" };
        let text = format!(
            "release of {}{part} in {}",
            escape(&format!("{}{version}", self.name)),
            escape(&directory)
        );
        report.done(verb, &text)
    }
}
