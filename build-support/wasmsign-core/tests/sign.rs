//! Signing: what is added, what is kept byte for byte, what is refused.

mod common;

use std::io::Cursor;

use common::*;
use wasmsign_core::formats::Unknown;
use wasmsign_core::formats::sections::SignatureData;
use wasmsign_core::sign::{self, KeyId, NewSignature, NotSignable, SignError, Signer, SignerError};
use wasmsign_core::wasm::Rule;
use wasmsign_core::{Error, PublicKey};

fn over(what: &'static str, limit: u32) -> NotSignable {
    NotSignable::OverLimit { what, limit }
}

/// The reasons for which both ways of embedding refuse a file.
#[track_caller]
fn refused(file: &[u8], signature: NewSignature<'_>) -> NotSignable {
    let why = not_signable(embed(file, std::slice::from_ref(&signature)));
    assert_eq!(not_signable(embed_in_stream(file, &[signature])), why);
    why
}

#[test]
fn one_part_gives_one_set_of_one_hash_with_one_entry() {
    let part = section(1, b"types");
    let id = public(1).default_key_id();
    let hashes = rolling(&[&part]);
    let entry = entry(&id, &secret(1).sign(&message(&hashes)));
    let expected = with_sets(&[set(&hashes, &[entry])], &[&part]);
    assert_eq!(embed(&file(&[&part]), &[by(&secret(1))]).expect("signable"), expected);
}

#[test]
fn signing_twice_with_the_same_key_adds_nothing() {
    let secret = secret(1);
    for parts in [&three_parts()[..1], &three_parts()] {
        let once = embed(&file(&slices(parts)), &[by(&secret)]).expect("signable");
        assert_eq!(embed_in_stream(&once, &[by(&secret)]).expect("signable"), once);
        assert_eq!(embed(&once, &[by(&secret)]).expect("signable"), once);
    }
}

#[test]
fn a_signer_that_is_given_twice_signs_once() {
    let (secret, part) = (secret(1), section(1, b"types"));
    let twice = [by(&secret), by(&secret)];
    let once = embed(&file(&[&part]), &twice[..1]).expect("signable");
    assert_eq!(embed_in_stream(&file(&[&part]), &twice).expect("signable"), once);
    assert_eq!(embed(&file(&[&part]), &twice).expect("signable"), once);
}

#[test]
fn several_sets_that_one_key_has_signed_are_added_to_alike() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let sets = [signed_set(&[1], &hashes), signed_set(&[1, 2], &hashes[..1])];
    let (one, three) = (secret(1), secret(3));
    for kept in 1..=3 {
        let file = with_sets(&sets, &slices(&parts[..kept]));
        for signatures in [&[by(&one)][..], &[by(&one), by(&three)], &[by(&three), by(&three)]] {
            let streamed = embed_in_stream(&file, signatures).expect("signable");
            assert_eq!(embed(&file, signatures).expect("signable"), streamed, "{kept} parts");
        }
    }
}

#[test]
fn another_body_gets_another_set() {
    let parts = three_parts();
    let hashes = rolling(&slices(&parts));
    let stripped = with_sets(&[signed_set(&[1], &hashes)], &slices(&parts[..1]));
    let added = embed(&stripped, &[NewSignature { signer: &secret(2), key_id: KeyId::None }]);
    let sets = [signed_set(&[1], &hashes), signed_set(&[2], &hashes[..1])];
    assert_eq!(added.expect("signable"), with_sets(&sets, &slices(&parts[..1])));
}

