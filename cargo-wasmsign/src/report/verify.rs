//! What is printed of verified modules.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::Verified;
use wasmsign_core::formats::Format;
use wasmsign_core::trust::PinRefusal;
use wasmsign_core::verify::{Refusal, SignedRole};

use super::manifest::Manifest;
use super::printer::Line;
use super::printer::{BAD, GOOD, Report, WARNING, labelled};
use super::rebuilt::RebuiltModule;
use super::values::{Kind, Signer, path_text};
use crate::error::{Result, after_fault, after_refusal};
use crate::exit::Exit;
use crate::ops::verify::{Failure, PinNote, Proof, Verdict};
use crate::text::escape::escape;

/// A verdict on one module.
#[derive(Serialize, JsonSchema)]
pub(super) struct Verify {
    /// The module, as it was named.
    pub(super) module: String,
    /// The verdict. With `--rebuild` and without a key, null: nobody was asked whether the module is signed.
    pub(super) verdict: Option<VerdictWord>,
    /// Why the module is not verified: a stable word.
    pub(super) reason: Option<&'static str>,
    /// The format of the signature that was looked at: one of the names of `--as`.
    pub(super) format: Option<&'static str>,
    /// The identity: `sha256:` and 64 hexadecimal digits.
    pub(super) identity: Option<String>,
    /// What the header announces.
    pub(super) kind: Option<Kind>,
    /// How much of the file is covered.
    pub(super) coverage: Option<Coverage>,
    /// Whose signatures verify.
    pub(super) signers: Vec<Signer>,
    /// What was passed over, such as signatures of unknown algorithms.
    pub(super) ignored: Vec<String>,
    /// The reason in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// The file of the signature, where that was not the module's own.
    pub(super) signature: Option<String>,
    /// Index of the rule of the trust file that decides, from 0.
    pub(super) rule: Option<usize>,
    /// The roles that the rule requires, and the names of the keys that have signed for each.
    pub(super) roles: BTreeMap<String, Vec<String>>,
    /// What the module says of itself in its covered range.
    pub(super) manifest: Option<Manifest>,
    /// With `--pin`: what the store remembers from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pinned: Option<Pinned>,
    /// With `--rebuild`: what the source gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rebuilt: Option<RebuiltModule>,
    /// What to do about it.
    #[serde(skip)]
    pub(super) advice: Option<&'static str>,
}

/// What has changed in the pin store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Pinned {
    /// The name was not known.
    New,
    /// The version is higher than before.
    Newer,
}

/// A verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum VerdictWord {
    Verified,
    Refused,
    Malformed,
    Error,
}

/// How much of a file is covered.
#[derive(Serialize, JsonSchema)]
pub(super) struct Coverage {
    pub(super) kind: CoverageKind,
    /// The length in bytes of the covered prefix.
    pub(super) covered: u64,
    /// The length in bytes of the file. `inspect` has it in another place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
}

/// What is covered: all that was signed, a prefix of it, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum CoverageKind {
    Whole,
    Prefix,
    Nothing,
}

impl Report {
    /// A verdict. What does not verify is printed with `-q` too.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub fn verdict(&self, verdict: &Verdict<'_>) -> Result<()> {
        // A file that could not be read has no verdict, and standard output has verdicts alone.
        if let Err(Failure::Unread(error)) = &verdict.result
            && error.exit() != Exit::Malformed
        {
            self.error(error);
        }
        self.line(&Verify::of(verdict))
    }
}

