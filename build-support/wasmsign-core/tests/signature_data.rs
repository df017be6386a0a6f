//! Signature data: what is malformed, what is unknown, what is skipped.

mod common;

use common::*;
use wasmsign_core::formats::{Content, Unknown};
use wasmsign_core::sign;
use wasmsign_core::verify::{Ignored, Reason};
use wasmsign_core::wasm::{Place, Rule};
use wasmsign_core::{Result, Verified, Verifier, VerifyError};

const PART: &[u8] = b"\x01\x05types";

fn hashes() -> Vec<[u8; 32]> {
    rolling(&[PART])
}

/// Verifies `PART` under this detached signature data, and checks that embedded data says the same.
#[track_caller]
fn detached(data: &[u8]) -> Result<Verified, VerifyError> {
    let detached = Verifier::new([public(1)])
        .expect("keys and policy fit together")
        .verify_detached(&file(&[PART])[..], data);
    let section = signature_section(data);
    let embedded = verify(&file(&[&section, PART]));
    match (&detached, &embedded) {
        (Err(VerifyError::Malformed(alone)), _) => {
            assert_eq!(alone.place, Place::DetachedSignature);
            let inside = malformed(embedded);
            assert_eq!(inside.offset, alone.offset + 8 + (section.len() - data.len()) as u64);
            assert_eq!((inside.place, &inside.rule), (Place::Module, &alone.rule));
        }
        (alone, inside) => assert_eq!(alone.is_ok(), inside.is_ok()),
    }
    detached
}

/// A set in which a valid entry of key 1 stands behind this one.
fn beside(entry: Vec<u8>) -> Vec<u8> {
    data(&[set(&hashes(), &[entry, signed_entry(1, &hashes())])])
}

fn valid() -> Vec<u8> {
    data(&[signed_set(&[1], &hashes())])
}

#[test]
fn unknown_version_content_type_and_hash_function_are_refused_with_that_reason() {
    for found in [0, 2, 0x7f, 0x81, 0xff] {
        let unknown: [fn(u8) -> Unknown; 3] =
            [Unknown::Version, Unknown::ContentType, Unknown::HashFunction];
        for (at, unknown) in unknown.into_iter().enumerate() {
            let mut data = valid();
            data[at] = found;
            assert_eq!(reason(detached(&data)), Reason::Unknown(unknown(found)));
        }
    }
}

#[test]
fn data_cut_anywhere_is_malformed() {
    let whole = valid();
    assert!(detached(&whole).is_ok());
    for length in 0..whole.len() {
        malformed(detached(&whole[..length]));
    }
    assert_eq!(fault(detached(&whole[..3])), (3, Rule::Truncated { what: "signature sets" }));
    assert_eq!(fault(detached(b"")), (0, Rule::Truncated { what: "the version" }));
}

#[test]
fn left_over_bytes_behind_the_data_are_malformed() {
    let whole = valid();
    for more in [&[0][..], &[1], &[0, 0]] {
        let rule = Rule::LeftOver { what: "the signature data", found: more.len() };
        let longer = [&whole, more].concat();
        assert_eq!(fault(detached(&longer)), (whole.len() as u64, rule));
    }
}

#[test]
fn left_over_bytes_behind_a_set_are_malformed() {
    for more in [&[0][..], &[1], &[0, 0]] {
        let data = data(&[[&signed_set(&[1], &hashes()), more].concat()]);
        let rule = Rule::LeftOver { what: "the set", found: more.len() };
        assert_eq!(fault(detached(&data)), ((data.len() - more.len()) as u64, rule));
    }
}

#[test]
fn left_over_bytes_behind_an_entry_are_malformed_but_for_one_zero() {
    let with =
        |more: &[u8]| data(&[set(&hashes(), &[[&signed_entry(1, &hashes()), more].concat()])]);
    assert!(detached(&with(&[0])).is_ok());
    for more in [&[1][..], &[0xff], &[0, 0], &[0, 1], &[1, 0]] {
        let data = with(more);
        let rule = Rule::LeftOver { what: "the entry", found: more.len() };
        assert_eq!(fault(detached(&data)), ((data.len() - more.len()) as u64, rule));
    }
}

