//! What is told of verified modules.

use serde_json::{Value, json};
use wasmsign_core::Verified;
use wasmsign_core::verify::{Refusal, Signer};

use super::keys::key_name;
use super::{BAD, GOOD, Report, WARNING};
use crate::error::{Result, after_fault, after_refusal};
use crate::module::seal::kind_word;
use crate::ops::verify::{Failure, Verdict};
use crate::text::escape::escape;
use crate::text::hex::{hex, public_key_text};

impl Report {
    /// A verdict. What does not verify is told with `-q` too.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub fn verdict(&self, verdict: &Verdict<'_>) -> Result<()> {
        // A file that could not be read has no verdict, and standard output has verdicts alone.
        if let Err(Failure::Unread(error)) = &verdict.result {
            self.error(error);
        }
        if self.is_json() {
            return self.json(&verdict_json(verdict));
        }
        match &verdict.result {
            Ok(verified) => self.verified(verdict, verified)?,
            Err(Failure::Refused(refusal)) => {
                let code = refusal.reason().code();
                self.not_verified(verdict, "Refused", &format!("{refusal} ({code})"))?;
                self.advice(after_refusal(refusal.reason()));
            }
            Err(Failure::Malformed(fault)) => {
                self.not_verified(verdict, "Malformed", &fault.to_string())?;
                self.advice(after_fault(fault));
            }
            Err(Failure::Unread(_)) => {}
        }
        Ok(())
    }

    fn not_verified(&self, verdict: &Verdict<'_>, word: &str, why: &str) -> Result<()> {
        let module = escape(&verdict.module.display().to_string());
        let by = by(verdict);
        self.print(&format!("{BAD}{word:>12}{BAD:#} {module}: {}{by}", escape(why)))
    }

    fn verified(&self, verdict: &Verdict<'_>, verified: &Verified) -> Result<()> {
        let module = escape(&verdict.module.display().to_string());
        let identity =
            verified.identity().map(|identity| format!(" {identity}")).unwrap_or_default();
        let signers: Vec<_> = verified
            .signers()
            .iter()
            .map(|signer| key_name(&signer.key_id, &signer.public_key))
            .collect();
        self.result(&format!(
            "{GOOD}{:>12}{GOOD:#} {module}{identity}, signed by {}{}",
            "Verified",
            signers.join(", "),
            by(verdict)
        ))?;
        self.coverage(verified)
    }

    /// Which bytes are covered, where that is not simply the whole file.
    fn coverage(&self, verified: &Verified) -> Result<()> {
        let (covered, total) = (verified.covered(), verified.total());
        if !verified.is_whole() {
            let gone =
                if covered == total { "; the rest of what was signed is missing" } else { "" };
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

/// Where the signature was, if not in the module.
fn by(verdict: &Verdict<'_>) -> String {
    let path = verdict.signature.as_ref().map(|path| escape(&path.display().to_string()));
    path.map(|path| format!(" (signature {path})")).unwrap_or_default()
}

pub(super) fn verdict_json(verdict: &Verdict<'_>) -> Value {
    let mut value = json_of_result(verdict);
    value["signature"] = verdict.signature.as_ref().map(|path| path.to_string_lossy()).into();
    value
}

fn json_of_result(verdict: &Verdict<'_>) -> Value {
    let module = verdict.module.to_string_lossy();
    match &verdict.result {
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
        Err(Failure::Refused(refusal)) => refused(&module, refusal),
        Err(Failure::Malformed(fault)) => {
            unknown(&module, "malformed", fault.rule.code(), fault.to_string())
        }
        Err(Failure::Unread(error)) => unknown(&module, "error", "io", with_causes(error)),
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

/// A module of which nothing can be said.
fn unknown(module: &str, verdict: &str, reason: &str, message: String) -> Value {
    json!({
        "module": module,
        "verdict": verdict,
        "reason": reason,
        "identity": null,
        "kind": null,
        "coverage": null,
        "signers": [],
        "ignored": [],
        "message": message,
    })
}

/// What happened, with its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
