//! What is told of verified modules.

use std::path::Path;

use serde_json::{Value, json};
use wasmsign_core::Error as CoreError;
use wasmsign_core::Verified;
use wasmsign_core::verify::{Refusal, Signer};

use super::keys::key_name;
use super::{BAD, GOOD, Report, WARNING};
use crate::error::{Error, Result, after_refusal};
use crate::escape::escape;
use crate::exit::Exit;
use crate::hex::{hex, public_key_text};
use crate::seal::kind_word;

/// Why a module is not verified.
pub enum Failure {
    /// The core says so.
    Core(wasmsign_core::Error),
    /// A file could not be read.
    Io(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Io(error)
    }
}

/// The verdict on one module.
pub struct Verdict<'a> {
    /// The module.
    pub module: &'a Path,
    /// The proof, or why there is none.
    pub result: &'a Result<Verified, Failure>,
}

impl Report {
    /// A verdict; gives the exit code that stands for it. What does not verify is told with `-q` too.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub fn verdict(&self, verdict: &Verdict<'_>) -> Result<Exit> {
        if self.is_json() {
            self.json(&verdict.json())?;
            return Ok(verdict.exit());
        }
        let module = escape(&verdict.module.display().to_string());
        match verdict.result {
            Ok(verified) => self.verified(&module, verified)?,
            Err(Failure::Core(CoreError::Refused(refusal))) => {
                self.print(&format!(
                    "{BAD}{:>12}{BAD:#} {module}: {refusal} ({})",
                    "Refused",
                    refusal.reason().code()
                ))?;
                self.advice(after_refusal(refusal.reason()));
            }
            Err(failure) => {
                self.print(&format!(
                    "{BAD}{:>12}{BAD:#} {module}: {}",
                    failure.word(),
                    escape(&failure.text())
                ))?;
            }
        }
        Ok(verdict.exit())
    }

    fn verified(&self, module: &str, verified: &Verified) -> Result<()> {
        let identity =
            verified.identity().map(|identity| format!(" {identity}")).unwrap_or_default();
        let signers: Vec<_> = verified
            .signers()
            .iter()
            .map(|signer| key_name(&signer.key_id, &signer.public_key))
            .collect();
        self.result(&format!(
            "{GOOD}{:>12}{GOOD:#} {module}{identity}, signed by {}",
            "Verified",
            signers.join(", ")
        ))?;
        self.coverage(verified)
    }

    /// Which bytes are covered, where that is not simply the whole file.
    fn coverage(&self, verified: &Verified) -> Result<()> {
        let (covered, total) = (verified.covered(), verified.total());
        if !verified.is_whole() {
            let gone = if covered == total { "; what else was signed is gone" } else { "" };
            self.result(&format!(
                "{GOOD}{:>12}{GOOD:#} bytes 0 to {covered} of {total}{gone}",
                "Covered"
            ))?;
        }
        if covered < total {
            self.result(&format!(
                "{WARNING}{:>12}{WARNING:#} bytes {covered} to {total} are not covered",
                "Unverified"
            ))?;
        }
        Ok(())
    }
}

impl Verdict<'_> {
    pub(super) fn exit(&self) -> Exit {
        match self.result {
            Ok(_) => Exit::Ok,
            Err(Failure::Core(CoreError::Refused(_))) => Exit::Refused,
            Err(Failure::Core(CoreError::Malformed(_))) => Exit::Malformed,
            Err(_) => Exit::Io,
        }
    }

    pub(super) fn json(&self) -> Value {
        let module = self.module.to_string_lossy();
        match self.result {
            Ok(verified) => json!({
                "module": module,
                "verdict": "verified",
                "reason": null,
                "identity": verified.identity().map(|identity| identity.to_string()),
                "kind": kind_word(verified.kind()),
                "coverage": {
                    "kind": if verified.is_whole() { "whole" } else { "prefix" },
                    "covered": verified.covered(),
                    "total": verified.total(),
                },
                "signers": verified.signers().iter().map(signer).collect::<Vec<_>>(),
                "ignored": verified.ignored().iter().map(ToString::to_string).collect::<Vec<_>>(),
            }),
            Err(Failure::Core(CoreError::Refused(refusal))) => refused(&module, refusal),
            Err(failure) => json!({
                "module": module,
                "verdict": failure.word().to_lowercase(),
                "reason": failure.code(),
                "identity": null,
                "kind": null,
                "coverage": null,
                "signers": [],
                "ignored": [],
                "message": failure.text(),
            }),
        }
    }
}

fn refused(module: &str, refusal: &Refusal) -> Value {
    json!({
        "module": module,
        "verdict": "refused",
        "reason": refusal.reason().code(),
        "identity": refusal.identity().map(|identity| identity.to_string()),
        "kind": kind_word(refusal.kind()),
        "coverage": {"kind": "prefix", "covered": 0, "total": refusal.total()},
        "signers": [],
        "ignored": refusal.ignored().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "message": refusal.to_string(),
    })
}

/// A signer as JSON.
pub(super) fn signer(signer: &Signer) -> Value {
    let key_id = (!signer.key_id.is_empty()).then(|| hex(&signer.key_id));
    json!({"public_key": public_key_text(&signer.public_key), "key_id": key_id})
}

impl Failure {
    fn word(&self) -> &'static str {
        match self {
            Self::Core(CoreError::Malformed(_)) => "Malformed",
            _ => "Error",
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(CoreError::Malformed(fault)) => fault.rule.code(),
            _ => "io",
        }
    }

    /// What happened, with its causes.
    fn text(&self) -> String {
        let error: &dyn std::error::Error = match self {
            Self::Core(error) => error,
            Self::Io(error) => error,
        };
        let causes = std::iter::successors(error.source(), |cause| cause.source());
        causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
    }
}
