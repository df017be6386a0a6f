//! Detached signatures: the body is the same, and nothing else counts.

mod common;

use common::*;
use sha2::{Digest, Sha256};
use wasmsign_core::sign;
use wasmsign_core::verify::{Ignored, Reason};
use wasmsign_core::{Identity, Verifier};

fn verifier(seed: u8) -> Verifier {
    Verifier::builder([public(seed)]).with_identity().build().expect("keys and policy fit together")
}

/// Three parts unsigned, the same signed by key 1, and the signature of key 2 over them.
fn files() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let parts = three_parts();
    let signature = data(&[signed_set(&[2], &rolling(&slices(&parts)))]);
    (file(&slices(&parts)), signed(&slices(&parts)), signature)
}

#[test]
fn the_body_is_the_same_with_and_without_an_embedded_signature() {
    let (plain, embedded, signature) = files();
    let identity = Identity::from(<[u8; 32]>::from(Sha256::digest(&plain)));
    for (module, ignored) in [(&plain, &[][..]), (&embedded, &[Ignored::EmbeddedSignature])] {
        let verified = verifier(2).verify_detached(&module[..], &signature).expect("signed");
        assert_eq!(verified.covered(), module.len() as u64);
        assert_eq!(verified.ignored(), ignored);
        assert_eq!(verified.identity(), Some(identity));
        let made = sign::detached(&module[..], None, &[by(&secret(2))]).expect("signable");
        let bytes = made.data.encode();
        assert!(verifier(2).verify_detached(&module[..], &bytes).is_ok());
    }
}

#[test]
fn only_the_detached_signature_counts() {
    let (plain, embedded, signature) = files();
    let detached = verifier(1).verify_detached(&embedded[..], &signature);
    assert_eq!(reason(detached), Reason::NoTrustedSignature);
    let none = data(&[]);
    let empty = verifier(1).verify_detached(&embedded[..], &none);
    assert_eq!(reason(empty), Reason::NoSignature);
    assert_eq!(reason(verifier(2).verify(&plain[..])), Reason::NoSignature);
}

#[test]
fn a_broken_embedded_signature_has_no_part_in_it() {
    let (_, _, signature) = files();
    let parts = three_parts().concat();
    for broken in [&b""[..], b"\x02", b"\x01\x01\x01\x01\xff", &vec![0; (4 << 20) + 1]] {
        let module = file(&[&signature_section(broken), &parts]);
        let verified = verifier(2).verify_detached(&module[..], &signature).expect("signed");
        assert_eq!(verified.ignored(), [Ignored::EmbeddedSignature]);
    }
}

#[test]
fn misplaced_signature_sections_are_refused_all_the_same() {
    let (plain, _, signature) = files();
    let module = [plain.clone(), signature_section(b"")].concat();
    let refused = reason(verifier(2).verify_detached(&module[..], &signature));
    assert_eq!(refused, Reason::MisplacedSignature { offset: plain.len() as u64 });
}

#[test]
fn another_body_is_refused() {
    let (plain, _, signature) = files();
    let other = [plain, custom("x", b"")].concat();
    let refused = reason(verifier(2).verify_detached(&other[..], &signature));
    assert_eq!(refused, Reason::BodyChanged);
}

#[test]
fn a_detached_signature_is_the_content_of_the_embedded_one() {
    let (plain, ..) = files();
    let secret = secret(1);
    let detached = sign::detached(&plain[..], None, &[by(&secret)]).expect("signable");
    let attached = signature_section(&detached.data.encode());
    let expected = [MODULE, &attached[..], &plain[8..]].concat();
    assert_eq!(embed(&plain, &[by(&secret)]).expect("signable"), expected);
}

#[test]
fn adding_to_a_detached_signature_keeps_what_was_there() {
    let (plain, _, signature) = files();
    let secret = secret(1);
    let added = sign::detached(&plain[..], Some(&signature), &[by(&secret)]).expect("signable");
    assert_eq!(added.added, 1);
    let bytes = added.data.encode();
    assert!(verifier(1).verify_detached(&plain[..], &bytes).is_ok());
    assert!(verifier(2).verify_detached(&plain[..], &bytes).is_ok());
    let again = sign::detached(&plain[..], Some(&bytes), &[by(&secret)]).expect("signable");
    assert_eq!((again.added, again.data.encode()), (0, bytes));
}

#[test]
fn an_identity_is_computed_for_those_who_ask() {
    let (_, embedded, _) = files();
    assert_eq!(verify(&embedded).expect("signed").identity(), None);
}
