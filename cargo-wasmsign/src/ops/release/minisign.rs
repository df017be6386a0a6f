//! The signature of the sums, as minisign writes and verifies it.

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::verify::VerifyError;
use wasmsign_core::{Policy, PublicKey, Verifier, sign};

use super::names::{SUMS, SUMS_SIGNATURE};
use super::problem::Problem;
use crate::error::{Result, of_key_use};
use crate::keys::Signer;

/// Signs the sums. The signature is over `words`, too.
///
/// # Errors
///
/// Those of whoever holds the secret.
pub(super) fn sign(sums: &[u8], words: &str, signer: &Signer) -> Result<String> {
    let untrusted = format!("signature of {SUMS}, made by cargo-wasmsign");
    sign::minisign(sums, signer, &untrusted, words).map_err(|error| of_key_use(&signer.name, error))
}

/// What is wrong with a signature of the sums: it must be one of these keys'.
pub(super) fn problem(signature: &[u8], sums: &[u8], keys: &[PublicKey]) -> Option<Problem> {
    let signatures = match FileSignatures::minisign(signature) {
        Ok(signatures) => signatures,
        Err(error) => return Some(Problem::malformed(SUMS_SIGNATURE, error.to_string())),
    };
    let untrusted =
        |message: String| Problem::refused(SUMS_SIGNATURE, "no-trusted-signature", message);
    let verifier = Verifier::builder(keys.iter().cloned()).policy(Policy::default().expect(None));
    let verifier = match verifier.build() {
        Ok(verifier) => verifier,
        Err(error) => return Some(untrusted(error.to_string())),
    };
    match verifier.verify_file(sums, &signatures) {
        Ok(_) => None,
        Err(VerifyError::Refused(refusal)) => {
            let message = refusal.to_string();
            Some(Problem::refused(SUMS_SIGNATURE, refusal.reason().code(), message))
        }
        Err(error) => Some(Problem::malformed(SUMS_SIGNATURE, error.to_string())),
    }
}
