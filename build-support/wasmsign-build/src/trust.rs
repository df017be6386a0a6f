//! Bytes that are verified before they go anywhere.

use std::path::Path;

use wasmsign_core::verify::Reason;
use wasmsign_core::{Error as CoreError, Policy, PublicKey, Verified, Verifier};

use crate::error::{Error, ErrorKind, Result};

/// Verifies the bytes of a file, which are in memory, so that what was verified is what will be embedded.
pub(crate) fn verify(
    path: &Path,
    module: &[u8],
    signature: Option<&[u8]>,
    keys: Vec<PublicKey>,
    policy: Policy,
) -> Result<Verified> {
    if keys.is_empty() {
        let message = format!("no key was given to verify `{}` with", path.display());
        return Err(
            Error::new(ErrorKind::Key, message).advice("name the signer's public key with `key`")
        );
    }
    let verifier = Verifier::try_new(keys).map_err(|error| {
        let message = format!("there are too many keys to verify `{}` with", path.display());
        Error::new(ErrorKind::Key, message).because(error)
    })?;
    let verifier = verifier.policy(policy).with_identity();
    let verdict = match signature {
        Some(signature) => verifier.verify_detached(module, signature),
        None => verifier.verify(module),
    };
    verdict.map_err(|error| told(path, error, verifier.keys().len()))
}

/// `keys` is how many different ones were given.
fn told(path: &Path, error: CoreError, keys: usize) -> Error {
    match error {
        CoreError::Refused(refusal) if wants_more_than(refusal.reason(), keys) => {
            let message = format!("`{}`: more keys are required than were given", path.display());
            Error::new(ErrorKind::Key, message)
                .because(format!("{refusal}, and the number of different keys given is {keys}"))
                .advice("name more keys with `key`, or ask for fewer with `require`")
        }
        CoreError::Refused(refusal) => {
            let reason = refusal.reason();
            let message = format!("`{}` is not trusted ({})", path.display(), reason.code());
            Error::new(ErrorKind::Refused, message).advice(advice(reason)).because(refusal)
        }
        other => Error::new(ErrorKind::Malformed, format!("`{}` is malformed", path.display()))
            .because(other)
            .advice("fetch it again: it may have been cut on its way, or be another kind of file"),
    }
}

/// Whether no module could be trusted.
fn wants_more_than(reason: &Reason, keys: usize) -> bool {
    matches!(*reason, Reason::PolicyNotMet { wanted, .. } if wanted > keys)
}

/// What to do about a refusal.
fn advice(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoSignature => {
            "ask for a signed module; where the signature is a file of its own, name it with `signature`"
        }
        Reason::BodyChanged => {
            "the module was changed after it was signed: fetch it again from its signer, and do not run this one"
        }
        Reason::NoTrustedSignature => {
            "somebody else has signed it: `cargo wasmsign inspect` shows the signatures; compare the key with the \
             signer's, and change `key` only if theirs is another one now"
        }
        Reason::NotCovered => {
            "something was added behind what is signed: `cargo wasmsign inspect` shows it; `prefix` is content with \
             less than the whole file"
        }
        Reason::PolicyNotMet { .. } => {
            "`cargo wasmsign inspect` shows who has signed; ask the others to sign too, or change `require`"
        }
        Reason::KindMismatch { .. } => "name the kind that is wanted with `expect`",
        _ => {
            "`cargo wasmsign inspect` shows what is there; ask the signer to sign with `cargo wasmsign`"
        }
    }
}