#[test]
fn lengths_that_leave_what_holds_them_are_malformed() {
    let set = signed_set(&[1], &hashes());
    let (huge, found) = (&[0xff, 0xff, 0xff, 0xff, 0x0f][..], set.len());
    let claim = [&[1, 1, 1, 1], huge, &set].concat();
    let rule = Rule::LengthLeavesInput { what: "the set", claimed: u32::MAX, found };
    assert_eq!(fault(detached(&claim)), (9, rule));

    let inner = [&[1], &hashes().concat()[..], &[1, 0x45], &[0; 68]].concat();
    let rule = Rule::LengthLeavesInput { what: "the entry", claimed: 0x45, found: 68 };
    assert_eq!(fault(detached(&data(&[inner]))), (5 + 35, rule));

    let short = [&[0, 1, 64][..], &[0; 63]].concat();
    let rule = Rule::LengthLeavesInput { what: "the signature", claimed: 64, found: 63 };
    assert_eq!(fault(detached(&beside(short))).1, rule);
    assert_eq!(fault(detached(&beside(vec![3, b'i']))).1, Rule::Truncated { what: "the key id" });
    assert_eq!(fault(detached(&beside(vec![0]))).1, Rule::Truncated { what: "the algorithm" });
}

/// `data` with the one-byte varint at `at` in two bytes, and the lengths at `around` one larger.
fn padded_at(data: &[u8], at: usize, around: &[usize]) -> Vec<u8> {
    let mut longer = data.to_vec();
    around.iter().for_each(|&length| longer[length] += 1);
    longer.splice(at..=at, padded(data[at].into(), 2));
    longer
}

#[test]
fn padded_varints_are_malformed_at_each_place() {
    // Offsets in data of one set, one hash and one entry without key id.
    let (set, entry) = (4, 5 + 1 + 32 + 1);
    for (at, around, what) in [
        (3, &[][..], "signature sets"),
        (set, &[], "a length"),
        (set + 1, &[set], "hashes in a set"),
        (entry - 1, &[set], "signatures in a set"),
        (entry, &[set], "a length"),
        (entry + 1, &[set, entry], "bytes of a key id"),
        (entry + 3, &[set, entry], "the signature's length"),
    ] {
        let data = padded_at(&valid(), at, around);
        assert_eq!(fault(detached(&data)), (at as u64, Rule::Padded { what }));
    }
}

#[test]
fn a_varuint32_that_is_too_long_is_malformed() {
    for bytes in [&[0x81, 0x80, 0x80, 0x80, 0x80, 0][..], &[0xff, 0xff, 0xff, 0xff, 0x1f]] {
        let data = [&[1, 1, 1], bytes].concat();
        let rule = Rule::Varuint32 { what: "signature sets" };
        assert_eq!(fault(detached(&data)), (3, rule));
    }
}

#[test]
fn entries_of_unknown_algorithms_and_wrong_lengths_are_skipped_and_listed() {
    let opaque = |rest: &[u8]| [&[2, b'i', b'd', 9], rest].concat();
    for rest in [&[][..], &[0], &[64], &[0xff; 70], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80]] {
        let verified = detached(&beside(opaque(rest))).expect("its neighbour is valid");
        let ignored = Ignored::UnknownAlgorithm { set: 0, entry: 0, algorithm: 9 };
        assert_eq!(verified.ignored(), [ignored]);
    }
    for length in [0, 1, 63, 65, 127, 128, 300] {
        let verified = detached(&beside(entry(b"id", &vec![1; length])));
        let verified = verified.expect("its neighbour is valid");
        assert_eq!(verified.ignored(), [Ignored::WrongLength { set: 0, entry: 0 }]);
    }
}

#[test]
fn skipped_entries_alone_are_no_trusted_signature() {
    let skipped = data(&[set(&hashes(), &[entry(b"", &[1; 63]), vec![0, 2]])]);
    assert_eq!(reason(detached(&skipped)), Reason::NoTrustedSignature);
}

#[test]
fn the_length_of_a_wrong_signature_is_told_exactly() {
    for length in [0, 1, 63, 65, 127, 128, 300] {
        for tail in [&[][..], &[0]] {
            let odd = [&entry(b"id", &vec![1; length]), tail].concat();
            let kept = data(&[set(&hashes(), &[odd])]);
            let read = sign::detached(&file(&[PART])[..], Some(&kept), &[]).expect("well-formed");
            assert_eq!(read.data.sets[0].entries[0].content(), Content::WrongLength(length));
        }
    }
}
