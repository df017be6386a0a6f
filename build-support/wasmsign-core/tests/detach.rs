//! Detaching and attaching: two operations that undo each other.

mod common;

use std::io::Cursor;

use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wasmsign_core::edit;
use wasmsign_core::edit::Earlier::{Drop, Refuse};
use wasmsign_core::formats::Unknown;
use wasmsign_core::formats::sections::SignatureData;
use wasmsign_core::sign::NotSignable;
use wasmsign_core::wasm::{Place, Rule};
use wasmsign_core::{Error, Identity, Verifier, sign};

#[test]
fn detaching_gives_the_file_without_its_section_and_the_content_of_it() {
    let parts = three_parts();
    let signatures = data(&[signed_set(&[1, 2], &rolling(&slices(&parts)))]);
    let signed = file(&[&signature_section(&signatures), &parts.concat()]);
    let (bare, detached) = detach(&signed).expect("it is signed");
    assert_eq!(bare, file(&slices(&parts)));
    assert_eq!(detached.bytes, signatures);
    assert_eq!(detached.data, SignatureData::from_detached(&signatures).expect("it decodes"));
    let digest: [u8; 32] = Sha256::digest(&bare).into();
    assert_eq!(detached.identity, Identity::from(digest));
    assert!(detached.is_reversible);
    assert_eq!(attach(&bare, &signatures, Refuse).expect("it is unsigned"), signed);
    let verifier = Verifier::new([public(1)]).expect("keys and policy fit together");
    assert!(verifier.verify_detached(&bare[..], &signatures).is_ok());
    assert!(verifier.verify_detached(&signed[..], &signatures).is_ok());
}

#[test]
fn foreign_entries_and_certificate_counts_come_back_byte_for_byte() {
    let part = section(1, b"types");
    let hashes = rolling(&[&part]);
    let odd = [
        vec![2, b'i', b'd', 9, 0x80, 0x80],
        entry(b"", &[1; 63]),
        [signed_entry(3, &hashes), vec![0]].concat(),
    ];
    let signatures = data(&[set(&hashes, &odd), set(&[], &[])]);
    let signed = file(&[&signature_section(&signatures), &part]);
    let (bare, detached) = detach(&signed).expect("it is signed");
    assert_eq!(detached.bytes, signatures);
    assert_eq!(attach(&bare, &signatures, Refuse).expect("it is unsigned"), signed);
}

#[test]
fn padded_lengths_of_the_signature_section_cannot_come_back_and_are_told() {
    let part = section(1, b"types");
    let signatures = data(&[signed_set(&[1], &rolling(&[&part]))]);
    let name = |width| [&padded(9, width), &b"signature"[..], &signatures].concat();
    let padded_name = section(0, &name(2));
    let padded_size = [&[0], &padded(name(1).len(), 5)[..], &name(1)].concat();
    for padded in [padded_name, padded_size] {
        let signed = file(&[&padded, &part]);
        let (bare, detached) = detach(&signed).expect("padding is legal");
        assert!(!detached.is_reversible);
        assert_eq!((&bare, &detached.bytes), (&file(&[&part]), &signatures));
        let again = attach(&bare, &signatures, Refuse).expect("it is unsigned");
        assert_eq!(again, file(&[&signature_section(&signatures), &part]));
    }
}

#[test]
fn without_a_signature_there_is_nothing_to_detach() {
    for bare in [file(&[]), file(&[&section(1, b"types")]), file(&slices(&three_parts()))] {
        assert!(matches!(detach(&bare), Err(Error::Unsigned)));
    }
}

#[test]
fn an_embedded_signature_is_replaced_only_if_it_may_be() {
    let part = section(1, b"types");
    let [one, two] = [1, 2].map(|seed| data(&[signed_set(&[seed], &rolling(&[&part]))]));
    let signed = file(&[&signature_section(&one), &part]);
    assert!(matches!(attach(&signed, &two, Refuse), Err(Error::Signed)));
    let replaced = attach(&signed, &two, Drop).expect("the old one may go");
    assert_eq!(replaced, file(&[&signature_section(&two), &part]));
    let bad = file(&[&signature_section(b"bad"), &part]);
    assert_eq!(attach(&bad, &two, Drop).expect("the old one may go"), replaced);
}

#[test]
fn misplaced_signature_sections_are_refused() {
    let part = section(1, b"types");
    let lone = signature_section(&data(&[]));
    for sections in [[&part[..], &lone], [&lone, &lone]] {
        let why = NotSignable::MisplacedSignature { offset: 8 + sections[0].len() as u64 };
        assert_eq!(not_signable(detach(&file(&sections))), why);
        assert_eq!(not_signable(attach(&file(&sections), &data(&[]), Drop)), why);
    }
}

