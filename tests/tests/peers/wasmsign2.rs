//! The independent implementation: wasmsign2 verifies what we sign, and we what it signs.
#![cfg(unix)]

use std::collections::HashSet;
use std::path::Path;

use end_to_end::fixtures::{call, vector, workdir};
use wasmsign2::{Module, PublicKey, PublicKeySet, SecretKey};

fn public(name: &str) -> PublicKey {
    PublicKey::from_bytes(&vector(&format!("{name}.public"))).unwrap()
}

fn secret(name: &str) -> SecretKey {
    SecretKey::from_bytes(&vector(&format!("{name}.secret"))).unwrap()
}

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

/// Whether the peer finds that each of these keys has signed the whole module.
fn peer_verifies(module: &[u8], signature: Option<&[u8]>, keys: &[&str]) -> bool {
    let each = keys
        .iter()
        .all(|key| public(key).verify_multi(&mut &module[..], signature, |_| true).is_ok());
    let set = PublicKeySet::new(keys.iter().map(|key| public(key)).collect::<HashSet<_>>());
    let together = set.verify(&mut &module[..], signature);
    each && together.is_ok_and(|signers| signers.len() == keys.len())
}

#[test]
fn the_peer_verifies_what_we_sign() {
    for name in ["add.wasm", "add-custom.wasm", "empty.wasm"] {
        let workdir = workdir(&[name]);
        call(workdir.path(), &format!("sign {name} -k one.secret")).exits(0);
        let module = read(workdir.path(), name);
        assert!(peer_verifies(&module, None, &["one"]), "{name}");
        assert!(public("one").verify(&mut &module[..], None).is_ok(), "{name}");
        assert!(!peer_verifies(&module, None, &["two"]), "{name}");
        call(workdir.path(), &format!("sign {name} -k two.secret")).exits(0);
        assert!(peer_verifies(&read(workdir.path(), name), None, &["one", "two"]), "{name}");
    }
}

#[test]
fn the_peer_verifies_our_detached_signatures() {
    let workdir = workdir(&["add-custom.wasm"]);
    let sign = |key| {
        call(workdir.path(), &format!("sign add-custom.wasm -k {key}.secret -S sig")).exits(0)
    };
    let module = vector("add-custom.wasm");
    sign("one");
    let first = read(workdir.path(), "sig");
    assert!(peer_verifies(&module, Some(&first), &["one"]));
    sign("two");
    let second = read(workdir.path(), "sig");
    assert!(peer_verifies(&module, Some(&second), &["one", "two"]));
    assert!(!peer_verifies(&vector("add.wasm"), Some(&second), &["one"]));
    assert!(!peer_verifies(&module, Some(&first), &["two"]));
}

#[test]
fn the_peer_verifies_parts_and_refuses_what_we_refuse() {
    let workdir = workdir(&["add-custom.split.wasm"]);
    call(workdir.path(), "sign add-custom.split.wasm -k one.secret").exits(0);
    let module = read(workdir.path(), "add-custom.split.wasm");
    assert!(public("one").verify_multi(&mut &module[..], None, |_| true).is_ok());
    let mut changed = module.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(workdir.path().join("changed.wasm"), &changed).unwrap();
    assert!(public("one").verify_multi(&mut &changed[..], None, |_| true).is_err());
    call(workdir.path(), "verify changed.wasm -K one.public").exits(1).prints(&["(body-changed)"]);
}

#[test]
fn a_pair_of_our_keygen_is_a_pair_for_the_peer() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "keygen -k k.key -K k.pub").exits(0);
    call(workdir.path(), "sign add.wasm -k k.key").exits(0);
    let key = PublicKey::from_any(&read(workdir.path(), "k.pub")).unwrap();
    assert!(key.verify(&mut &read(workdir.path(), "add.wasm")[..], None).is_ok());
    let theirs = SecretKey::from_any(&read(workdir.path(), "k.key")).unwrap();
    let unsigned = Module::deserialize(&mut &vector("add.wasm")[..]).unwrap();
    let mut file = Vec::new();
    theirs.sign(unsigned, None).unwrap().serialize(&mut file).unwrap();
    std::fs::write(workdir.path().join("theirs.wasm"), file).unwrap();
    call(workdir.path(), "verify theirs.wasm -K k.pub").exits(0);
}

