//! Keys under a passphrase: those of other programs, and ours.

use std::format;
use std::string::ToString;
use std::vec::Vec;

use super::super::KeyDescription;
use super::{KeyEncoding, KeyError, PublicKey, SecretKey, one, pem, seed, testdata, unpem};

const RIGHT: &[u8] = b"correct horse";

fn opened(bytes: &[u8]) -> SecretKey {
    SecretKey::decode_encrypted(bytes, RIGHT).expect("it is the right passphrase")
}

fn refusal(bytes: &[u8], passphrase: &[u8]) -> KeyError {
    SecretKey::decode_encrypted(bytes, passphrase).expect_err("it is refused")
}

#[test]
fn keys_of_other_programs_are_opened() {
    let public = PublicKey::decode(testdata!("openssl-ed.pub.pem")).expect("a key");
    for bytes in [
        testdata!("openssl-encrypted.pem"),
        testdata!("openssl-encrypted.der"),
        testdata!("openssl-scrypt.pem"),
        testdata!("openssl-sha1.pem"),
    ] {
        assert_eq!(opened(bytes).public_key(), &public);
        assert_eq!(refusal(bytes, b"wrong horse"), KeyError::WrongPassphrase);
        assert_eq!(refusal(bytes, b""), KeyError::WrongPassphrase);
    }
    let public = PublicKey::decode(testdata!("ssh-encrypted.pub")).expect("a key");
    assert_eq!(opened(testdata!("ssh-encrypted")).public_key(), &public);
    opened(testdata!("ssh-chacha20"));
    for bytes in [testdata!("ssh-encrypted"), testdata!("ssh-chacha20")] {
        assert_eq!(refusal(bytes, b"wrong horse"), KeyError::WrongPassphrase);
        assert_eq!(refusal(bytes, b""), KeyError::WrongPassphrase);
    }
}

/// The only one that takes 1 GiB: as minisign makes them.
#[test]
fn a_key_of_minisign_is_opened() {
    let key = opened(testdata!("minisign-encrypted.key"));
    let public = PublicKey::decode(testdata!("minisign-encrypted.pub")).expect("a key");
    assert_eq!(key.public_key(), &public);
    let number = KeyDescription::of(testdata!("minisign-encrypted.pub")).expect("a key");
    assert_eq!(key.minisign_number(), number.minisign_number);
}

#[test]
fn a_passphrase_does_not_matter_where_there_is_none() {
    for &encoding in super::ENCODINGS {
        let read = SecretKey::decode_encrypted(&one().encode(encoding), b"any").expect("plain");
        assert_eq!(read.public_key(), one().public_key());
    }
}

#[test]
fn what_is_written_is_read_again() {
    let random = [7; 32];
    for encoding in [KeyEncoding::Pem, KeyEncoding::OpenSsh, KeyEncoding::Minisign] {
        let written = one().encode_encrypted(encoding, RIGHT, &random).expect("it can be");
        assert_eq!(seed(&opened(&written)), seed(&one()), "{encoding:?}");
        assert_eq!(refusal(&written, b"correct horsf"), KeyError::WrongPassphrase);
        assert_eq!(SecretKey::decode(&written).err(), Some(KeyError::Encrypted));
        assert_eq!(PublicKey::decode(&written), Err(KeyError::SecretGiven));
        let other = one().encode_encrypted(encoding, RIGHT, &[8; 32]).expect("it can be");
        assert_ne!(written, other, "{encoding:?}");
    }
    let compact = one().encode_encrypted(KeyEncoding::Compact, RIGHT, &random);
    assert_eq!(compact.err(), Some(KeyError::NotEncryptable));
    let empty = one().encode_encrypted(KeyEncoding::Pem, b"", &random);
    assert_eq!(empty.err(), Some(KeyError::WrongPassphrase));
}

#[test]
fn unknown_ciphers_are_named_before_any_passphrase() {
    for (bytes, name) in [
        (testdata!("openssl-3des.pem"), "3DES-CBC"),
        (testdata!("openssl-pbes1.pem"), "PKCS#12 with SHA-1 and 3DES"),
        (testdata!("ssh-3des"), "3des-cbc"),
    ] {
        assert_eq!(refusal(bytes, RIGHT), KeyError::UnknownCipher { found: name.into() });
    }
}

#[test]
fn keys_of_another_algorithm_are_named_under_a_passphrase_too() {
    let rsa = KeyError::WrongAlgorithm { found: "RSA".into() };
    assert_eq!(refusal(testdata!("rsa-encrypted.pem"), RIGHT), rsa);
    assert_eq!(refusal(testdata!("ssh-encrypted-rsa"), b"not even the right one"), rsa);
}

/// A length of DER, and what it is the length of.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("it is short");
    let length = if length < 128 { Vec::from([length]) } else { Vec::from([0x81, length]) };
    [&[tag], &length[..], content].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn integer(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let start = bytes.iter().position(|&byte| byte != 0).unwrap_or(7);
    tlv(2, &[&[0][..usize::from(bytes[start] >= 0x80)], &bytes[start..]].concat())
}

const PBES2: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
const PBKDF2: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
const SCRYPT: &[u8] = b"\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
const AES: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a";