#[test]
fn what_is_not_understood_is_kept_byte_for_byte() {
    let part = section(1, b"types");
    let hashes = rolling(&[&part]);
    let odd = vec![
        vec![2, b'i', b'd', 9, 0x80, 0x80, 0x80],
        entry(b"", &[1; 63]),
        entry(b"", &[2; 200]),
        [signed_entry(3, &hashes), vec![0]].concat(),
        vec![0, 0],
    ];
    let foreign = set(&rolling(&[b"other"]), &odd);
    let before = [set(&hashes, &odd), foreign.clone(), set(&[], &[])];
    let new = entry(b"", &secret(1).sign(&message(&hashes)));
    let after = [set(&hashes, &[&odd[..], &[new]].concat()), foreign, set(&[], &[])];
    let signature = NewSignature { signer: &secret(1), key_id: KeyId::None };
    let added = embed(&with_sets(&before, &[&part]), &[signature]);
    assert_eq!(added.expect("signable"), with_sets(&after, &[&part]));
}

#[test]
fn a_misplaced_signature_section_is_refused_and_not_dropped() {
    let part = section(1, b"types");
    let lone = signature_section(&data(&[]));
    for sections in [[&part[..], &lone], [&lone, &lone]] {
        let offset = 8 + sections[0].len() as u64;
        let why = NotSignable::MisplacedSignature { offset };
        assert_eq!(refused(&file(&sections), by(&secret(1))), why);
        let detached = sign::detached(&file(&sections)[..], None, &[by(&secret(1))]);
        assert_eq!(not_signable(detached), why);
    }
}

#[test]
fn data_of_another_version_is_refused() {
    let file = file(&[&signature_section(&[2, 1, 1, 0])]);
    let why = NotSignable::UnknownData(Unknown::Version(2));
    assert_eq!(refused(&file, by(&secret(1))), why);
}

#[test]
fn malformed_data_is_refused() {
    let file = file(&[&signature_section(&[1, 1, 1, 0, 0])]);
    let rule = Rule::LeftOver { what: "the signature data", found: 1 };
    assert_eq!(fault(embed(&file, &[by(&secret(1))])), (8 + 2 + 10 + 4, rule));
}

#[test]
fn more_than_can_be_verified_is_not_written() {
    let part = section(1, b"types");
    let signer = secret(1);
    let by = by(&signer);
    let full = set(&rolling(&[&part]), &vec![vec![0, 9]; 256]);
    let why = refused(&with_sets(&[full], &[&part]), by.clone());
    assert_eq!(why, over("signatures in a set", 256));

    let why = refused(&with_sets(&vec![set(&[], &[]); 64], &[&part]), by.clone());
    assert_eq!(why, over("signature sets", 64));

    let parts: Vec<_> = (0..65).map(delimiter).collect();
    assert_eq!(refused(&file(&slices(&parts)), by.clone()), over("parts", 64));
    assert!(embed(&file(&slices(&parts[..64])), std::slice::from_ref(&by)).is_ok());

    let opaque = [vec![0, 9], vec![0; (4 << 20) - 100]].concat();
    let heavy = with_sets(&[set(&rolling(&[&part]), &[opaque])], &[&part]);
    assert_eq!(refused(&heavy, by), over("bytes of signature data", 4 << 20));
}

#[test]
fn a_key_id_over_the_cap_is_refused() {
    let signer = &secret(1);
    let with_id = |length| NewSignature { signer, key_id: KeyId::Bytes(vec![7; length]) };
    assert_eq!(refused(&file(&[]), with_id(256)), over("bytes of a key id", 255));
    let signed = embed(&file(&[]), &[with_id(255)]).expect("at the cap");
    assert!(verify(&signed).is_ok());
}

/// Says that it is key 1, and signs with key 2 or not at all.
struct Odd {
    public: PublicKey,
    fails: bool,
}

impl Signer for Odd {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        if self.fails { Err("no device".into()) } else { Ok(secret(2).sign(message)) }
    }
}

#[test]
fn a_signer_that_fails_is_named() {
    let odd = Odd { public: public(1), fails: true };
    let signature = NewSignature { signer: &odd, key_id: KeyId::Auto };
    match embed(&file(&[]), &[signature]) {
        Err(Error::Signer { public_key, source }) => {
            assert_eq!((&*public_key, source.to_string()), (&public(1), "no device".into()));
        }
        other => panic!("expected the signer's failure, found {other:?}"),
    }
}