impl Verify {
    pub(super) fn of(verdict: &Verdict<'_>) -> Self {
        let line = match &verdict.result {
            Ok(proof) => Self::proved(proof),
            Err(Failure::Refused(refusal)) => Self::refused(refusal),
            Err(Failure::Nobody(why)) => Self {
                verdict: Some(VerdictWord::Refused),
                reason: Some("no-trusted-signature"),
                message: Some(why.clone()),
                advice: Some("check the name and the file of allowed signers"),
                ..Self::unknown(verdict.module)
            },
            Err(Failure::Pinned(proof, refusal)) => Self {
                verdict: Some(VerdictWord::Refused),
                reason: Some(refusal.code()),
                message: Some(refusal.to_string()),
                advice: Some(after_pin_refusal(refusal)),
                ..Self::proved(proof)
            },
            Err(Failure::Malformed(fault)) => Self {
                verdict: Some(VerdictWord::Malformed),
                reason: Some(fault.rule.code()),
                message: Some(fault.to_string()),
                advice: Some(after_fault(fault)),
                ..Self::unknown(verdict.module)
            },
            Err(Failure::Unread(error)) if error.exit() == Exit::Malformed => Self {
                verdict: Some(VerdictWord::Malformed),
                reason: Some("signature-form"),
                message: Some(with_causes(error)),
                ..Self::unknown(verdict.module)
            },
            Err(Failure::Unread(error)) => Self {
                verdict: Some(VerdictWord::Error),
                reason: Some("io"),
                message: Some(with_causes(error)),
                ..Self::unknown(verdict.module)
            },
        };
        let signature = verdict.signature.as_deref().map(path_text);
        let pinned = verdict.pin.map(|note| match note {
            PinNote::New => Pinned::New,
            PinNote::Newer => Pinned::Newer,
        });
        let format = Some(verdict.format.name());
        Self { module: path_text(verdict.module), signature, pinned, format, ..line }
    }

    fn proved(proof: &Proof) -> Self {
        match proof {
            Proof::Module(verified) => Self::verified(verified),
            Proof::File(verified) => Self {
                verdict: Some(VerdictWord::Verified),
                signers: Signer::list(verified.signers()),
                rule: verified.rule(),
                roles: roles(verified.roles()),
                ..Self::unknown(Path::new(""))
            },
        }
    }

    /// A module of which nothing is known.
    pub(super) fn unknown(module: &Path) -> Self {
        Self {
            module: path_text(module),
            verdict: None,
            reason: None,
            format: None,
            identity: None,
            kind: None,
            coverage: None,
            signers: Vec::new(),
            ignored: Vec::new(),
            message: None,
            signature: None,
            rule: None,
            roles: BTreeMap::new(),
            manifest: None,
            pinned: None,
            rebuilt: None,
            advice: None,
        }
    }

    fn verified(verified: &Verified) -> Self {
        let kind = if verified.is_whole() { CoverageKind::Whole } else { CoverageKind::Prefix };
        let (covered, total) = (verified.covered(), Some(verified.total()));
        Self {
            verdict: Some(VerdictWord::Verified),
            identity: verified.identity().map(|identity| identity.to_string()),
            kind: Some(verified.kind().into()),
            coverage: Some(Coverage { kind, covered, total }),
            signers: Signer::list(verified.signers()),
            ignored: verified.ignored().iter().map(ToString::to_string).collect(),
            rule: verified.rule(),
            roles: roles(verified.roles()),
            manifest: verified.manifest().map(Manifest::from),
            ..Self::unknown(Path::new(""))
        }
    }

    fn refused(refusal: &Refusal) -> Self {
        let coverage = refusal.kind().map(|_| {
            let (kind, total) = (CoverageKind::Prefix, Some(refusal.total()));
            Coverage { kind, covered: 0, total }
        });
        Self {
            verdict: Some(VerdictWord::Refused),
            reason: Some(refusal.reason().code()),
            identity: refusal.identity().map(|identity| identity.to_string()),
            kind: refusal.kind().map(Kind::from),
            coverage,
            ignored: refusal.ignored().iter().map(ToString::to_string).collect(),
            rule: refusal.rule(),
            roles: roles(refusal.roles()),
            message: Some(refusal.to_string()),
            advice: Some(after_refusal(refusal.reason())),
            ..Self::unknown(Path::new(""))
        }
    }

