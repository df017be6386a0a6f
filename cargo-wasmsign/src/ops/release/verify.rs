//! Checking a release: everything in it together, by keys or a trust file.

use std::path::PathBuf;

use wasmsign_core::formats::Format;
use wasmsign_core::trust::Time;
use wasmsign_core::verify::SignedBy;
use wasmsign_core::{Policy, PublicKey};

use super::check::{self, Seen};
use super::index::{Index, Module};
use super::minisign;
use super::names::{SUMS, SUMS_SIGNATURE};
use super::opened::Opened;
use super::problem::Problem;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::verify::{
    self as modules, Asked, Formats, Question, SignatureSource, Trusted, Verdict,
};

/// A release, and who decides about it.
#[derive(Debug)]
pub(crate) struct Request {
    /// Its directory.
    pub(crate) directory: PathBuf,
    /// The one module that is asked about.
    pub(crate) file: Option<String>,
    /// Whether files that the index does not name are refused.
    pub(crate) strict: bool,
    /// Who decides.
    pub(crate) whom: Whom,
}

/// Who decides.
#[derive(Debug)]
pub(crate) enum Whom {
    /// Any of these keys.
    Keys(Vec<String>),
    /// A trust file, at a time.
    File(PathBuf, Option<Time>),
    /// The trust table of the workspace, at a time.
    Workspace(Option<PathBuf>, Option<Time>),
}

/// The verdict on a release.
pub(crate) struct Verification {
    /// Its directory.
    pub(crate) directory: PathBuf,
    /// What it says is in it.
    pub(crate) index: Index,
    /// The modules that were looked at, with the keys that have signed those that verify.
    pub(crate) modules: Vec<(Module, Option<Vec<SignedBy>>)>,
    /// All that is wrong.
    pub(crate) problems: Vec<Problem>,
    /// What is odd, and not wrong.
    pub(crate) warnings: Vec<Problem>,
}

impl Verification {
    /// The exit code that stands for it.
    pub(crate) fn exit(&self) -> Exit {
        self.problems.iter().fold(Exit::Ok, |exit, problem| exit.worst(problem.exit))
    }
}

/// Checks a release.
///
/// # Errors
///
/// Exit code 2 where keys, trust file or `--file` cannot be used; 1, 3 and 4 where index or sums cannot. All else is in the
/// verdict.
pub(crate) fn run(request: &Request) -> Result<Verification> {
    let opened = Opened::open(&request.directory)?;
    let only = request.file.as_deref().map(|file| opened.module(file)).transpose()?;
    let looked_at: Vec<_> = match only {
        Some(module) => vec![module],
        None => opened.index.modules.iter().collect(),
    };
    let Seen { mut problems, unnamed } = check::check(&opened, only);
    let readable: Vec<_> =
        looked_at.iter().copied().filter(|module| opened.file(&module.file).is_ok()).collect();
    let asked = modules::Request {
        modules: readable.iter().map(|module| opened.path(&module.file)).collect(),
        signature: SignatureSource::OwnOrBeside,
        // What a release is signed with, whatever else its modules have.
        formats: Formats { asked: vec![Asked::Format(Format::Wasmsign2)], ..Formats::default() },
        principal: None,
        trusted: request.whom.trusted(),
        pins: None,
        identity: true,
    };
    let sources = [SignatureSource::OwnOrBeside, SignatureSource::Beside];
    let (verdicts, keys) = modules::all(&asked, &sources)?;
    problems.extend(sums_problem(&opened, &keys));
    let mut verified = Vec::new();
    for (at, module) in readable.iter().enumerate() {
        let (embedded, beside) = (&verdicts[0][at], &verdicts[1][at]);
        problems.extend(embedded_problem(module, embedded));
        problems.extend(detached_problem(module, embedded, beside));
        problems.extend(provenance_problem(&opened, module, embedded));
        let is_sound =
            !problems.iter().any(|problem| module.files().any(|file| file == problem.file));
        let signers = embedded.result.as_ref().ok().map(|verified| verified.signers().to_vec());
        verified.push(((*module).clone(), signers.filter(|_| is_sound)));
    }
    let (strict, warnings) = match request.strict {
        true => (unnamed, Vec::new()),
        false => (Vec::new(), unnamed),
    };
    problems.extend(strict);
    let directory = request.directory.clone();
    Ok(Verification { directory, index: opened.index, modules: verified, problems, warnings })
}

impl Whom {
    fn trusted(&self) -> Trusted {
        let question = |at: &Option<Time>| Question { name: None, at: *at };
        // The sums cover headers, too.
        let policy = Policy::default().expect(None);
        match self {
            Self::Keys(keys) => Trusted::Keys { public_keys: keys.clone(), policy },
            Self::File(file, at) => Trusted::File { file: file.clone(), question: question(at) },
            Self::Workspace(manifest_path, at) => Trusted::Workspace {
                manifest_path: manifest_path.clone(),
                question: question(at),
                policy: Policy::default(),
            },
        }
    }
}

/// What is wrong with the signature of the sums.
fn sums_problem(opened: &Opened, keys: &[PublicKey]) -> Option<Problem> {
    let Some(signature) = &opened.signature else {
        let message = format!("`{SUMS}` is not signed: the file is missing");
        return Some(Problem::refused(SUMS_SIGNATURE, "no-signature", message));
    };
    minisign::problem(signature, &opened.sums_text, keys)
}

/// What is wrong with a module and the signature in it.
fn embedded_problem(module: &Module, verdict: &Verdict<'_>) -> Option<Problem> {
    let file = &module.file;
    let verified = match &verdict.result {
        Err(failure) => return Some(Problem::of_failure(file, failure)),
        Ok(verified) => verified,
    };
    if verdict.signature.is_some() {
        let message = "it carries no signature, but one lies beside it";
        return Some(Problem::refused(file, "no-signature", message));
    }
    let identity = verified.identity().map(|identity| identity.to_string());
    (identity.as_deref() != Some(&module.identity))
        .then(|| Problem::refused(file, "index-mismatch", "the index says another identity of it"))
}

/// What is wrong with the signature beside a module.
fn detached_problem(
    module: &Module,
    embedded: &Verdict<'_>,
    beside: &Verdict<'_>,
) -> Option<Problem> {
    let is_signed = embedded.result.as_ref().is_ok_and(|verified| !verified.signers().is_empty());
    match (&module.signature, &beside.result) {
        (Some(file), Err(failure)) => Some(Problem::of_failure(file, failure)),
        (Some(_), Ok(_)) => None,
        (None, _) if is_signed => Some(Problem::refused(
            &module.file,
            "index-mismatch",
            "it is signed, but the index names no signature beside it",
        )),
        (None, _) => None,
    }
}

/// What is wrong with the signatures of the statements about a module: whoever has signed the module must have signed them.
fn provenance_problem(opened: &Opened, module: &Module, verdict: &Verdict<'_>) -> Option<Problem> {
    let verified = verdict.result.as_ref().ok()?;
    // What is wrong with the statements themselves is known.
    let envelopes = check::statements(opened, module).ok()?;
    let is_signed = |signer: &SignedBy| {
        envelopes.iter().all(|envelope| envelope.is_signed_by(&signer.public_key))
    };
    let missing = verified.signers().iter().find(|signer| !is_signed(signer))?;
    let key = crate::text::hex::public_key_text(&missing.public_key);
    let message = format!("the key {key} has signed the module, but not this statement");
    Some(Problem::refused(&module.provenance, "not-signed", message))
}
