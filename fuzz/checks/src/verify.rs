//! The verdict: nothing is trusted that no trusted key has signed.

use sha2::{Digest, Sha256};
use wasmsign_core::verify::SignedHashes;
use wasmsign_core::{Verified, VerifyError};

use crate::attempt::{Attempt, Coverage, Demand, attempts};
use crate::model::{self, Frame};
use crate::originals;

/// Takes the input for attempts at a verifier.
pub fn check_verify(data: &[u8]) {
    for attempt in attempts(data) {
        let _ = judged_rightly(&attempt);
    }
}

/// The verdict; where it is positive, every word of it was checked against what was signed.
pub fn judged_rightly(attempt: &Attempt) -> Result<Verified, VerifyError> {
    let verdict = verdict(attempt);
    assert_eq!(told_of_hashes(&hashed_elsewhere(attempt)), told(&verdict), "hashed elsewhere");
    match &verdict {
        Ok(verified) => proved(attempt, verified),
        Err(VerifyError::Refused(refusal)) => {
            assert_eq!(refusal.total(), attempt.module.len() as u64)
        }
        Err(VerifyError::Malformed(fault)) => assert!(!fault.to_string().is_empty()),
        Err(error) => panic!("{error:?}"),
    }
    verdict
}

/// What the library says.
pub fn verdict(attempt: &Attempt) -> Result<Verified, VerifyError> {
    let (verifier, module) = (attempt.demand.verifier(), &attempt.module[..]);
    match &attempt.detached {
        Some(signature) => verifier.verify_detached(module, signature),
        None => verifier.verify(module),
    }
}

/// What it says of hashes that were computed elsewhere.
fn hashed_elsewhere(attempt: &Attempt) -> Result<SignedHashes, VerifyError> {
    let (verifier, module) = (attempt.demand.verifier(), &attempt.module[..]);
    let prehashed = match &attempt.detached {
        Some(signature) => verifier.prehashed_detached(module, signature),
        None => verifier.prehashed(module),
    }?;
    let start = usize::try_from(prehashed.start()).expect("it is in memory");
    let hash = |end: &u64| {
        let end = usize::try_from(*end).expect("it is in memory");
        Sha256::digest(&module[start..end]).into()
    };
    let hashes: Vec<_> = prehashed.ends().iter().map(hash).collect();
    prehashed.judge(&hashes)
}

/// All that a verdict says but the identity, which a prehashed module does not know.
fn told(verdict: &Result<Verified, VerifyError>) -> String {
    as_text(verdict, |told| {
        let (covered, whole) = (told.covered(), told.is_whole());
        format!("{covered} {whole} {:?} {:?}", told.signers(), told.ignored())
    })
}

/// The same of hashes that were computed elsewhere.
fn told_of_hashes(verdict: &Result<SignedHashes, VerifyError>) -> String {
    as_text(verdict, |told| {
        let (covered, whole) = (told.covered(), told.is_whole());
        format!("{covered} {whole} {:?} {:?}", told.signers(), told.ignored())
    })
}

fn as_text<T>(verdict: &Result<T, VerifyError>, told: impl Fn(&T) -> String) -> String {
    match verdict {
        Ok(verified) => told(verified),
        Err(VerifyError::Refused(refusal)) => {
            format!("{:?} {:?}", refusal.reason(), refusal.ignored())
        }
        Err(error) => error.to_string(),
    }
}

fn proved(Attempt { module, demand, .. }: &Attempt, verified: &Verified) {
    let frames = model::frames(module).expect("what verifies is well-formed");
    let covered = usize::try_from(verified.covered()).expect("it is in memory");
    let body = &module[model::body_start(&frames)..covered];
    signed_by_enough(demand, verified, body);
    assert_eq!(verified.total(), module.len() as u64);
    assert!(!verified.is_whole() || covered == module.len(), "whole, and not covered to its end");
    assert!(demand.coverage != Coverage::Whole || verified.is_whole(), "not whole");
    assert!(demand.expect.is_none_or(|kind| kind == verified.kind()), "of another kind");
    assert_eq!(model::kind(module), Some(verified.kind()));
    let behind = frames.iter().filter(|frame| frame.end > covered);
    assert!(behind.clone().count() == 0 || demand.coverage != Coverage::Whole);
    behind.for_each(|frame| may_be_uncovered(demand, frame));
    assert!(
        !frames.iter().skip(1).any(|frame| frame.is_named("signature")),
        "a misplaced signature"
    );
}

fn signed_by_enough(demand: &Demand, verified: &Verified, body: &[u8]) {
    let (keys, signers) = (demand.keys(), verified.signers());
    let wanted = demand.require.count(keys.len());
    assert!(signers.len() >= wanted, "{} of {wanted} signers", signers.len());
    for (place, signer) in signers.iter().enumerate() {
        let key = &signer.public_key;
        assert!(keys.contains(key), "a signer that nobody trusts");
        assert!(signers[..place].iter().all(|other| other.public_key != *key), "counted twice");
        assert!(originals::has_signed(key, body, false), "never signed by {key:?}");
    }
    // One may have signed more than another: whole is what is so for each that counts.
    let whole = |key| originals::has_signed(key, body, true);
    let all_whole = signers.iter().all(|signer| whole(&signer.public_key));
    assert!(!verified.is_whole() || all_whole, "never signed as a whole");
}

fn may_be_uncovered(demand: &Demand, frame: &Frame<'_>) {
    let named_a = demand.coverage == Coverage::PrefixWithA && frame.is_named("a");
    assert!(frame.custom.is_some() && !named_a, "{frame:?} is not covered");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::originals::ORIGINALS;

    #[test]
    fn what_was_signed_by_1_or_2_is_trusted() {
        for original in &*ORIGINALS {
            let trusted = original.signers.iter().any(|&(seed, _)| seed < 3);
            for attempt in attempts(&original.signed()) {
                assert_eq!(judged_rightly(&attempt).is_ok(), trusted, "{:?}", attempt.demand);
            }
        }
    }
}
