//! Bytes that are verified before they go anywhere.

use std::path::Path;

use wasmsign_core::verify::{BuilderError, Reason};
use wasmsign_core::{Policy, PublicKey, VerifiedModule, Verifier, VerifyError};

use crate::error::{Error, ErrorKind, Result};

/// Verifies the bytes of a file, which are in memory, so that what was verified is what will be embedded.
pub(crate) fn verify<'a>(
    path: &Path,
    module: &'a [u8],
    signature: Option<&[u8]>,
    keys: Vec<PublicKey>,
    policy: Policy,
) -> Result<VerifiedModule<'a>> {
    let builder = Verifier::builder(keys).policy(policy).with_identity();
    let verifier = builder.build().map_err(|error| unfit(path, error))?;
    let verdict = match signature {
        Some(signature) => verifier.verify_bytes_detached(module, signature),
        None => verifier.verify_bytes(module),
    };
    verdict.map_err(|error| told(path, error))
}

/// Why these keys and this policy verify nothing.
fn unfit(path: &Path, error: BuilderError) -> Error {
    let path = path.display();
    let (message, advice) = match error {
        BuilderError::NoKeys => (
            format!("no key was given to verify `{path}` with"),
            "set the signer's public key with `key`",
        ),
        BuilderError::TooFewKeys { .. } => (
            format!("`{path}`: more keys are required than were given"),
            "add keys with `key`, or require fewer with `require`",
        ),
        _ => (
            format!("too many keys to verify `{path}` with"),
            "name those that may have signed this module",
        ),
    };
    Error::new(ErrorKind::Key, message).because(error).advice(advice)
}

fn told(path: &Path, error: VerifyError) -> Error {
    match error {
        VerifyError::Refused(refusal) => {
            let reason = refusal.reason();
            let message = format!("`{}` is not trusted ({})", path.display(), reason.code());
            Error::new(ErrorKind::Refused, message).advice(advice(reason)).because(refusal)
        }
        other => Error::new(ErrorKind::Malformed, format!("`{}` is malformed", path.display()))
            .because(other)
            .advice("fetch it again: it may be truncated, or a different kind of file"),
    }
}

/// What to do about a refusal.
fn advice(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoSignature => {
            "ask for a signed module; if the signature is in a separate file, set it with \
             `signature`"
        }
        Reason::BodyChanged => {
            "the module was changed after it was signed; do not run it, and fetch it again from \
             its signer"
        }
        Reason::NoTrustedSignature => {
            "someone else has signed it; `cargo wasmsign inspect` shows the signatures; compare \
             the key with the signer's, and change `key` only if the signer has a new key"
        }
        Reason::NotCovered => {
            "something was added after the signed part, as `cargo wasmsign inspect` shows; \
             `prefix` accepts less than the whole file"
        }
        Reason::PolicyNotMet { .. } => {
            "`cargo wasmsign inspect` shows which keys have signed; ask the others to sign too, \
             or change `require`"
        }
        Reason::NoManifest => {
            "it does not say what it is; ask for one built with `manifest = true`, or require \
             neither `package` nor `version`"
        }
        Reason::WrongPackage { .. } => {
            "it is another module of the same signer; fetch the right one, or correct `package`"
        }
        Reason::WrongVersion { .. } => {
            "fetch a version that `version` accepts; an old one may have been put in its place"
        }
        Reason::KindMismatch { .. } => "set the expected kind with `expect`",
        _ => {
            "`cargo wasmsign inspect` shows the module's signatures; ask the signer to sign with \
             `cargo wasmsign`"
        }
    }
}