/// A key that asks for this, and has no content worth the work.
fn asking(derivation: &[u8], numbers: &[Vec<u8>]) -> Vec<u8> {
    let salt = tlv(4, &[1; 8]);
    let parameters =
        sequence(&[&[&salt[..]], &numbers.iter().map(|n| &n[..]).collect::<Vec<_>>()[..]].concat());
    let derivation = sequence(&[derivation, &parameters]);
    let cipher = sequence(&[AES, &tlv(4, &[2; 16])]);
    let scheme = sequence(&[PBES2, &sequence(&[&derivation, &cipher])]);
    sequence(&[&scheme, &tlv(4, &[3; 64])])
}

fn is_too_much(bytes: &[u8]) -> bool {
    matches!(refusal(bytes, RIGHT), KeyError::TooMuchWork { .. })
}

#[test]
fn too_much_work_is_refused_and_not_tried() {
    let scrypt = |n, r, p| asking(SCRYPT, &[integer(n), integer(r), integer(p)]);
    // 100 GiB and more, and numbers that fit into no field.
    for (n, r, p) in [(1 << 26, 16, 1), (1 << 20, 9, 1), (1 << 62, 8, 1), (1 << 14, 1 << 40, 1)] {
        assert!(is_too_much(&scrypt(n, r, p)), "{n} {r} {p}");
    }
    assert!(is_too_much(&scrypt(1 << 14, 8, 1 << 12)));
    let huge = asking(SCRYPT, &[tlv(2, &[0x7f; 20]), integer(8), integer(1)]);
    assert!(is_too_much(&huge));
    let pbkdf2 = |rounds| asking(PBKDF2, &[integer(rounds)]);
    assert!(is_too_much(&pbkdf2(10_000_001)) && is_too_much(&pbkdf2(1 << 60)));
    assert_eq!(refusal(&pbkdf2(1), RIGHT), KeyError::WrongPassphrase);
    let error = refusal(pem("ENCRYPTED PRIVATE KEY", &huge).as_bytes(), RIGHT);
    assert!(error.to_string().contains("1 GiB of memory"), "{error}");
}

#[test]
fn a_container_of_openssh_may_ask_for_1024_rounds() {
    let mut bytes = unpem(testdata!("ssh-encrypted"));
    let at = bytes.windows(8).position(|bytes| bytes == b"\0\0\0\x06bcry").expect("bcrypt") + 10;
    // The length of the options, the length of the salt, the salt, the rounds.
    let at = at + 4 + 4 + 16;
    assert_eq!(bytes[at..at + 4], [0, 0, 0, 4]);
    bytes[at..at + 4].copy_from_slice(&1025_u32.to_be_bytes());
    let text = pem("OPENSSH PRIVATE KEY", &bytes);
    assert!(is_too_much(text.as_bytes()));
    bytes[at..at + 4].copy_from_slice(&[0; 4]);
    let none = refusal(pem("OPENSSH PRIVATE KEY", &bytes).as_bytes(), RIGHT);
    assert!(matches!(none, KeyError::OpenSsh { .. }), "{none:?}");
}

#[test]
fn limits_of_minisign_are_checked_too() {
    let text = core::str::from_utf8(testdata!("minisign-encrypted.key")).expect("it is text");
    let line = text.lines().nth(1).expect("two lines");
    let mut bytes = base64ct::Base64::decode_vec(line).expect("base64");
    for (at, value) in [(38, u64::MAX), (38, 1 << 28), (46, 1 << 40)] {
        let old = bytes.clone();
        bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
        if at == 46 {
            bytes[38..46].copy_from_slice(&(1_u64 << 40).to_le_bytes());
        }
        assert!(is_too_much(super::base64(&bytes).as_bytes()), "{at} {value}");
        bytes = old;
    }
    bytes[2..4].copy_from_slice(b"Ar");
    let other = refusal(super::base64(&bytes).as_bytes(), RIGHT);
    assert!(matches!(other, KeyError::UnknownCipher { .. }), "{other:?}");
}

use base64ct::Encoding;

#[test]
fn every_truncation_is_refused() {
    for bytes in [
        testdata!("openssl-encrypted.pem"),
        testdata!("openssl-encrypted.der"),
        testdata!("ssh-encrypted"),
        testdata!("minisign-encrypted.key"),
    ] {
        for length in 0..bytes.trim_ascii_end().len() {
            let error = refusal(&bytes[..length], RIGHT);
            assert_ne!(error, KeyError::WrongPassphrase, "{length} bytes of {}", bytes.len());
        }
    }
}

/// Whatever a damaged file says, it is refused in some seconds, and nothing of the seed or the passphrase is told.
#[test]
fn no_changed_byte_makes_a_panic_or_a_leak() {
    let der = testdata!("openssl-encrypted.der");
    let seed = hex::encode(seed(&opened(der)));
    for at in 0..der.len() {
        let mut changed = der.to_vec();
        changed[at] ^= 0x40;
        if let Err(error) = SecretKey::decode_encrypted(&changed, RIGHT) {
            let said = format!("{error} {error:?}");
            assert!(!said.contains(&seed[..16]) && !said.contains("correct"), "{said}");
        }
    }
}
