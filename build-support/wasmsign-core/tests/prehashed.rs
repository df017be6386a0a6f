//! Verifying by hashes that somebody else has computed.

mod common;

use common::*;
use sha2::{Digest, Sha256};
use wasmsign_core::verify::{Prehashed, Reason};
use wasmsign_core::{Policy, Verifier, inspect};

fn prehashed(file: &[u8]) -> Prehashed {
    Verifier::new([public(1)])
        .expect("keys and policy fit together")
        .prehashed(file)
        .expect("the file is well-formed")
}

fn hashes(prehashed: &Prehashed, file: &[u8]) -> Vec<[u8; 32]> {
    let offset = |offset: u64| usize::try_from(offset).expect("it is in memory");
    let hash = |&end: &u64| Sha256::digest(&file[offset(prehashed.start())..offset(end)]).into();
    prehashed.ends().iter().map(hash).collect()
}

#[test]
fn it_says_what_to_hash() {
    let parts = three_parts();
    let file = signed(&slices(&parts));
    let module = prehashed(&file);
    assert_eq!(hashes(&module, &file), rolling(&slices(&parts)));
    assert_eq!(module.total(), file.len() as u64);
    assert_eq!(module.ends().last(), Some(&module.total()));
    let signed = module.judge(&rolling(&slices(&parts))).expect("it is signed");
    assert!(signed.is_whole());
    assert_eq!((signed.covered(), signed.total()), (file.len() as u64, file.len() as u64));
    assert_eq!(signed.signers()[0].public_key, public(1));
}

#[test]
fn an_empty_module_has_one_hash() {
    let module = prehashed(b"\0asm\x01\0\0\0");
    assert_eq!((module.start(), module.ends()), (8, &[8][..]));
}

#[test]
fn other_hashes_are_refused() {
    let parts = three_parts();
    let file = signed(&slices(&parts));
    let right = rolling(&slices(&parts));
    let judged = |hashes: &[[u8; 32]]| reason(prehashed(&file).judge(hashes));
    assert_eq!(judged(&[]), Reason::BodyChanged);
    assert_eq!(judged(&right[..2]), Reason::BodyChanged);
    assert_eq!(judged(&[[0; 32], right[1], right[2]]), Reason::BodyChanged);
    assert_eq!(judged(&[right[1], right[0], right[2]]), Reason::BodyChanged);
    let more = [&right[..], &[[0; 32]]].concat();
    assert!(prehashed(&file).judge(&more).is_ok());
}

#[test]
fn a_missing_hash_leaves_a_prefix() {
    let parts = three_parts();
    let file = signed(&slices(&parts));
    let prefix = Verifier::builder([public(1)])
        .policy(Policy::default().prefix())
        .build()
        .expect("keys and policy fit together");
    let module = prefix.prehashed(&file[..]).expect("the file is well-formed");
    let second = module.ends()[1];
    let verified = module.judge(&rolling(&slices(&parts))[..2]).expect("two parts are enough");
    assert_eq!((verified.covered(), verified.is_whole()), (second, false));
}

#[test]
fn sections_are_listed_without_a_hash() {
    let file = signed(&slices(&three_parts()));
    let inspection = inspect::inspect(&file[..]).expect("the file is well-formed");
    let (sections, count) = inspect::sections(&file[..]).expect("the file is well-formed");
    assert_eq!((sections, count), (inspection.sections, inspection.section_count));
}