#[test]
fn we_verify_what_the_peer_signs() {
    let workdir = workdir(&[]);
    for name in ["add.wasm", "add-custom.wasm", "add-custom.split.wasm", "empty.wasm"] {
        let module = Module::deserialize(&mut &vector(name)[..]).unwrap();
        let (signed, _) = secret("one").sign_multi(module.clone(), None, false, false).unwrap();
        let id = b"by the peer".to_vec();
        let (signed, _) = secret("two").sign_multi(signed, Some(&id), false, false).unwrap();
        let mut file = Vec::new();
        signed.serialize(&mut file).unwrap();
        std::fs::write(workdir.path().join("theirs.wasm"), &file).unwrap();
        let line = "verify theirs.wasm -K two.public -K one.public --require all";
        call(workdir.path(), line).exits(0);
        // Both keys have signed it: nothing is added to what the peer wrote.
        call(workdir.path(), "sign theirs.wasm -k two.secret -k one.secret").exits(0);
        assert_eq!(read(workdir.path(), "theirs.wasm"), file);

        std::fs::write(workdir.path().join("bare.wasm"), vector(name)).unwrap();
        let (_, signature) = secret("one").sign_multi(module, None, true, false).unwrap();
        std::fs::write(workdir.path().join("theirs.sig"), signature).unwrap();
        call(workdir.path(), "verify bare.wasm -S theirs.sig -K one.public").exits(0);
        call(workdir.path(), "verify bare.wasm -S theirs.sig -K two.public")
            .exits(1)
            .prints(&["(no-trusted-signature)"]);
    }
}

#[test]
fn the_vectors_verify() {
    let workdir = workdir(&[
        "add.one.wasm",
        "add.one-keyid.wasm",
        "add.one+two.wasm",
        "add-custom.one.wasm",
        "add-custom.split.one.wasm",
        "add-custom.split.one+two.wasm",
        "component.one.wasm",
        "empty.one.wasm",
    ]);
    let signed = "add.one.wasm add.one-keyid.wasm add.one+two.wasm add-custom.one.wasm \
                  add-custom.split.one.wasm add-custom.split.one+two.wasm empty.one.wasm";
    call(workdir.path(), &format!("verify {signed} -K one.public")).exits(0);
    call(workdir.path(), "verify component.one.wasm -K one.public --expect component").exits(0);
    call(workdir.path(), "verify add.one+two.wasm add-custom.split.one+two.wasm -K one.public -K two.public --require 2")
        .exits(0);
}

/// The peer's signatures with and without key ids, and ours, of the same key over the same module.
#[test]
fn the_vectors_signed_again_are_the_same_bytes() {
    for (unsigned, flags, signed) in [
        ("add.wasm", "--key-id none -k one.secret", "add.one.wasm"),
        ("add.wasm", "-k one.secret", "add.one-keyid.wasm"),
        ("add.wasm", "--key-id none -k one.secret -k two.secret", "add.one+two.wasm"),
        ("add-custom.wasm", "-k one.secret", "add-custom.one.wasm"),
        ("add-custom.split.wasm", "-k one.secret", "add-custom.split.one.wasm"),
        ("add-custom.split.wasm", "-k one.secret -k two.secret", "add-custom.split.one+two.wasm"),
        ("component.wasm", "--key-id none -k one.secret", "component.one.wasm"),
        ("empty.wasm", "--key-id none -k one.secret", "empty.one.wasm"),
    ] {
        let workdir = workdir(&[unsigned]);
        call(workdir.path(), &format!("sign {unsigned} {flags} -o out")).exits(0);
        assert_eq!(read(workdir.path(), "out"), vector(signed), "{signed}");
    }
    for (unsigned, flags, signature) in [
        ("add-custom.wasm", "--key-id none", "add-custom.one.sig"),
        ("add-custom.split.wasm", "--key-id auto", "add-custom.split.one.sig"),
    ] {
        let workdir = workdir(&[unsigned]);
        call(workdir.path(), &format!("sign {unsigned} {flags} -k one.secret -S out")).exits(0);
        assert_eq!(read(workdir.path(), "out"), vector(signature), "{signature}");
    }
}
