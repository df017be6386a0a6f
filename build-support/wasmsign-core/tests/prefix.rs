//! Prefixes: what they cover, and what must not lie behind them.

mod common;

use common::*;
use wasmsign_core::verify::Reason;
use wasmsign_core::wasm::Rule;
use wasmsign_core::{Policy, Result, SectionNames, Verified, Verifier};

fn prefix(file: &[u8]) -> Result<Verified> {
    verify_with(file, &[1], Policy::default().prefix())
}

fn requiring(name: &'static str, file: &[u8]) -> Result<Verified> {
    verify_with(file, &[1], Policy::default().prefix_with(SectionNames::exactly([name])))
}

/// A signed file of these parts, in which only the first `kept` are left.
fn stripped(parts: &[&[u8]], kept: usize) -> Vec<u8> {
    with_sets(&[signed_set(&[1], &rolling(parts))], &parts[..kept])
}

/// All non-custom sections in the first of three parts.
fn code_first() -> [Vec<u8>; 3] {
    [
        [section(1, b"types"), section(10, b"code"), delimiter(1)].concat(),
        [custom("a", b"1"), delimiter(2)].concat(),
        custom("b", b"2"),
    ]
}

#[test]
fn a_whole_file_is_its_own_prefix() {
    let file = signed(&slices(&code_first()));
    assert_eq!(prefix(&file).expect("all is signed").covered(), file.len() as u64);
}

#[test]
fn a_stripped_tail_is_verified_with_the_covered_range() {
    let parts = code_first();
    for kept in 1..=2 {
        let file = stripped(&slices(&parts), kept);
        let verified = prefix(&file).expect("a prefix is left");
        assert_eq!((verified.covered(), verified.total()), (file.len() as u64, file.len() as u64));
        assert_eq!(reason(verify(&file)), Reason::BodyChanged);
    }
    assert_eq!(reason(prefix(&stripped(&slices(&parts), 0))), Reason::BodyChanged);
}

#[test]
fn custom_sections_behind_the_prefix_are_out_of_the_covered_range() {
    let parts = code_first();
    for kept in 1..=2 {
        let left = stripped(&slices(&parts), kept);
        let file = [left.clone(), custom("x", b"anything")].concat();
        let verified = prefix(&file).expect("the prefix is signed");
        assert_eq!(verified.covered(), left.len() as u64);
        assert_eq!(verified.total(), file.len() as u64);
    }
}

#[test]
fn a_changed_part_ends_the_covered_range() {
    let mut parts = code_first();
    let sets = [signed_set(&[1], &rolling(&slices(&parts)))];
    parts[1] = [custom("a", b"!"), delimiter(2)].concat();
    let file = with_sets(&sets, &slices(&parts));
    let behind = parts[1].len() + parts[2].len();
    assert_eq!(prefix(&file).expect("p1").covered(), (file.len() - behind) as u64);
}

#[test]
fn a_section_that_is_not_custom_behind_the_prefix_is_not_covered() {
    let left = stripped(&slices(&code_first()), 1);
    for id in [1, 10, 11, 13, 0x7f, 0xff] {
        let file = [left.clone(), section(id, b"data")].concat();
        assert_eq!(reason(prefix(&file)), Reason::NotCovered, "id {id}");
        let file = [left.clone(), custom("x", b""), section(id, b"")].concat();
        assert_eq!(reason(prefix(&file)), Reason::NotCovered, "id {id}, empty");
    }
}

#[test]
fn a_section_in_a_part_that_was_signed_but_changed_is_not_covered() {
    let mut parts = three_parts();
    let sets = [signed_set(&[1], &rolling(&slices(&parts)))];
    parts[1] = [section(10, b"evil"), delimiter(2)].concat();
    assert_eq!(reason(prefix(&with_sets(&sets, &slices(&parts)))), Reason::NotCovered);
}

#[test]
fn a_required_custom_section_behind_the_prefix_is_not_covered() {
    let parts = code_first();
    let left = stripped(&slices(&parts), 2);
    let file = [left, custom("b", b"forged")].concat();
    assert_eq!(reason(requiring("b", &file)), Reason::NotCovered);
    assert!(requiring("a", &file).is_ok());
    assert!(requiring("b", &signed(&slices(&parts))).is_ok());
}

#[test]
fn the_last_of_several_required_sections_decides() {
    let left = stripped(&slices(&code_first()), 2);
    let file = [left, custom("a", b"once more")].concat();
    assert_eq!(reason(requiring("a", &file)), Reason::NotCovered);
}

#[test]
fn an_unfinished_first_part_is_no_prefix() {
    let parts = code_first();
    let cut = &parts[0][..parts[0].len() - delimiter(1).len()];
    let sets = [signed_set(&[1], &rolling(&slices(&parts)))];
    assert_eq!(reason(prefix(&with_sets(&sets, &[cut]))), Reason::BodyChanged);
}

#[test]
fn a_hash_is_met_at_its_own_boundary_only() {
    let parts = code_first();
    let hashes = rolling(&slices(&parts));
    for wrong in [&hashes[1..], &hashes[2..], &[hashes[1], hashes[0]]] {
        let file = with_sets(&[signed_set(&[1], wrong)], &slices(&parts));
        assert_eq!(reason(prefix(&file)), Reason::BodyChanged);
    }
}

#[test]
fn no_hashes_are_no_prefix() {
    let file = with_sets(&[signed_set(&[1], &[])], &[&custom("x", b"")]);
    assert_eq!(reason(prefix(&file)), Reason::NoTrustedSignature);
}

#[test]
fn hashes_of_two_sets_do_not_pool() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let unsigned = set(&hashes, &[]);
    let file = with_sets(&[signed_set(&[1], &hashes[..1]), unsigned], &slices(&parts));
    assert_eq!(reason(prefix(&file)), Reason::NotCovered);
}

#[test]
fn the_longest_signed_prefix_is_reported() {
    let parts = code_first();
    let hashes = rolling(&slices(&parts));
    let sets: Vec<_> = [1, 3, 2].map(|count| signed_set(&[1], &hashes[..count])).into();
    let file = with_sets(&sets, &slices(&parts));
    assert_eq!(prefix(&file).expect("all is signed").covered(), file.len() as u64);
}

#[test]
fn a_misplaced_signature_section_behind_the_prefix_is_refused() {
    let left = stripped(&slices(&code_first()), 1);
    let file = [left.clone(), signature_section(b"")].concat();
    assert_eq!(reason(prefix(&file)), Reason::MisplacedSignature { offset: left.len() as u64 });
}

#[test]
fn a_torn_section_behind_the_prefix_is_malformed() {
    let left = stripped(&slices(&code_first()), 1);
    let file = [&left[..], &[0, 9, 1, b'x']].concat();
    let rule = Rule::SectionLeavesFile { claimed: 9, found: 2 };
    assert_eq!(fault(prefix(&file)), (left.len() as u64, rule));
}

#[test]
fn a_detached_signature_covers_a_prefix_in_the_same_way() {
    let parts = code_first();
    let signature = data(&[signed_set(&[1], &rolling(&slices(&parts)))]);
    let module = [file(&[&parts[0]]), custom("x", b"")].concat();
    let verifier = Verifier::builder([public(1)])
        .policy(Policy::default().prefix())
        .build()
        .expect("keys and policy fit together");
    let verified = verifier.verify_detached(&module[..], &signature).expect("p1 is signed");
    assert_eq!(verified.covered(), 8 + parts[0].len() as u64);
}
