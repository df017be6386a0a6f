//! The literal form of the tool-conventions text: refused by name, read where that is asked for.

mod common;

use common::*;
use wasmsign_core::wasm::Rule;
use wasmsign_core::{Result, Verified, Verifier};

/// Literal data in which key 1 signs these hashes.
fn literal(hashes: &[[u8; 32]]) -> Vec<u8> {
    let entry = signed_entry(1, hashes);
    [&[1, 1, 1, 1][..], &leb(hashes.len()), &hashes.concat(), &[1], &entry].concat()
}

/// Two one-part bodies whose first hash bytes a reader of the deployed form takes for a truncated
/// set, and for a count of hashes over the cap.
fn bodies() -> [Vec<u8>; 2] {
    let body = |wanted: std::ops::RangeInclusive<u8>| {
        let candidates = (0..=255).map(|seed| section(1, &[seed]));
        let mut fitting = candidates.filter(|body| wanted.contains(&rolling(&[body])[0][0]));
        fitting.next().expect("one of 256 bodies has such a hash")
    };
    [body(0x80..=0xff), body(65..=127)]
}

fn embedded(verifier: &Verifier, body: &[u8], more: &[u8]) -> Result<Verified> {
    let data = [&literal(&rolling(&[body])), more].concat();
    Ok(verifier.verify(&file(&[&signature_section(&data), body])[..])?)
}

#[test]
fn it_is_malformed_and_named() {
    let verifier = Verifier::new([public(1)]).expect("keys and policy fit together");
    let (truncated, over_the_cap) = bodies().into();
    let origin = 8 + 2 + 1 + 9;
    assert_eq!(fault(embedded(&verifier, &truncated, b"")), (origin, Rule::LiteralForm));
    assert_eq!(fault(embedded(&verifier, &over_the_cap, b"")), (origin, Rule::LiteralForm));
}

#[test]
fn it_is_read_where_that_is_asked_for_and_then_alone() {
    let verifier = Verifier::builder([public(1)])
        .literal_form()
        .build()
        .expect("keys and policy fit together");
    for body in bodies() {
        assert!(embedded(&verifier, &body, b"").is_ok());
        assert!(verifier.verify(&signed(&[&body])[..]).is_err());
    }
}

#[test]
fn it_knows_no_left_over_byte() {
    let verifier = Verifier::builder([public(1)])
        .literal_form()
        .build()
        .expect("keys and policy fit together");
    let rule = Rule::LeftOver { what: "the signature data", found: 1 };
    assert_eq!(fault(embedded(&verifier, &bodies()[0], &[0])).1, rule);
}
