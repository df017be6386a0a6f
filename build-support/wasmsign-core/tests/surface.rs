//! What other crates hold in their hands: proofs with their bytes, policies, keys and errors as values.

mod common;

use std::num::NonZeroUsize;

use common::*;
use wasmsign_core::sign::{KeyId, Pending, SignError};
use wasmsign_core::wasm::Kind;
use wasmsign_core::{
    Coverage, Error, Identity, KeyEncoding, Policy, PublicKey, Require, SectionNames, Verifier,
    VerifyError,
};

#[test]
fn a_verified_module_has_the_bytes_that_were_given() {
    let file = signed(&slices(&three_parts()));
    let verifier = verifier(&[1], Policy::default());
    let borrowed = verifier.verify_bytes(&file).expect("it is signed");
    assert_eq!((borrowed.bytes(), borrowed.covered_bytes()), (&file[..], &file[..]));
    assert_eq!(borrowed.verified().signers()[0].public_key, public(1));
    let owned = verifier.verify_bytes(file.clone()).expect("it is signed").into_owned();
    assert_eq!(owned.into_parts().0, file);
}

#[test]
fn covered_bytes_end_where_the_proof_does() {
    let parts = three_parts();
    let mut file = with_sets(&[signed_set(&[1], &rolling(&slices(&parts[..2])))], &slices(&parts));
    let end = file.len() - parts[2].len();
    file.extend(custom("appended", b"by anybody"));
    let module = verifier(&[1], Policy::default().prefix()).verify_bytes(&file);
    let module = module.expect("all that runs is signed");
    assert_eq!(module.bytes(), file);
    assert_eq!(module.covered_bytes(), &file[..end]);
}

#[test]
fn bytes_in_memory_get_the_verdict_of_a_stream() {
    let part = section(1, b"types");
    let data = data(&[signed_set(&[1], &rolling(&[&part]))]);
    let (bare, verifier) = (file(&[&part]), verifier(&[1], Policy::default()));
    assert!(verifier.verify_bytes_detached(&bare, &data).is_ok());
    for (bytes, data) in [(&bare[..bare.len() - 1], &data[..]), (&bare, &data[..9]), (b"", &data)] {
        let by_slice = verifier.verify_bytes_detached(bytes, data).expect_err("one of them is cut");
        let by_stream = verifier.verify_detached(bytes, data).expect_err("one of them is cut");
        assert_eq!(format!("{by_slice:?}"), format!("{by_stream:?}"));
    }
}

