//! Headers, section frames and names: what is malformed, at which offset, and what is merely odd.

mod common;

use common::*;
use wasmsign_core::Verifier;
use wasmsign_core::sign;
use wasmsign_core::wasm::{Place, Rule};

/// The fault that verifying, and signing, find in a file of these bytes behind the header.
#[track_caller]
fn in_body(body: &[u8]) -> (u64, Rule) {
    let file = file(&[body]);
    let found = fault(verify(&file));
    assert_eq!(fault(embed(&file, &[by(&secret(1))])), found);
    assert_eq!(malformed(verify(&file)).place, Place::Module);
    found
}

#[test]
fn an_empty_file_is_malformed() {
    assert_eq!(fault(verify(b"")), (0, Rule::Empty));
}

#[test]
fn any_other_header_is_malformed() {
    let part = section(1, b"types");
    let file = signed(&[&part]);
    for at in 0..8 {
        for flip in [0x01, 0x02, 0x0c, 0x80] {
            let mut other = file.clone();
            other[at] ^= flip;
            let rule = Rule::Header { found: other[..8].to_vec() };
            if other[..8] != COMPONENT[..] {
                assert_eq!(fault(verify(&other)), (0, rule));
            }
        }
    }
    for header in [b"\0asm\x0d\0\0\0", b"\0asm\x01\0\x01\0", b"asm\0\x01\0\0\0"] {
        assert_eq!(fault(verify(header)), (0, Rule::Header { found: header.to_vec() }));
    }
}

#[test]
fn a_cut_header_is_malformed() {
    for length in 1..8 {
        let found = MODULE[..length].to_vec();
        assert_eq!(fault(verify(&MODULE[..length])), (0, Rule::Header { found }));
    }
}

#[test]
fn a_section_without_size_is_malformed() {
    let what = "the section's size";
    assert_eq!(in_body(&[1]), (9, Rule::Truncated { what }));
    assert_eq!(in_body(&[1, 0x80, 0x80]), (9, Rule::Truncated { what }));
}

#[test]
fn a_size_over_5_bytes_or_32_bits_is_malformed() {
    let what = "the section's size";
    let six = [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0];
    let bits_33 = [1, 0xff, 0xff, 0xff, 0xff, 0x1f];
    assert_eq!(in_body(&six), (9, Rule::Varuint32 { what }));
    assert_eq!(in_body(&bits_33), (9, Rule::Varuint32 { what }));
}

#[test]
fn a_name_length_over_5_bytes_or_32_bits_is_malformed() {
    let what = "the section name's length";
    let six = section(0, &[0x81, 0x80, 0x80, 0x80, 0x80, 0, b'x']);
    let bits_33 = section(0, &[0xff, 0xff, 0xff, 0xff, 0x10, b'x']);
    assert_eq!(in_body(&six), (10, Rule::Varuint32 { what }));
    assert_eq!(in_body(&bits_33), (10, Rule::Varuint32 { what }));
}

#[test]
fn a_claim_of_4_gib_in_30_bytes_is_malformed() {
    for id in [0, 1] {
        let claim = [&[id, 0xff, 0xff, 0xff, 0xff, 0x0f], &b"\x04name-and-no-more"[..]].concat();
        assert_eq!(8 + claim.len(), 8 + 6 + 17);
        let rule = Rule::SectionLeavesFile { claimed: u32::MAX, found: 17 };
        assert_eq!(in_body(&claim), (8, rule));
    }
}

#[test]
fn a_signature_section_that_claims_4_gib_is_malformed() {
    let claim = [&[0, 0xff, 0xff, 0xff, 0xff, 0x0f], &b"\x09signature\x01\x01\x01\0"[..]].concat();
    let rule = Rule::SectionLeavesFile { claimed: u32::MAX, found: 14 };
    assert_eq!(in_body(&claim), (8, rule));
}

