//! A public half that does not belong to its seed is refused in every form that carries one.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{KeyEncoding, KeyError, SecretKey, one, pem, seed, two, unpem};

/// PKCS#8 v2 (RFC 5958) of the two halves, whether they belong together or not.
pub(super) fn pkcs8_v2(seed: &[u8; 32], public: &[u8; 32]) -> Vec<u8> {
    let start = [
        0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    [&start[..], seed, &[0x81, 0x21, 0x00], public].concat()
}

fn refusal(bytes: &[u8]) -> KeyError {
    SecretKey::decode(bytes).expect_err("the halves do not belong together")
}

/// The unencrypted container of `one`, and where its public half stands in it.
fn container() -> (Vec<u8>, Vec<usize>) {
    let (key, bytes) = (one(), unpem(&one().encode(KeyEncoding::OpenSsh)));
    let public = key.public_key().ed25519_bytes().unwrap();
    let places = (0..bytes.len() - 31).filter(|&at| bytes[at..at + 32] == public[..]).collect();
    (bytes, places)
}

fn with_two(bytes: &[u8], places: &[usize]) -> String {
    let mut bytes = bytes.to_vec();
    for &at in places {
        bytes[at..at + 32].copy_from_slice(two().public_key().ed25519_bytes().unwrap());
    }
    pem("OPENSSH PRIVATE KEY", &bytes)
}

#[test]
fn compact() {
    let mut bytes = one().encode(KeyEncoding::Compact);
    bytes[33..].copy_from_slice(two().public_key().ed25519_bytes().unwrap());
    assert_eq!(refusal(&bytes), KeyError::MismatchedHalves);
    assert_eq!(refusal(super::base64(&bytes).as_bytes()), KeyError::MismatchedHalves);
    bytes[33..].fill(0);
    assert_eq!(refusal(&bytes), KeyError::MismatchedHalves);
}

#[test]
fn pkcs8_version_2() {
    let der = pkcs8_v2(&seed(&one()), two().public_key().ed25519_bytes().unwrap());
    assert_eq!(refusal(&der), KeyError::MismatchedHalves);
    assert_eq!(refusal(pem("PRIVATE KEY", &der).as_bytes()), KeyError::MismatchedHalves);
}

/// As ring writes it.
fn pkcs8_of_ring(seed: &[u8; 32], public: &[u8; 32]) -> Vec<u8> {
    let implicit = pkcs8_v2(seed, public);
    let (start, end) = implicit.split_at(implicit.len() - 35);
    let mut der = [start, &[0xa1, 0x23, 0x03], &end[1..]].concat();
    der[1] += 2;
    der
}

#[test]
fn pkcs8_version_2_of_ring() {
    let public = *one().public_key().ed25519_bytes().unwrap();
    let der = pkcs8_of_ring(&seed(&one()), &public);
    let read = SecretKey::decode(&der).expect("ring's keys are read");
    assert_eq!(read.public_key().ed25519_bytes().unwrap(), &public);
    let der = pkcs8_of_ring(&seed(&one()), two().public_key().ed25519_bytes().unwrap());
    assert_eq!(refusal(&der), KeyError::MismatchedHalves);
    for end in 0..der.len() {
        assert_ne!(refusal(&der[..end]), KeyError::MismatchedHalves, "{end} bytes");
    }
    assert!(matches!(refusal(&[&der[..], b"\0"].concat()), KeyError::Der { .. }));
}

/// RFC 5958: a key with its public half is of version 2.
#[test]
fn pkcs8_version_1_has_no_public_half() {
    let mut der = pkcs8_v2(&seed(&one()), one().public_key().ed25519_bytes().unwrap());
    der[4] = 0;
    assert!(matches!(refusal(&der), KeyError::Der { .. }));
}

#[test]
fn openssh() {
    let (bytes, places) = container();
    assert_eq!(places.len(), 3);
    for forged in [&places[..1], &places[1..2], &places[2..], &places[1..], &places[..]] {
        let refused = refusal(with_two(&bytes, forged).as_bytes());
        assert_eq!(refused, KeyError::MismatchedHalves, "{forged:?}");
    }
}

#[test]
fn damaged_check_values_are_told_from_mismatched_halves() {
    let (mut bytes, places) = container();
    // The secret part: two check values, the name, the public half (each with its length).
    bytes[places[1] - 4 - 15 - 4] ^= 1;
    let error = refusal(pem("OPENSSH PRIVATE KEY", &bytes).as_bytes());
    assert!(error.to_string().contains("check values differ"), "{error}");
}

#[test]
fn seeds_and_public_halves_of_another_length_are_refused() {
    let der = pkcs8_v2(&seed(&one()), one().public_key().ed25519_bytes().unwrap());
    for (length_at, wrong) in [(15, 0x1f), (50, 0x07)] {
        let mut changed = der.clone();
        changed[length_at] = wrong;
        assert!(matches!(refusal(&changed), KeyError::Der { .. }), "byte {length_at}");
    }
}

/// Some writers leave the inner OCTET STRING out: its "tag" would be a byte of the seed.
#[test]
fn a_seed_without_its_header_is_refused_without_showing_it() {
    let (seed, start) = (seed(&one()), [0x30, 0x2c, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03]);
    let der = [&start[..], &[0x2b, 0x65, 0x70, 0x04, 0x20], &seed].concat();
    let error = refusal(&der);
    assert!(error.to_string().contains("found 32 bytes"), "{error}");
    assert!(!error.to_string().contains(&format!("{:02x}", seed[0])), "{error}");
}