#[test]
fn policies_are_compared_and_shown() {
    let two = Require::AtLeast(NonZeroUsize::new(2).expect("it is not 0"));
    let policy = || {
        let names = SectionNames::exactly(["a", "b"]);
        Policy::default().require(two).prefix_with(names).expect(None)
    };
    assert_eq!(policy(), policy());
    assert_ne!(policy(), policy().expect(Some(Kind::Component)));
    assert_ne!(policy(), policy().prefix());
    assert_ne!(policy(), policy().require(Require::All));
    let matching = SectionNames::matching(["a", "b"], |name| name.len() == 1);
    assert!(matching.contains("x") && !SectionNames::exactly(["a", "b"]).contains("x"));
    assert_ne!(policy(), policy().prefix_with(matching));
    assert_eq!(
        policy().to_string(),
        r#"a module or a component, signed by 2 of the keys, coverage prefix with ["a", "b"]"#
    );
    assert!(format!("{:?}", policy()).contains(r#"exactly(["a", "b"])"#));
    let verifier = verifier(&[1, 2], policy());
    assert_eq!(*verifier.policy(), policy());
    assert!(
        matches!(&verifier.policy().coverage, Coverage::Prefix(names) if names.patterns() == ["a", "b"])
    );
}

#[test]
fn a_public_key_is_its_compact_form_as_text() {
    let key = public(1);
    let text = key.to_string();
    assert_eq!((text.len(), &text[..2]), (66, "01"));
    assert_eq!(text.parse::<PublicKey>().as_ref(), Ok(&key));
    let line = String::from_utf8(key.encode(KeyEncoding::OpenSsh)).expect("it is text");
    assert_eq!(line.parse::<PublicKey>().as_ref(), Ok(&key));
    let secret: String =
        secret(1).encode(KeyEncoding::Compact).iter().map(|byte| format!("{byte:02x}")).collect();
    let error = secret.parse::<PublicKey>().expect_err("it is a secret key");
    assert_eq!(error.code(), "secret-key-given");
}

#[cfg(feature = "serde")]
#[test]
fn keys_and_identities_are_serialized_as_their_text() {
    let (key, identity) = (public(1), Identity::from_bytes([7; 32]));
    let json = serde_json::to_string(&(&key, identity)).expect("they are text");
    assert_eq!(json, format!("[\"{key}\",\"{identity}\"]"));
    assert_eq!(
        serde_json::from_str::<(PublicKey, Identity)>(&json).expect("as written"),
        (key, identity)
    );
    assert!(serde_json::from_str::<PublicKey>("\"01\"").is_err());
    assert!(serde_json::from_str::<Identity>("7").is_err());
}

#[test]
fn a_signature_may_come_later() {
    let module = file(&slices(&three_parts()));
    let mut pending = Pending::embedded(&module[..]).expect("it can be signed");
    let message = pending.message().to_vec();
    assert_eq!(message, common::message(&rolling(&slices(&three_parts()))));
    // While it waits, it is nobody's.
    let pending = std::thread::spawn(move || {
        let wrong = pending.add(&public(1), &KeyId::Auto, &[7; 64]);
        assert!(matches!(wrong, Err(SignError::Signer { .. })), "{wrong:?}");
        let signature = secret(1).sign(&message);
        assert!(!pending.is_signed_by(&public(1)).expect("there is nothing to try"));
        pending.add(&public(1), &KeyId::Auto, &signature).expect("it is valid");
        pending.add(&public(1), &KeyId::None, &signature).expect("it is there already");
        pending
    });
    let pending = pending.join().expect("its checks hold");
    let mut output = Vec::new();
    let done = pending.write(std::io::Cursor::new(&module), &mut output).expect("memory takes it");
    assert_eq!(done.added, 1);
    assert_eq!(output, embed(&module, &[by(&secret(1))]).expect("it can be signed"));
}

#[test]
fn a_detached_signature_may_come_later_and_join_others() {
    let module = file(&[&section(1, b"types")]);
    let first = wasmsign_core::sign::detached(&module[..], None, &[by(&secret(1))]);
    let first = first.expect("it can be signed").data.encode();
    let mut pending = Pending::detached(&module[..], Some(&first)).expect("it can be signed");
    let signature = secret(2).sign(pending.message());
    pending.add(&public(2), &KeyId::Auto, &signature).expect("it is valid");
    let both = pending.finish().data.encode();
    let all = verifier(&[1, 2], Policy::default().require(Require::All));
    assert!(all.verify_bytes_detached(&module, &both).is_ok());
}

#[test]
fn every_error_has_a_code_that_survives_the_way_up() {
    let file = signed(&[&section(1, b"types")]);
    let stranger = Verifier::new([public(2)]).expect("there is a key");
    let errors: [(Error, &str); 7] = [
        (stranger.verify(&file[..]).expect_err("2 has not signed").into(), "no-trusted-signature"),
        (stranger.verify(&b""[..]).expect_err("there is nothing").into(), "empty-file"),
        (Verifier::new([]).expect_err("there is no key").into(), "no-keys"),
        ("x".parse::<Identity>().expect_err("it is none").into(), "not-an-identity"),
        (
            embed(&file, &[by(&secret(1))])
                .map(|_| VerifyError::PartlyRead { count: 1 })
                .expect("signed")
                .into(),
            "partly-read",
        ),
        (detach(&common::file(&[])).expect_err("it is not signed"), "no-signature"),
        (
            attach(&file, &data(&[]), wasmsign_core::edit::Earlier::Refuse).expect_err("it is"),
            "signed",
        ),
    ];
    for (error, code) in errors {
        assert_eq!(error.code(), code, "{error}");
    }
}
