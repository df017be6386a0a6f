//! The field's own files, made by wasmsign2-cli 0.2.8: read, and made again.

mod common;

use std::fs;
use std::path::Path;

use common::{embed, embed_in_stream, reason};
use sha2::{Digest, Sha256};
use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::verify::Reason;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Identity, Policy, PublicKey, Require, SecretKey, Verifier};

/// Signed file, the same unsigned, keys that have signed it, key id beside them.
const SIGNED: [(&str, &str, &[&str], KeyId); 7] = [
    ("add.one.wasm", "add.wasm", &["one"], KeyId::None),
    ("add.one-keyid.wasm", "add.wasm", &["one"], KeyId::Auto),
    ("add.one+two.wasm", "add.wasm", &["one", "two"], KeyId::None),
    ("add-custom.one.wasm", "add-custom.wasm", &["one"], KeyId::Auto),
    ("add-custom.split.one.wasm", "add-custom.split.wasm", &["one"], KeyId::Auto),
    ("add-custom.split.one+two.wasm", "add-custom.split.wasm", &["one", "two"], KeyId::Auto),
    ("empty.one.wasm", "empty.wasm", &["one"], KeyId::None),
];

/// Detached signature, a file with the body that it signs, key id beside it.
const DETACHED: [(&str, &str, KeyId); 2] = [
    ("add-custom.one.sig", "add-custom.wasm", KeyId::None),
    ("add-custom.split.one.sig", "add-custom.split.one.wasm", KeyId::Auto),
];

fn vector(name: &str) -> Vec<u8> {
    // cargo runs tests in the directory of their package.
    let folder = Path::new("tests/vectors/wasmsign2-0.2.8");
    fs::read(folder.join(name)).expect(name)
}

fn public(name: &str) -> PublicKey {
    PublicKey::decode(&vector(&format!("{name}.public"))).expect("the vector is a key")
}

fn secret(name: &str) -> SecretKey {
    SecretKey::decode(&vector(&format!("{name}.secret"))).expect("the vector is a key")
}

fn identity(file: &[u8]) -> Identity {
    Identity::from(<[u8; 32]>::from(Sha256::digest(file)))
}

fn all() -> Policy {
    Policy::default().require(Require::All)
}

#[test]
fn verify_with_the_keys_that_signed_them() {
    for (name, _, keys, _) in SIGNED {
        let file = vector(name);
        let verifier = Verifier::builder(keys.iter().map(|key| public(key)))
            .policy(all())
            .build()
            .expect("keys and policy fit together");
        let verified = verifier.verify(&file[..]).expect(name);
        assert_eq!((verified.covered(), verified.total()), (file.len() as u64, file.len() as u64));
        assert_eq!(verified.signers().len(), keys.len(), "{name}");
        assert!(verified.ignored().is_empty(), "{name}");
        for (signer, key) in verified.signers().iter().zip(keys) {
            assert_eq!(signer.public_key, public(key), "{name}");
        }
    }
}

#[test]
fn are_refused_with_other_keys() {
    let stranger = common::public(9);
    for (name, _, keys, _) in SIGNED {
        let file = vector(name);
        let verifier = Verifier::new([stranger.clone()]).expect("keys and policy fit together");
        assert_eq!(reason(verifier.verify(&file[..])), Reason::NoTrustedSignature, "{name}");
        let verifier = Verifier::builder([public("one"), public("two")])
            .policy(all())
            .build()
            .expect("keys and policy fit together");
        assert_eq!(verifier.verify(&file[..]).is_ok(), keys.len() == 2, "{name}");
    }
}

#[test]
fn have_the_identity_of_the_unsigned_file() {
    for (name, unsigned, _, _) in SIGNED {
        let verifier = Verifier::builder([public("one")])
            .with_identity()
            .build()
            .expect("keys and policy fit together");
        let verified = verifier.verify(&vector(name)[..]).expect(name);
        assert_eq!(verified.identity(), Some(identity(&vector(unsigned))), "{name}");
    }
}

#[test]
fn signing_again_gives_the_same_bytes() {
    for (name, unsigned, keys, key_id) in SIGNED {
        let secrets: Vec<_> = keys.iter().map(|key| secret(key)).collect();
        let signatures: Vec<_> =
            secrets.iter().map(|signer| NewSignature { signer, key_id: key_id.clone() }).collect();
        let unsigned = vector(unsigned);
        assert_eq!(embed(&unsigned, &signatures).expect(name), vector(name), "{name}");
        assert_eq!(embed_in_stream(&unsigned, &signatures).expect(name), vector(name), "{name}");
    }
}

#[test]
fn adding_the_second_signature_gives_the_same_bytes() {
    let two = secret("two");
    for (one, both, key_id) in [
        ("add.one.wasm", "add.one+two.wasm", KeyId::None),
        ("add-custom.split.one.wasm", "add-custom.split.one+two.wasm", KeyId::Auto),
    ] {
        let signature = NewSignature { signer: &two, key_id };
        assert_eq!(embed(&vector(one), &[signature]).expect(one), vector(both), "{both}");
    }
}

#[test]
fn detached_signatures_verify_and_are_made_again() {
    let one = secret("one");
    for (name, module, key_id) in DETACHED {
        let (signature, module) = (vector(name), vector(module));
        let verifier = Verifier::new([public("one")]).expect("keys and policy fit together");
        assert!(verifier.verify_detached(&module[..], &signature).is_ok(), "{name}");
        let made = sign::detached(&module[..], None, &[NewSignature { signer: &one, key_id }]);
        let made = made.expect(name);
        assert_eq!(made.data.encode(), signature, "{name}");
        let stranger = Verifier::new([public("two")]).expect("keys and policy fit together");
        let refused = reason(stranger.verify_detached(&module[..], &signature));
        assert_eq!(refused, Reason::NoTrustedSignature, "{name}");
    }
}

#[test]
fn a_component_verifies_as_a_component_only() {
    let file = vector("component.one.wasm");
    let verifier = Verifier::new([public("one")]).expect("keys and policy fit together");
    let refused = reason(verifier.verify(&file[..]));
    assert_eq!(refused, Reason::KindMismatch { expected: Kind::Module });
    for kind in [Some(Kind::Component), None] {
        let builder = Verifier::builder([public("one")]).policy(Policy::default().expect(kind));
        let verifier = builder.with_identity().build().expect("there is a key");
        let verified = verifier.verify(&file[..]).expect("the component is signed");
        assert_eq!(verified.kind(), Kind::Component);
        assert_eq!(verified.identity(), Some(identity(&vector("component.wasm"))));
    }
    let one = secret("one");
    let unsigned = vector("component.wasm");
    let signature = NewSignature { signer: &one, key_id: KeyId::None };
    assert_eq!(embed(&unsigned, &[signature]).expect("it can be signed"), file);
}

#[test]
fn a_module_is_refused_where_a_component_is_expected() {
    let policy = Policy::default().expect(Some(Kind::Component));
    let verifier = Verifier::builder([public("one")])
        .policy(policy)
        .build()
        .expect("keys and policy fit together");
    let refused = reason(verifier.verify(&vector("add.one.wasm")[..]));
    assert_eq!(refused, Reason::KindMismatch { expected: Kind::Component });
}
