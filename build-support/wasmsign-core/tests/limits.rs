//! The caps: what is at one is looked at, what is over one is refused.

mod common;

use common::*;
use wasmsign_core::limits::MAX_KEYS;
use wasmsign_core::verify::Reason;
use wasmsign_core::{Policy, SecretKey, Verifier};

const PART: &[u8] = b"\x01\x05types";

fn too_many(what: &'static str, limit: u32) -> Reason {
    Reason::TooManySignatures { what, limit }
}

fn file_of(sets: &[Vec<u8>]) -> Vec<u8> {
    with_sets(sets, &[PART])
}

/// Entries that look like signatures and are none, under this key id.
fn garbage(count: usize, key_id: &[u8]) -> Vec<Vec<u8>> {
    // Points and scalars that pass every cheap test: signatures of another message.
    let signature = secret(1).sign(b"another message");
    vec![entry(key_id, &signature); count]
}

fn skipped(count: usize) -> Vec<Vec<u8>> {
    vec![vec![0, 9]; count]
}

#[test]
fn a_signature_section_of_4_mib() {
    let hashes = rolling(&[PART]);
    let fixed = data(&[set(&hashes, &[signed_entry(1, &hashes), vec![0, 9]])]).len();
    // The lengths of the set and of the opaque entry take three bytes more each.
    for (total, fits) in [(4 << 20, true), (4 << 20 | 1, false)] {
        let opaque = [vec![0, 9], vec![0; total - fixed - 6]].concat();
        let data = data(&[set(&hashes, &[signed_entry(1, &hashes), opaque])]);
        assert_eq!(data.len(), total);
        let embedded = verify(&file(&[&signature_section(&data), PART]));
        let detached = Verifier::new([public(1)])
            .expect("keys and policy fit together")
            .verify_detached(&file(&[PART])[..], &data)
            .map_err(Into::into);
        for verified in [embedded, detached] {
            match fits {
                true => assert_eq!(verified.expect("at the cap").ignored().len(), 1),
                false => {
                    assert_eq!(reason(verified), too_many("bytes of signature data", 4 << 20))
                }
            }
        }
    }
}

#[test]
fn sets_in_a_signature_section() {
    let hashes = rolling(&[PART]);
    let mut sets = vec![set(&hashes, &[]); 63];
    sets.push(signed_set(&[1], &hashes));
    assert!(verify(&file_of(&sets)).is_ok());
    sets.push(set(&hashes, &[]));
    assert_eq!(reason(verify(&file_of(&sets))), too_many("signature sets", 64));
}

#[test]
fn entries_in_a_set() {
    let hashes = rolling(&[PART]);
    let mut entries = skipped(255);
    entries.push(signed_entry(1, &hashes));
    assert!(verify(&file_of(&[set(&hashes, &entries)])).is_ok());
    entries.push(vec![0, 9]);
    let refused = reason(verify(&file_of(&[set(&hashes, &entries)])));
    assert_eq!(refused, too_many("signatures in a set", 256));
}

#[test]
fn hashes_in_a_set_and_parts_in_a_file() {
    let parts: Vec<_> = (0..65).map(delimiter).collect();
    let parts = slices(&parts);
    assert!(verify(&signed(&parts[..64])).is_ok());
    assert_eq!(reason(verify(&signed(&parts))), too_many("hashes in a set", 64));
    let sets = [signed_set(&[1], &rolling(&parts[..64]))];
    assert_eq!(reason(verify(&with_sets(&sets, &parts))), Reason::NotCovered);
    let prefix = verify_with(&with_sets(&sets, &parts), &[1], Policy::default().prefix());
    let verified = prefix.expect("64 parts are signed");
    assert_eq!(verified.total() - verified.covered(), parts[64].len() as u64);
}

#[test]
fn bytes_of_a_key_id() {
    let hashes = rolling(&[PART]);
    let signature = secret(1).sign(&message(&hashes));
    let with_id = |length| file_of(&[set(&hashes, &[entry(&vec![7; length], &signature)])]);
    let verified = verify(&with_id(255)).expect("at the cap");
    assert_eq!(verified.signers()[0].key_id[..], [7; 255]);
    assert_eq!(reason(verify(&with_id(256))), too_many("bytes of a key id", 255));
    // A length that leaves the data is malformed first of all.
    for id in [&[0xff, 1, 7][..], &[0x80, 2, 7], &[0xff, 0xff, 0xff, 0xff, 0x0f]] {
        let fault = malformed(verify(&file_of(&[set(&hashes, &[id.to_vec()])])));
        assert_eq!(fault.rule.code(), "truncated");
    }
}

#[test]
fn counts_that_are_only_claimed_take_no_memory() {
    for data in [&[1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f][..], &[1, 1, 1, 65]] {
        let file = file(&[&signature_section(data), PART]);
        assert_eq!(reason(verify(&file)), too_many("signature sets", 64));
    }
}