#[test]
fn a_signature_that_is_not_the_signers_is_not_written() {
    let odd = Odd { public: public(1), fails: false };
    let signature = NewSignature { signer: &odd, key_id: KeyId::Auto };
    assert!(matches!(embed(&file(&[]), &[signature]), Err(Error::Signer { .. })));
}

#[test]
fn the_output_is_written_from_where_it_stands() {
    let (secret, part) = (secret(1), section(1, b"types"));
    let plain = file(&[&part]);
    let mut output = Cursor::new(b"before".to_vec());
    output.set_position(6);
    sign::embed(Cursor::new(&plain), &mut output, &[by(&secret)]).expect("signable");
    assert_eq!(output.position(), output.get_ref().len() as u64);
    assert_eq!(output.get_ref()[6..], embed(&plain, &[by(&secret)]).expect("signable"));
}

#[test]
fn without_signers_a_module_stays_as_it_is() {
    let plain = file(&[&section(1, b"types"), &custom("a", b"b")]);
    let split = file(&[&section(1, b"types"), &delimiter(1), &custom("a", b"b")]);
    for module in [plain, split, signed(&[b"\0\x02\x01x"]), MODULE.to_vec()] {
        assert_eq!(embed(&module, &[]).expect("nobody signs"), module);
        assert_eq!(embed_in_stream(&module, &[]).expect("nobody signs"), module);
    }
}

/// What stands behind the module in its file would be a part of it.
#[test]
fn an_output_that_holds_more_is_refused() {
    let (secret, module) = (secret(1), file(&[&section(1, b"types")]));
    let signed = embed(&module, &[by(&secret)]).expect("it can be signed");
    let over = |old: usize, signers: &[NewSignature<'_>]| {
        let mut output = Cursor::new(vec![0xee; old]);
        sign::embed(Cursor::new(&module), &mut output, signers).map(|_| output.into_inner())
    };
    for old in [0, 1, signed.len() - 1, signed.len()] {
        assert_eq!(over(old, &[by(&secret)]).expect("it is shorter"), signed, "{old} bytes");
    }
    let error = over(signed.len() + 3, &[by(&secret)]).expect_err("it is longer");
    assert!(matches!(error, SignError::OutputHoldsMore { count: 3 }), "{error:?}");
    assert!(matches!(over(100, &[]), Err(SignError::OutputHoldsMore { .. })));
}

#[test]
fn a_file_that_is_opened_for_appending_is_refused_or_right() {
    let (secret, module) = (secret(1), file(&[&section(1, b"types")]));
    let split = file(&[&section(1, b"types"), &delimiter(1), &custom("a", b"b")]);
    let path = std::env::temp_dir().join(format!("wasmsign-append-{}", std::process::id()));
    for (input, old) in [(&module, &b""[..]), (&module, b"old"), (&split, b""), (&split, b"old")] {
        std::fs::write(&path, old).expect("there is room");
        let append = std::fs::OpenOptions::new().append(true).open(&path);
        let mut output = append.expect("it was just written");
        let done = sign::embed(Cursor::new(input), &mut output, &[by(&secret)]);
        assert!(matches!(done, Err(SignError::OutputHoldsMore { .. })), "{done:?}");
    }
    let earlier = embed(&module, &[by(&secret)]).expect("it can be signed");
    std::fs::write(&path, b"").expect("there is room");
    let append = std::fs::OpenOptions::new().append(true).open(&path);
    let mut output = append.expect("it was just written");
    sign::embed(Cursor::new(&earlier), &mut output, &[by(&secret)]).expect("it is read twice");
    assert_eq!(std::fs::read(&path).expect("it is there"), earlier);
    std::fs::remove_file(&path).expect("it is there");
}

#[test]
fn what_is_not_signed_has_not_more_than_one_set() {
    let nothing = SignatureData::default();
    assert_eq!(nothing.envoy_obstacle(), Some("there is no signature"));
}
