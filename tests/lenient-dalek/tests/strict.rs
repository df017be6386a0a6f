//! wasmsign-core is strict whatever `ed25519-dalek` is.

use std::fs;
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use serde_json::Value;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Policy, PublicKey, SecretKey, Verified, Verifier, VerifyError};

/// L, in little-endian order.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The signature with S + L in place of S.
fn with_l(signature: &[u8; 64]) -> [u8; 64] {
    let mut changed = *signature;
    let mut carry = 0;
    for (byte, add) in changed[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    changed
}

#[test]
fn a_second_spelling_of_a_signature_is_refused() {
    let secret = SecretKey::from_seed(&[7; 32]);
    let key = secret.public_key();
    let signature = secret.sign(b"message");
    let second = with_l(&signature);
    let lenient =
        VerifyingKey::from_bytes(key.ed25519_bytes().expect("it is one")).expect("it is a key");
    let spelled = Signature::from_bytes(&second);
    assert!(lenient.verify(b"message", &spelled).is_ok(), "this program is not lenient");
    assert!(lenient.verify_strict(b"message", &spelled).is_ok(), "this program is not lenient");
    assert!(key.verify(b"message", &signature));
    assert!(!key.verify(b"message", &second));
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/vectors")
}

fn read(name: &Value) -> Vec<u8> {
    let name = name.as_str().expect("cases name their files");
    fs::read(vectors().join(name)).expect("the file is there")
}

/// What the verifier says of a case; nothing where it has no key.
fn verdict(case: &Value) -> Option<Result<Verified, VerifyError>> {
    let keys = case["public_keys"].as_array().expect("a list").iter();
    let keys = keys.filter_map(|key| PublicKey::decode(&read(key)).ok());
    let expect = match case["expect"].as_str() {
        Some("component") => Some(Kind::Component),
        Some("any") => None,
        _ => Some(Kind::Module),
    };
    let verifier = Verifier::builder(keys).policy(Policy::default().expect(expect)).build().ok()?;
    let module = read(&case["module"]);
    Some(match &case["signature"] {
        Value::Null => verifier.verify(&module[..]),
        signature => verifier.verify_detached(&module[..], &read(signature)),
    })
}

/// The vectors about Ed25519; a key that is none is no key of the verifier.
#[test]
fn the_vectors_have_their_verdict() {
    let cases = fs::read(vectors().join("cases.json")).expect("there are vectors");
    let cases: Value = serde_json::from_slice(&cases).expect("they are JSON");
    let cases = cases["cases"].as_array().expect("a list").iter();
    let cases: Vec<_> = cases.filter(|case| case["rule"] == "ed25519").collect();
    assert!(cases.len() > 20, "{} cases", cases.len());
    for case in cases {
        let verdict = verdict(case);
        let verified = matches!(verdict, Some(Ok(_)));
        let refused = matches!(verdict, None | Some(Err(VerifyError::Refused(_))));
        assert!(verified || refused, "{}", case["name"]);
        assert_eq!(verified, case["verdict"] == "verified", "{}: {}", case["name"], case["about"]);
    }
}