#[test]
fn a_section_one_byte_short_is_malformed() {
    let mut body = section(1, b"types");
    body.pop();
    assert_eq!(in_body(&body), (8, Rule::SectionLeavesFile { claimed: 5, found: 4 }));
    let mut body = custom("name", b"");
    body.pop();
    assert_eq!(in_body(&body), (8, Rule::SectionLeavesFile { claimed: 5, found: 4 }));
}

#[test]
fn a_name_that_leaves_its_section_is_malformed() {
    let body = [section(0, b"\x05name"), section(1, b"types")].concat();
    assert_eq!(in_body(&body), (10, Rule::NameLeavesSection { claimed: 5, found: 4 }));
    let length_over_the_end = [&[0, 1, 0x80, 0], &section(1, b"types")[..]].concat();
    assert_eq!(
        in_body(&length_over_the_end),
        (10, Rule::NameLeavesSection { claimed: 0, found: 0 })
    );
}

#[test]
fn a_name_length_cut_by_the_end_of_section_and_file_leaves_the_section() {
    // The section is all there: what is wrong is its name, not its size.
    let (offset, rule) = in_body(&[0, 1, 0x80]);
    assert_eq!(offset, 10);
    assert!(!matches!(rule, Rule::SectionLeavesFile { .. }), "{rule}");
}

#[test]
fn a_custom_section_without_name_is_malformed() {
    assert_eq!(in_body(&[0, 0]), (8, Rule::NameMissing));
}

#[test]
fn a_name_over_the_cap_is_malformed() {
    let name = "n".repeat(100_001);
    assert_eq!(in_body(&custom(&name, b"")), (12, Rule::NameTooLong { claimed: 100_001 }));
    assert!(verify(&signed(&[&custom(&name[1..], b"")])).is_ok());
}

#[test]
fn a_name_that_is_not_utf8_is_malformed_at_its_first_wrong_byte() {
    for (name, at) in
        [(&b"\xff"[..], 0), (b"ab\xc0\xaf", 2), (b"a\xed\xa0\x80", 1), (b"\xe2\x82", 0)]
    {
        let body = section(0, &with_length(name));
        assert_eq!(in_body(&body), (11 + at, Rule::NameNotUtf8), "{name:x?}");
    }
}

#[test]
fn padded_sizes_and_name_lengths_are_legal_and_hashed_as_they_stand() {
    let minimal = custom("name", b"content");
    for width in 2..=5 {
        let size = [&[0], &padded(12, width)[..], b"\x04namecontent"].concat();
        let name = section(0, &[&padded(4, width), &b"namecontent"[..]].concat());
        for odd in [size, name] {
            assert!(verify(&signed(&[&odd])).is_ok());
            let sets = [signed_set(&[1], &rolling(&[&odd]))];
            assert!(verify(&with_sets(&sets, &[&minimal])).is_err());
            let sets = [signed_set(&[1], &rolling(&[&minimal]))];
            assert!(verify(&with_sets(&sets, &[&odd])).is_err());
        }
    }
}

#[test]
fn padded_lengths_of_delimiters_and_of_the_signature_section_are_read() {
    let part = section(1, b"types");
    let delimiter = [&[0], &padded(36, 5)[..], b"\x13signature_delimiter", &[7; 16]].concat();
    let first = [part.clone(), delimiter].concat();
    let data = data(&[signed_set(&[1], &rolling(&[&first, &part]))]);
    let payload = [&padded(9, 5), &b"signature"[..], &data].concat();
    let section = [&[0], &padded(payload.len(), 5)[..], &payload].concat();
    assert!(verify(&file(&[&section, &first, &part])).is_ok());
}

#[test]
fn a_fault_behind_an_untrusted_signature_is_still_a_fault() {
    let file = [signed(&[&section(1, b"types")]), vec![0, 0]].concat();
    let offset = file.len() as u64 - 2;
    assert_eq!(
        fault(Verifier::new([public(2)]).expect("keys and policy fit together").verify(&file[..])),
        (offset, Rule::NameMissing)
    );
    assert_eq!(fault(sign::detached(&file[..], None, &[])), (offset, Rule::NameMissing));
}