#[test]
fn what_could_not_be_attached_again_is_not_detached() {
    let embedded = |signatures: &[u8]| file(&[&signature_section(signatures), &section(1, b"")]);
    let why = NotSignable::UnknownData(Unknown::Version(2));
    assert_eq!(not_signable(detach(&embedded(&[2, 1, 1, 0]))), why);
    let rule = Rule::LeftOver { what: "the signature data", found: 1 };
    assert_eq!(fault(detach(&embedded(&[1, 1, 1, 0, 0]))), (8 + 2 + 10 + 4, rule));
    let why = NotSignable::OverLimit { what: "bytes of signature data", limit: 4 << 20 };
    assert_eq!(not_signable(detach(&embedded(&vec![0; (4 << 20) + 1]))), why);
}

#[test]
fn bad_signature_data_is_not_attached() {
    let bare = file(&[&section(1, b"types")]);
    let fault = malformed(attach(&bare, &[1, 1, 1, 0, 0], Refuse));
    assert_eq!((fault.place, fault.offset), (Place::DetachedSignature, 4));
    assert!(matches!(fault.rule, Rule::LeftOver { .. }));
    assert!(matches!(malformed(attach(&bare, b"", Refuse)).rule, Rule::Truncated { .. }));
    let why = NotSignable::UnknownData(Unknown::HashFunction(2));
    assert_eq!(not_signable(attach(&bare, &[1, 1, 2, 0], Refuse)), why);
}

#[test]
fn nothing_is_written_where_it_is_refused() {
    let stray = file(&[&section(1, b"types"), &signature_section(b"")]);
    let torn = [signed(&[&section(1, b"types")]), vec![0, 9, 1]].concat();
    for file in [stray, torn] {
        let mut output = Vec::new();
        assert!(edit::detach(Cursor::new(&file), &mut output).is_err());
        assert!(edit::attach(Cursor::new(&file), &mut output, &data(&[]), Drop).is_err());
        assert_eq!(output, b"");
    }
}

#[test]
fn more_boundaries_than_can_be_signed_change_nothing() {
    let many: Vec<_> = (0..70).map(delimiter).collect();
    let bare = file(&slices(&many));
    let signed = attach(&bare, &data(&[]), Refuse).expect("it is unsigned");
    assert_eq!(detach(&signed).expect("it is signed").0, bare);
}

#[test]
fn a_detached_signature_verifies_whatever_the_frames_and_the_embedded_signature_are() {
    let wide = [&[0][..], &padded(9, 4), &padded(3, 3), b"abc", b"123"].concat();
    let types = [&[1][..], &padded(5, 5), b"types"].concat();
    let plain = file(&[&types, &wide]);
    let secret = secret(1);
    let signature = sign::detached(&plain[..], None, &[by(&secret)]).expect("signable");
    let signature = signature.data.encode();
    let verifier = Verifier::builder([public(1)])
        .with_identity()
        .build()
        .expect("keys and policy fit together");
    for before in [plain.clone(), embed(&plain, &[by(&common::secret(2))]).expect("signable")] {
        let over_it = sign::detached(&before[..], None, &[by(&secret)]).expect("signable");
        assert_eq!(over_it.data.encode(), signature);
        let verified = verifier.verify_detached(&before[..], &signature).expect("untouched");
        let digest: [u8; 32] = Sha256::digest(&plain).into();
        assert_eq!(verified.identity(), Some(Identity::from(digest)));
    }
    let narrow = file(&[&section(1, b"types"), &custom("abc", b"123")]);
    assert!(verifier.verify_detached(&narrow[..], &signature).is_err(), "other bytes");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn detach_and_attach_undo_each_other(
        contents in vec((any::<bool>(), vec(any::<u8>(), 0..300)), 0..8),
        opaque in vec((vec(any::<u8>(), 0..100), vec(any::<u8>(), 0..200)), 0..4),
        seeds in vec(1..5_u8, 0..3), is_component in any::<bool>()
    ) {
        let body: Vec<u8> = contents.iter().flat_map(|(named, content)| match named {
            true => custom("x", content),
            false => section(1, content),
        }).collect();
        let hashes = rolling(&[&body]);
        let entries: Vec<_> = opaque.iter()
            .map(|(id, rest)| [&leb(id.len()), &id[..], &[2], rest].concat())
            .chain(seeds.iter().map(|&seed| signed_entry(seed, &hashes)))
            .collect();
        let header = if is_component { COMPONENT } else { MODULE };
        let signatures = data(&[set(&hashes, &entries)]);
        let bare = [&header[..], &body].concat();
        let signed = [&header[..], &signature_section(&signatures), &body].concat();
        let (found, detached) = detach(&signed).expect("it is signed");
        prop_assert_eq!((&found, &detached.bytes), (&bare, &signatures));
        prop_assert!(detached.is_reversible);
        prop_assert_eq!(&attach(&bare, &signatures, Refuse).expect("unsigned"), &signed);
        prop_assert_eq!(attach(&signed, &signatures, Drop).expect("replaced"), signed);
    }
}
