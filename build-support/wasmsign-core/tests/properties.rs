//! Properties of generated modules.

mod common;

use common::generate::{Chunked, any_section, sections};
use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::{Identity, Verifier};

/// Sections of which some are longer than a chunk.
fn long_sections() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let long = (any::<u8>(), 200_000..600_000_usize)
        .prop_map(|(seed, length)| section(11, &vec![seed; length]));
    vec(prop_oneof![any_section(), any_section(), long], 2..8)
}

fn plain(sections: &[Vec<u8>]) -> Vec<u8> {
    file(&[&sections.concat()])
}

fn signed_by_1(sections: &[Vec<u8>]) -> Vec<u8> {
    embed(&plain(sections), &[by(&secret(1))]).expect("generated modules can be signed")
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_signed_verifies(sections in sections()) {
        let file = signed_by_1(&sections);
        let verified = Verifier::builder([public(1)]).with_identity().build().expect("keys and policy fit together").verify(&file[..]);
        let verified = verified.expect("it was just signed");
        prop_assert_eq!(verified.covered(), file.len() as u64);
        let digest: [u8; 32] = Sha256::digest(plain(&sections)).into();
        prop_assert_eq!(verified.identity(), Some(Identity::from(digest)));
    }

    #[test]
    fn a_changed_byte_is_refused(
        sections in sections(), at in any::<prop::sample::Index>(), flip in 1..=255_u8
    ) {
        let mut file = signed_by_1(&sections);
        let at = at.index(file.len());
        file[at] ^= flip;
        // The key id is a hint and not signed: all of it may change but its length.
        let id = file_key_id(&sections);
        prop_assert_eq!(verify(&file).is_ok(), id.contains(&at), "byte {}", at);
    }

    #[test]
    fn a_removed_byte_is_refused(sections in sections(), at in any::<prop::sample::Index>()) {
        let mut file = signed_by_1(&sections);
        let at = at.index(file.len());
        file.remove(at);
        prop_assert!(verify(&file).is_err());
    }

    #[test]
    fn an_inserted_byte_is_refused(
        sections in sections(), at in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut file = signed_by_1(&sections);
        let at = at.index(file.len() + 1);
        file.insert(at, byte);
        prop_assert!(verify(&file).is_err(), "byte {}", at);
    }

    #[test]
    fn swapped_sections_are_refused(
        sections in vec(any_section(), 2..12), a in any::<prop::sample::Index>(),
        b in any::<prop::sample::Index>()
    ) {
        let (a, b) = (a.index(sections.len()), b.index(sections.len()));
        let data_and_head = signed_by_1(&sections).len() - sections.concat().len();
        let head = signed_by_1(&sections)[..data_and_head].to_vec();
        let mut swapped = sections.clone();
        swapped.swap(a, b);
        let file = [head, swapped.concat()].concat();
        prop_assert_eq!(verify(&file).is_ok(), swapped.concat() == sections.concat());
    }

    #[test]
    fn both_ways_of_embedding_and_the_detached_one_agree(
        sections in sections(), later in sections(), id in vec(any::<u8>(), 0..200)
    ) {
        let (one, two) = (secret(1), secret(2));
        let second = NewSignature { signer: &two, key_id: KeyId::Bytes(id) };
        let both = [by(&one), second.clone()];
        let file = plain(&sections);
        let embedded = embed(&file, &both).expect("signable");
        prop_assert_eq!(&embedded, &embed_in_stream(&file, &both).expect("signable"));
        let detached = sign::detached(&file[..], None, &both).expect("signable").data.encode();
        let expected = [&file[..8], &signature_section(&detached), &file[8..]].concat();
        prop_assert_eq!(&embedded, &expected);
        let one_by_one = embed(&signed_by_1(&sections), &[second]).expect("signable");
        prop_assert_eq!(&embedded, &one_by_one);
        // Another body behind the same signatures: the guessed length is wrong.
        let other = [&expected[..expected.len() - sections.concat().len()], &later.concat()].concat();
        let [in_place, streamed] = [embed(&other, &both), embed_in_stream(&other, &both)];
        prop_assert_eq!(in_place.expect("signable"), streamed.expect("signable"));
    }

    #[test]
    fn signing_twice_adds_nothing(sections in sections()) {
        let once = signed_by_1(&sections);
        let detached = sign::detached(&plain(&sections)[..], None, &[by(&secret(1))]);
        let detached = detached.expect("signable").data.encode();
        let again = sign::detached(&plain(&sections)[..], Some(&detached), &[by(&secret(1))]);
        let again = again.expect("signable");
        prop_assert_eq!((again.added, again.data.encode()), (0, detached));
        prop_assert_eq!(embed_in_stream(&once, &[by(&secret(1))]).expect("signable"), once);
    }

    #[test]
    fn earlier_entries_stay_byte_for_byte(
        opaque in vec((vec(any::<u8>(), 0..100), any::<u8>(), vec(any::<u8>(), 0..200)), 0..6)
    ) {
        let part = section(1, b"types");
        let entries: Vec<_> = opaque.iter().map(|(id, algorithm, rest)| {
            [&leb(id.len()), &id[..], &[algorithm | 2], rest].concat()
        }).collect();
        let hashes = rolling(&[&part]);
        let before = data(&[set(&hashes, &entries)]);
        let kept = sign::detached(&file(&[&part])[..], Some(&before), &[]).expect("signable");
        prop_assert_eq!(kept.data.encode(), before);
        let signature = NewSignature { signer: &secret(1), key_id: KeyId::None };
        let added = embed(&with_sets(&[set(&hashes, &entries)], &[&part]), &[signature]);
        let entries = [entries, vec![signed_entry(1, &hashes)]].concat();
        prop_assert_eq!(added.expect("signable"), with_sets(&[set(&hashes, &entries)], &[&part]));
    }

    #[test]
    fn any_bytes_are_judged_without_a_panic(body in vec(any::<u8>(), 0..200)) {
        let _ = verify(&file(&[&body]));
        let _ = verify(&file(&[&signature_section(&[&[1, 1, 1], &body[..]].concat())]));
        let _ = verify(&body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn reading_in_chunks_equals_reading_whole(
        sections in long_sections(), pattern in vec(0..5000_usize, 1..20), change in any::<bool>()
    ) {
        let mut file = signed_by_1(&sections);
        if change {
            let last = file.len() - 1;
            file[last] ^= 1;
        }
        let verifier = Verifier::builder([public(1)]).with_identity().build().expect("keys and policy fit together");
        let whole = verifier.verify(&file[..]);
        let chunked = verifier.verify(Chunked::new(&file, pattern));
        prop_assert_eq!(whole.is_ok(), !change);
        prop_assert_eq!(format!("{chunked:?}"), format!("{whole:?}"));
    }
}

/// Where the key id stands in a module that was signed once.
fn file_key_id(sections: &[Vec<u8>]) -> std::ops::Range<usize> {
    let file = signed_by_1(sections);
    let id = public(1).default_key_id();
    let at = file.windows(12).position(|bytes| bytes == id).expect("the id is in the file");
    at..at + 12
}
