//! What is told of a binary without a key.

mod common;

use common::*;
use wasmsign_core::inspect::{Agreement, inspect, inspect_without_sections};
use wasmsign_core::limits::{MAX_LISTED_NAME_BYTES, MAX_LISTED_SECTIONS};
use wasmsign_core::wasm::Rule;

#[test]
fn sections_boundaries_and_agreement_are_told() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let mut swapped = hashes.clone();
    swapped.swap(0, 1);
    let sets = [set(&hashes, &[]), set(&hashes[..2], &[]), set(&swapped, &[]), set(&[], &[])];
    let file = with_sets(&sets, &slices(&parts));
    let found = inspect(&file[..]).expect("well-formed");
    assert_eq!((found.sections.len(), found.boundary_count), (1 + 2 + 3 + 1, 3));
    assert_eq!(found.sections.last().expect("seven").end(), file.len() as u64);
    let end = (file.len() - parts[2].len()) as u64;
    assert_eq!(found.boundaries[1].end, end);
    assert_eq!(found.boundaries.iter().map(|b| b.hash).collect::<Vec<_>>(), hashes);
    let data = found.signatures.as_ref().expect("embedded").as_ref().expect("well-formed");
    let agreements: Vec<_> = data.sets.iter().map(|set| found.agreement(set)).collect();
    let expected =
        [Agreement::Whole, Agreement::Prefix(end), Agreement::Nothing, Agreement::Nothing];
    assert_eq!(agreements, expected);
}

#[test]
fn broken_signature_data_is_told_beside_the_rest() {
    let file = file(&[&signature_section(&[1, 1, 1, 0, 7]), &section(1, b"types")]);
    let found = inspect(&file[..]).expect("the frames are well-formed");
    assert_eq!(found.sections.len(), 2);
    let rule = Rule::LeftOver { what: "the signature data", found: 1 };
    assert_eq!(fault(found.signatures.expect("embedded")), (8 + 2 + 10 + 4, rule));
}

#[test]
fn an_identity_is_told_only_where_the_signature_is_first_and_alone() {
    let part = section(1, b"types");
    let lone = signature_section(&data(&[]));
    let plain = inspect(&file(&[&part])[..]).expect("well-formed").identity;
    assert_eq!(inspect(&file(&[&lone, &part])[..]).expect("well-formed").identity, plain);
    let stray = inspect(&file(&[&part, &lone])[..]).expect("well-formed");
    assert_eq!((stray.identity, stray.misplaced_signature), (None, Some(8 + part.len() as u64)));
}

#[test]
fn the_list_of_sections_can_be_left_out() {
    let file = signed(&slices(&three_parts()));
    let whole = inspect(&file[..]).expect("well-formed");
    let outline = inspect_without_sections(&file[..]).expect("well-formed");
    assert_eq!(outline.sections, []);
    assert_eq!(outline.boundaries, whole.boundaries);
    assert_eq!(outline.identity, whole.identity);
    assert_eq!(outline.total, whole.total);
    assert!(matches!(outline.signatures, Some(Ok(_))));
}

#[test]
fn the_list_ends_where_it_would_grow_too_long() {
    let tiny = custom("", b"").repeat(MAX_LISTED_SECTIONS);
    let full = inspect(&file(&[&tiny])[..]).expect("well-formed");
    assert_eq!((full.sections.len(), full.is_truncated()), (MAX_LISTED_SECTIONS, false));
    let late = [&[0][..], &padded(2, 3), b"\x01a"].concat();
    let over = inspect(&file(&[&tiny, &late])[..]).expect("well-formed");
    assert_eq!((over.sections.len(), over.is_truncated()), (MAX_LISTED_SECTIONS, true));
    assert_eq!(over.section_count, MAX_LISTED_SECTIONS as u64 + 1);
    assert_eq!((over.padded_count, over.first_padded), (1, Some(8 + tiny.len() as u64)));
}

#[test]
fn the_list_ends_where_the_names_would_be_too_long() {
    let long = custom(&"n".repeat(100_000), b"");
    let room = MAX_LISTED_NAME_BYTES / 100_000;
    let many = long.repeat(room + 1);
    let found = inspect(&file(&[&many, &custom("late", b"")])[..]).expect("well-formed");
    assert_eq!((found.sections.len(), found.section_count), (room, room as u64 + 2));
}
