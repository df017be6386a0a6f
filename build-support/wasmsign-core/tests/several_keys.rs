//! Several keys: distinct ones count, each for all of the wanted range.

mod common;

use std::num::NonZeroUsize;

use common::*;
use wasmsign_core::verify::{BuilderError, Reason};
use wasmsign_core::{Policy, Require, Verifier};

fn at_least(count: usize) -> Policy {
    let count = NonZeroUsize::new(count).expect("the tests ask for one or more");
    Policy::default().require(Require::AtLeast(count))
}

fn all() -> Policy {
    Policy::default().require(Require::All)
}

fn not_met(found: usize, wanted: usize) -> Reason {
    Reason::PolicyNotMet { found, wanted }
}

#[test]
fn any_one_of_the_keys_is_enough_by_default() {
    let parts = three_parts();
    let file = with_sets(&[signed_set(&[3], &rolling(&slices(&parts)))], &slices(&parts));
    let verified = verify_with(&file, &[1, 2, 3], Policy::default()).expect("3 has signed");
    assert_eq!(verified.signers().len(), 1);
    assert_eq!(verified.signers()[0].public_key, public(3));
}

/// Why no verifier can be made of these keys.
fn no_verifier(seeds: &[u8], policy: Policy) -> BuilderError {
    let keys = seeds.iter().map(|&seed| public(seed));
    Verifier::builder(keys).policy(policy).build().expect_err("nothing could be trusted")
}

#[test]
fn there_is_no_verifier_without_keys() {
    for require in [Require::Any, Require::All, Require::AtLeast(NonZeroUsize::MIN)] {
        let error = no_verifier(&[], Policy::default().require(require));
        assert_eq!((error, error.code()), (BuilderError::NoKeys, "no-keys"));
    }
}

#[test]
fn each_key_counts_in_whichever_set_and_order_it_has_signed() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let apart = [signed_set(&[3], &hashes), signed_set(&[1, 2], &hashes)];
    let together = [signed_set(&[2, 3, 1], &hashes)];
    for sets in [&apart[..], &together] {
        let file = with_sets(sets, &slices(&parts));
        let verified = verify_with(&file, &[1, 2, 3], all()).expect("all have signed");
        let signers: Vec<_> = verified.signers().iter().map(|s| s.public_key.clone()).collect();
        assert_eq!(signers, [public(1), public(2), public(3)]);
        assert_eq!(reason(verify_with(&file, &[1, 2, 4], all())), not_met(2, 3));
        assert!(verify_with(&file, &[1, 2, 4], at_least(2)).is_ok());
        assert_eq!(reason(verify_with(&file, &[1, 2, 4], at_least(3))), not_met(2, 3));
    }
}

#[test]
fn a_key_that_is_given_or_has_signed_twice_counts_once() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let file =
        with_sets(&[signed_set(&[1, 1], &hashes), signed_set(&[1], &hashes)], &slices(&parts));
    let one_key = BuilderError::TooFewKeys { wanted: 2, given: 1 };
    assert_eq!(no_verifier(&[1, 1], at_least(2)), one_key);
    assert_eq!(reason(verify_with(&file, &[1, 2], at_least(2))), not_met(1, 2));
    let verified = verify_with(&file, &[1, 1], all()).expect("one key, and it has signed");
    assert_eq!(verified.signers().len(), 1);
}

#[test]
fn there_is_no_verifier_that_wants_more_signers_than_keys() {
    for wanted in [2, usize::MAX] {
        let error = no_verifier(&[1], at_least(wanted));
        assert_eq!(error, BuilderError::TooFewKeys { wanted, given: 1 });
        assert_eq!(error.code(), "too-few-keys");
    }
}

#[test]
fn each_key_must_cover_the_wanted_range_by_itself() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let sets = [signed_set(&[1], &hashes), signed_set(&[2], &hashes[..1])];
    let file = with_sets(&sets, &slices(&parts));
    assert_eq!(reason(verify_with(&file, &[1, 2], all())), not_met(1, 2));
    // The second part holds code, so a prefix must reach behind it.
    assert_eq!(reason(verify_with(&file, &[1, 2], all().prefix())), not_met(1, 2));
}

#[test]
fn the_range_is_what_all_counted_keys_reach() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let two_parts = 2;
    let sets = [signed_set(&[1], &hashes), signed_set(&[2], &hashes[..two_parts])];
    let file = with_sets(&sets, &slices(&parts));
    let end = (file.len() - parts[2].len()) as u64;
    assert_eq!(verify_with(&file, &[1, 2], all().prefix()).expect("both").covered(), end);
    let alone = verify_with(&file, &[1], all().prefix()).expect("key 1");
    assert_eq!(alone.covered(), file.len() as u64);
}

#[test]
fn for_each_key_its_longest_signature_counts() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let sets = [signed_set(&[1, 2], &hashes[..2]), signed_set(&[1, 2], &hashes)];
    let file = with_sets(&sets, &slices(&parts));
    let verified = verify_with(&file, &[1, 2], all().prefix()).expect("both");
    assert_eq!(verified.covered(), file.len() as u64);
}

#[test]
fn a_key_id_never_decides() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let signature = secret(1).sign(&message(&hashes));
    let foreign = public(2).default_key_id();
    for id in [&foreign[..], b"", b"x", &[0xff; 255]] {
        let file = with_sets(&[set(&hashes, &[entry(id, &signature)])], &slices(&parts));
        let verified = verify_with(&file, &[2, 1], Policy::default()).expect("key 1 has signed");
        assert_eq!(verified.signers()[0].public_key, public(1));
        assert_eq!(verified.signers()[0].key_id, id);
    }
    let own_id_no_signature = entry(&foreign, &signature);
    let file = with_sets(&[set(&hashes, &[own_id_no_signature])], &slices(&parts));
    assert_eq!(reason(verify_with(&file, &[2], Policy::default())), Reason::NoTrustedSignature);
}