    fn show_verified(&self, report: &Report) -> Result<()> {
        let (module, by) = (escape(&self.module), self.by());
        let identity = self.identity.iter().map(|identity| format!(" {identity}"));
        let identity: String = identity.collect();
        let who = match &self.signers[..] {
            [] => "unsigned, which the trust file allows".to_owned(),
            signers => format!("signed by {}", Signer::names(signers)),
        };
        let format = self.format.filter(|format| *format != Format::Wasmsign2.name());
        let format = format.map(|format| format!(" ({format})")).unwrap_or_default();
        report.done("Verified", &format!("{module}{identity}, {who}{format}{by}"))?;
        // Without a signature, nothing says how long the module should be.
        if let Some(coverage) = self.coverage.as_ref().filter(|_| !self.signers.is_empty()) {
            coverage.show(report)?;
        }
        self.show_rule(report)?;
        match self.pinned {
            Some(Pinned::New) => report.done("Pinned", &format!("{module} to its signers")),
            Some(Pinned::Newer) => report.done("Pinned", &format!("{module} to its version")),
            None => Ok(()),
        }
    }

    /// Which rule has decided, and by whom each role is met.
    fn show_rule(&self, report: &Report) -> Result<()> {
        let Some(rule) = self.rule else { return Ok(()) };
        let role = |(role, keys): (&String, &Vec<String>)| match &keys[..] {
            [] => None,
            [key] if key == role => Some(escape(role)),
            keys => Some(format!("{} ({})", escape(role), escape(&keys.join(", ")))),
        };
        let roles: Vec<_> = self.roles.iter().filter_map(role).collect();
        let by = match &roles[..] {
            [] => String::new(),
            roles => format!(", met by {}", roles.join(" and ")),
        };
        report.done("Rule", &format!("{rule}{by}"))
    }

    /// Where the signature was, if not in the module.
    fn by(&self) -> String {
        let path = self.signature.as_ref().map(|path| escape(path));
        path.map(|path| format!(" (signature {path})")).unwrap_or_default()
    }
}

impl Line for Verify {
    fn show(&self, report: &Report) -> Result<()> {
        let why = escape(self.message.as_deref().unwrap_or_default());
        let (label, code) = match (self.verdict, self.reason) {
            (Some(VerdictWord::Verified), _) => return self.show_verified(report),
            (Some(VerdictWord::Refused), Some(code)) => ("Refused", format!(" ({code})")),
            (Some(VerdictWord::Malformed), _) => ("Malformed", String::new()),
            _ => return Ok(()),
        };
        let (module, by) = (escape(&self.module), self.by());
        report.print(&labelled(BAD, label, &format!("{module}: {why}{code}{by}")))?;
        self.advice.iter().for_each(|advice| report.advice(advice));
        Ok(())
    }
}

impl Coverage {
    /// Which bytes are covered, where that is not simply the whole file.
    fn show(&self, report: &Report) -> Result<()> {
        let (kind, covered, total) = (self.kind, self.covered, self.total.unwrap_or_default());
        if kind == CoverageKind::Prefix {
            let gone =
                if covered == total { "; the rest of what was signed is missing" } else { "" };
            let text = format!("bytes 0 to {covered} of {total}{gone}");
            report.result(&labelled(GOOD, "Covered", &text))?;
        }
        if covered < total {
            let text = format!("bytes {covered} to {total} are not covered");
            report.result(&labelled(WARNING, "Unverified", &text))?;
        }
        Ok(())
    }
}

/// Who has signed for each role.
fn roles(roles: &[SignedRole]) -> BTreeMap<String, Vec<String>> {
    let keys = |role: &SignedRole| role.keys.iter().map(ToString::to_string).collect();
    roles.iter().map(|role| (role.name.to_string(), keys(role))).collect()
}

/// What to do with a module that the pin store refuses.
fn after_pin_refusal(refusal: &PinRefusal) -> &'static str {
    match refusal {
        PinRefusal::Changed { .. } => {
            "do not run it; if its publisher confirms the new key, accept it with `cargo wasmsign pin accept`"
        }
        _ => "get the newer version again, or pass `--allow-downgrade` if you want the older one",
    }
}

/// What happened, with its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
