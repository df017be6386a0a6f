//! What holds for every encoding; the files in `tests/` look at one side each.
//!
//! `testdata/`: `one`, `two` were made by wasmsign2 0.2.8, `openssl-*` and the keys of other
//! algorithms by OpenSSL 3.0.19, `ssh-*` by ssh-keygen, `minisign*` by minisign 0.11; `rfc8410-v2.pem` is from its section
//! 10.3. The passphrase of all that are encrypted is `correct horse`.

use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use super::{KeyEncoding, KeyError, PublicKey, SecretKey};

mod arithmetic;
mod described;
#[cfg(feature = "encrypted-keys")]
mod encrypted;
mod foreign;
mod frames;
mod generated;
mod halves;
mod minisign;
#[cfg(target_os = "linux")]
mod traces;

const ENCODINGS: &[KeyEncoding] = &[
    KeyEncoding::Pem,
    KeyEncoding::Compact,
    KeyEncoding::OpenSsh,
    #[cfg(feature = "minisign")]
    KeyEncoding::Minisign,
];

macro_rules! testdata {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/keys/testdata/", $name)).as_slice()
    };
}
pub(super) use testdata;

fn one() -> SecretKey {
    SecretKey::decode(testdata!("one.secret")).expect("the vector is a secret key")
}

fn seed(key: &SecretKey) -> [u8; 32] {
    key.encode(KeyEncoding::Compact)[1..33].try_into().expect("33 - 1 = 32")
}

fn two() -> SecretKey {
    SecretKey::decode(testdata!("two.secret")).expect("the vector is a secret key")
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).expect("hex").try_into().expect("the length in the type")
}

fn base64(bytes: &[u8]) -> String {
    let mut buffer = vec![0; bytes.len() * 2 + 4];
    let mut encoder = pkcs8::der::pem::Base64Encoder::new(&mut buffer).expect("room");
    encoder.encode(bytes).expect("room");
    encoder.finish().expect("room").to_owned()
}

fn unpem(text: &[u8]) -> Vec<u8> {
    let mut decoder =
        pkcs8::der::pem::Decoder::new_detect_wrap(text.trim_ascii()).expect("a PEM block");
    let mut bytes = Vec::new();
    decoder.decode_to_end(&mut bytes).expect("a PEM block");
    bytes
}

fn pem(label: &str, bytes: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(bytes))
}

fn public_encodings(key: &PublicKey) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = ENCODINGS.iter().map(|&encoding| key.encode(encoding)).collect();
    let der = unpem(&all[0]);
    for bytes in [key.encode(KeyEncoding::Compact), der.clone()] {
        all.extend([hex::encode(&bytes).into_bytes(), base64(&bytes).into_bytes()]);
    }
    all.push(der);
    all
}

fn secret_encodings(key: &SecretKey) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = ENCODINGS.iter().map(|&encoding| key.encode(encoding).to_vec()).collect();
    let der = unpem(&all[0]);
    let v2 = halves::pkcs8_v2(&seed(key), key.public_key().ed25519_bytes().unwrap());
    for bytes in [key.encode(KeyEncoding::Compact).to_vec(), der.clone(), v2.clone()] {
        all.extend([hex::encode(&bytes).into_bytes(), base64(&bytes).into_bytes()]);
    }
    all.extend([pem("PRIVATE KEY", &v2).into_bytes(), v2, der]);
    all
}

#[test]
fn every_encoding_is_read_back() {
    for key in [one(), two()] {
        for bytes in public_encodings(key.public_key()) {
            assert_eq!(PublicKey::decode(&bytes).as_ref(), Ok(key.public_key()));
            assert_eq!(SecretKey::decode(&bytes).err(), Some(KeyError::PublicGiven));
        }
        for bytes in secret_encodings(&key) {
            let read = SecretKey::decode(&bytes).expect("an encoding of a secret key");
            assert_eq!(&seed(&read), &seed(&key));
            assert_eq!(read.public_key(), key.public_key());
            assert_eq!(PublicKey::decode(&bytes), Err(KeyError::SecretGiven));
        }
    }
}

#[test]
fn the_vectors_are_written_as_they_were_read() {
    assert_eq!(*one().encode(KeyEncoding::Compact), testdata!("one.secret"));
    assert_eq!(*two().encode(KeyEncoding::Compact), testdata!("two.secret"));
    assert_eq!(one().public_key().encode(KeyEncoding::Compact), testdata!("one.public"));
    assert_eq!(PublicKey::decode(testdata!("two.public")).as_ref(), Ok(two().public_key()));
}

#[test]
fn the_default_key_id_is_that_of_the_field() {
    assert_eq!(one().public_key().default_key_id()[..4], [0x45, 0xd3, 0x22, 0x47]);
}

#[test]
fn encoding_is_deterministic() {
    for &encoding in ENCODINGS {
        assert_eq!(one().encode(encoding), one().encode(encoding));
    }
}

fn is_refused(bytes: &[u8]) -> bool {
    PublicKey::decode(bytes).is_err() && SecretKey::decode(bytes).is_err()
}

#[test]
fn every_truncation_is_refused() {
    for bytes in [public_encodings(one().public_key()), secret_encodings(&one())].concat() {
        // What is left of a key in hexadecimal may be 32 bytes, and those a public key.
        let is_key = |length: usize| length == 64 && bytes[..64].iter().all(u8::is_ascii_hexdigit);
        for length in (0..bytes.trim_ascii_end().len()).filter(|&length| !is_key(length)) {
            assert!(is_refused(&bytes[..length]), "{length} bytes of {}", bytes.len());
        }
    }
}

#[test]
fn every_extension_is_refused() {
    for bytes in [public_encodings(one().public_key()), secret_encodings(&one())].concat() {
        for tail in [&b"\0"[..], b"x", b"==", b"00", b"\nx", b"\n\0", b"AAAA", &bytes] {
            assert!(is_refused(&[&bytes, tail].concat()), "{} and {tail:02x?}", bytes.len());
        }
    }
}

#[test]
fn no_changed_byte_makes_a_panic_or_a_leak() {
    let seed = hex::encode(seed(&one()));
    for bytes in [public_encodings(one().public_key()), secret_encodings(&one())].concat() {
        for (at, change) in
            (0..bytes.len()).flat_map(|at| [0x01, 0x20, 0x80, 0xff].map(|c| (at, c)))
        {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let _ = PublicKey::decode(&changed);
            if let Err(error) = SecretKey::decode(&changed) {
                assert!(!format!("{error} {error:?}").contains(&seed[..16]));
            }
        }
    }
}

#[test]
fn debug_never_shows_the_seed() {
    let shown = format!("{:?} {:#?}", one(), one());
    assert!(shown.contains(&hex::encode(one().public_key().ed25519_bytes().unwrap())));
    let seed = seed(&one());
    let forms = [hex::encode(seed), base64(&seed), format!("{seed:?}"), format!("{seed:x?}")];
    for form in forms {
        assert!(!shown.contains(&form[2..18]), "{form}");
    }
}