/// Sets over the same hashes with `before` worthless entries under `key_id`, then a valid one under `last_id`.
fn hidden(before: usize, key_id: &[u8], last_id: &[u8]) -> Vec<u8> {
    let hashes = rolling(&[PART]);
    let mut entries = garbage(before, key_id);
    entries.push(entry(last_id, &secret(1).sign(&message(&hashes))));
    let sets: Vec<_> = entries.chunks(256).map(|entries| set(&hashes, entries)).collect();
    file_of(&sets)
}

#[test]
fn operations_for_one_file() {
    assert!(verify(&hidden(1023, b"", b"")).is_ok());
    let exhausted = too_many("signatures to try", 1024);
    assert_eq!(reason(verify(&hidden(1024, b"", b""))), exhausted);
    assert_eq!(reason(verify(&hidden(2000, b"", b""))), exhausted);
}

#[test]
fn a_matching_key_id_goes_first() {
    let id = public(1).default_key_id();
    let file = hidden(2000, b"", &id);
    assert_eq!(verify(&file).expect("its id matches").signers()[0].key_id[..], id);
    let misleading = hidden(1024, &id, b"");
    assert_eq!(reason(verify(&misleading)), too_many("signatures to try", 1024));
}

#[test]
fn operations_are_counted_over_all_keys() {
    let keys = (2..12).map(|seed| SecretKey::from_seed(&[seed; 32]).public_key().clone());
    let verifier = Verifier::new(keys.chain([public(1)])).expect("keys and policy fit together");
    let file = hidden(100, b"", b"");
    assert_eq!(reason(verifier.verify(&file[..])), too_many("signatures to try", 1024));
    assert!(verifier.verify(&hidden(90, b"", b"")[..]).is_ok());
}

/// So many keys, none of which has signed anything, and before them that of seed 1.
fn many_keys(others: u32) -> Vec<wasmsign_core::PublicKey> {
    let other = |seed: u32| {
        let mut bytes = [9; 32];
        bytes[..4].copy_from_slice(&seed.to_le_bytes());
        SecretKey::from_seed(&bytes).public_key().clone()
    };
    (0..others).map(other).chain([public(1)]).collect()
}

#[test]
fn the_budget_grows_with_the_keys() {
    let without_id = hidden(0, b"", b"");
    for others in [1023, 1024, 1099, MAX_KEYS as u32 - 1] {
        let verifier = Verifier::new(many_keys(others)).expect("keys and policy fit together");
        let verified = verifier.verify(&without_id[..]).expect("each key can be tried");
        assert_eq!(verified.signers()[0].public_key, public(1));
    }
    let verifier = Verifier::new(many_keys(599)).expect("keys and policy fit together");
    assert!(verifier.verify(&hidden(1, b"", b"")[..]).is_ok(), "1,200 operations");
    assert_eq!(
        reason(verifier.verify(&hidden(2, b"", b"")[..])),
        too_many("signatures to try", 1200)
    );
}

/// What one of the keys has signed need not be tried with another.
#[test]
fn signatures_that_count_cost_little() {
    let hashes = rolling(&[PART]);
    let with_id =
        |seed: u8| entry(&public(seed).default_key_id(), &secret(seed).sign(&message(&hashes)));
    let file = file_of(&[set(&hashes, &[1, 2, 3].map(with_id))]);
    let keys = many_keys(1500).into_iter().chain([public(2), public(3)]);
    let verified = Verifier::new(keys)
        .expect("keys and policy fit together")
        .verify(&file[..])
        .expect("three operations");
    assert_eq!(verified.signers().len(), 3);
}

#[test]
fn more_keys_are_refused_when_the_verifier_is_made() {
    let mut keys = many_keys(MAX_KEYS as u32 - 1);
    keys.extend(keys.clone());
    assert_eq!(Verifier::new(keys.clone()).expect("each counts once").keys().len(), MAX_KEYS);
    keys.push(public(2));
    let error = Verifier::new(keys).expect_err("one too many");
    assert_eq!(error.to_string(), "4097 different keys: a verifier accepts at most 4096");
}

#[test]
fn operations_on_sets_that_cannot_be_enough_count_too() {
    let other = rolling(&[b"another body"]);
    let sets: Vec<_> = (0..5).map(|_| set(&other, &garbage(256, b""))).collect();
    assert_eq!(reason(verify(&file_of(&sets))), too_many("signatures to try", 1024));
    let hashes = rolling(&[PART]);
    let sets = [sets, vec![signed_set(&[1], &hashes)]].concat();
    assert!(verify(&file_of(&sets)).is_ok(), "the set over this body goes first");
}
