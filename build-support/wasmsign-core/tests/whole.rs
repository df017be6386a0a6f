//! Whole modules: every hash of one set, in order, each at its own boundary, to the end of the file.

mod common;

use common::*;
use wasmsign_core::verify::Reason;

#[test]
fn three_signed_parts_verify() {
    let parts = three_parts();
    let file = signed(&slices(&parts));
    let verified = verify(&file).expect("all three parts are signed");
    assert_eq!(verified.covered(), file.len() as u64);
    assert_eq!(verified.signers()[0].public_key, public(1));
}

#[test]
fn a_last_delimiter_at_the_end_of_the_file_leaves_no_part_behind_it() {
    let parts = three_parts();
    assert!(verify(&signed(&slices(&parts[..2]))).is_ok());
}

#[test]
fn a_file_cut_at_a_delimiter_is_refused() {
    let parts = three_parts();
    let sets = [signed_set(&[1], &rolling(&slices(&parts)))];
    for kept in 1..3 {
        let file = with_sets(&sets, &slices(&parts[..kept]));
        assert_eq!(reason(verify(&file)), Reason::BodyChanged, "{kept} parts");
    }
    assert_eq!(reason(verify(&with_sets(&sets, &[]))), Reason::BodyChanged);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let file = signed(&slices(&three_parts()));
    for length in 0..file.len() {
        assert!(verify(&file[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn appended_bytes_are_refused() {
    let file = signed(&slices(&three_parts()));
    for byte in 0..=255 {
        assert!(verify(&[&file[..], &[byte]].concat()).is_err(), "byte {byte}");
    }
}

#[test]
fn an_appended_section_is_refused() {
    let parts = three_parts();
    for section in [custom("x", b""), section(11, b"data"), delimiter(7)] {
        let undelimited = [signed(&slices(&parts)), section.clone()].concat();
        assert_eq!(reason(verify(&undelimited)), Reason::BodyChanged);
        let delimited = [signed(&slices(&parts[..2])), section].concat();
        assert_eq!(reason(verify(&delimited)), Reason::NotCovered);
    }
}

#[test]
fn swapped_parts_are_refused() {
    let [first, second, third] = three_parts();
    let sets = [signed_set(&[1], &rolling(&[&first, &second, &third]))];
    assert_eq!(reason(verify(&with_sets(&sets, &[&second, &first, &third]))), Reason::BodyChanged);
}

#[test]
fn hashes_of_two_sets_do_not_pool() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let sets = [signed_set(&[1], &hashes[..1]), signed_set(&[1], &hashes[1..])];
    assert_eq!(reason(verify(&with_sets(&sets, &slices(&parts)))), Reason::NotCovered);
    let sets = [signed_set(&[1], &hashes[..2]), signed_set(&[1], &hashes[2..])];
    assert_eq!(reason(verify(&with_sets(&sets, &slices(&parts)))), Reason::NotCovered);
}

#[test]
fn a_signature_counts_for_the_hashes_of_its_own_set_only() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let stolen = set(&hashes, &[signed_entry(1, &hashes[..1])]);
    assert_eq!(reason(verify(&with_sets(&[stolen], &slices(&parts)))), Reason::NoTrustedSignature);
}

#[test]
fn the_order_of_hashes_counts() {
    let parts = three_parts();
    let mut hashes = rolling(&slices(&parts));
    hashes.swap(0, 1);
    let file = with_sets(&[signed_set(&[1], &hashes)], &slices(&parts));
    assert_eq!(reason(verify(&file)), Reason::BodyChanged);
}

#[test]
fn a_hash_is_met_at_its_own_boundary_only() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    for wrong in [vec![hashes[2]], vec![hashes[1], hashes[2]], vec![hashes[0], hashes[2]]] {
        let file = with_sets(&[signed_set(&[1], &wrong)], &slices(&parts));
        assert_eq!(reason(verify(&file)), Reason::BodyChanged);
    }
}

#[test]
fn fewer_or_more_hashes_than_boundaries_are_refused() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let fewer = with_sets(&[signed_set(&[1], &hashes[..2])], &slices(&parts));
    assert_eq!(reason(verify(&fewer)), Reason::NotCovered);
    let more = [&hashes[..], &hashes[2..]].concat();
    let more = with_sets(&[signed_set(&[1], &more)], &slices(&parts));
    assert_eq!(reason(verify(&more)), Reason::BodyChanged);
}

#[test]
fn zero_hashes_never_verify() {
    let sets = [signed_set(&[1], &[])];
    for parts in [&[][..], &[section(1, b"types").as_slice()]] {
        assert_eq!(reason(verify(&with_sets(&sets, parts))), Reason::NoTrustedSignature);
    }
}

#[test]
fn an_empty_body_needs_a_signature_over_an_empty_body() {
    let empty = signed_set(&[1], &rolling(&[b""]));
    assert!(verify(&with_sets(std::slice::from_ref(&empty), &[])).is_ok());
    let part = section(1, b"types");
    let sets = [signed_set(&[1], &rolling(&[&part]))];
    assert_eq!(reason(verify(&with_sets(&sets, &[]))), Reason::BodyChanged);
    assert_eq!(reason(verify(&with_sets(&[empty], &[&part]))), Reason::BodyChanged);
}

#[test]
fn a_file_without_signatures_is_refused() {
    let part = section(1, b"types");
    assert_eq!(reason(verify(&file(&[&part]))), Reason::NoSignature);
    assert_eq!(reason(verify(&with_sets(&[], &[&part]))), Reason::NoSignature);
    let no_entries = set(&rolling(&[&part]), &[]);
    assert_eq!(reason(verify(&with_sets(&[no_entries], &[&part]))), Reason::NoSignature);
}

#[test]
fn two_signature_sections_are_refused() {
    let part = section(1, b"types");
    let section = signature_section(&data(&[signed_set(&[1], &rolling(&[&part]))]));
    let offset = 8 + section.len() as u64;
    let refused = reason(verify(&file(&[&section, &section, &part])));
    assert_eq!(refused, Reason::MisplacedSignature { offset });
    let refused = reason(verify(&file(&[&section, &part, &section])));
    assert_eq!(refused, Reason::MisplacedSignature { offset: offset + part.len() as u64 });
}

#[test]
fn a_second_signature_section_is_refused_even_where_it_is_signed() {
    let parts = [section(1, b"types"), signature_section(b"")];
    let body = parts.concat();
    let file = signed(&[&body]);
    let offset = (file.len() - parts[1].len()) as u64;
    assert_eq!(reason(verify(&file)), Reason::MisplacedSignature { offset });
}

#[test]
fn a_signature_section_that_is_not_first_is_refused() {
    let part = section(1, b"types");
    let section = signature_section(&data(&[signed_set(&[1], &rolling(&[&part]))]));
    let refused = reason(verify(&file(&[&part, &section])));
    assert_eq!(refused, Reason::MisplacedSignature { offset: 8 + part.len() as u64 });
}

#[test]
fn a_delimiter_of_another_length_is_a_boundary_too() {
    for length in [0, 1, 15, 17, 300] {
        let odd = custom("signature_delimiter", &vec![7; length]);
        let first = [section(1, b"types"), odd].concat();
        let second = section(10, b"code");
        let both = [first.clone(), second.clone()].concat();
        assert!(verify(&signed(&[&first, &second])).is_ok(), "{length} bytes");
        assert!(verify(&signed(&[&both])).is_err(), "{length} bytes");
    }
}
