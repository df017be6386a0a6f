//! Keys and signatures of secp256k1: what is read is in the shortest form of DER, as a plain reader sees it, and is written
//! as the same key.

use std::io::Cursor;

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::keys::{Algorithm, EcdsaSignature, Secp256k1SecretKey};
use wasmsign_core::{KeyEncoding, KeyError, PublicKey, SecretKey, Verifier, sign};

use crate::endorsed::MODULE;
use crate::text::pem;

/// The order of the group.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// Half of it, rounded down: the largest S of the lower half.
const HALF: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Takes the input for a key file, for what is in one, and for a signature.
pub fn check_secp256k1(data: &[u8]) {
    signature(data);
    key_file(data);
    let sec1 = pem("EC PRIVATE KEY", data);
    key_file(pem("PRIVATE KEY", data).as_bytes());
    key_file(pem("PUBLIC KEY", data).as_bytes());
    key_file(sec1.as_bytes());
    let read = Secp256k1SecretKey::decode(sec1.as_bytes()).is_ok();
    match plain_key(data) {
        None => assert!(!read, "it is no key of SEC 1 in DER"),
        // A public half is a matter of the curve.
        Some(has_public) => assert!(read || has_public, "it is a key of SEC 1"),
    }
}

fn key_file(file: &[u8]) {
    match PublicKey::decode_any(file) {
        Ok(key) => public_key(&key),
        Err(error) => harmless(&error),
    }
    match Secp256k1SecretKey::decode(file) {
        Ok(key) => secret_key(file, &key),
        Err(error) => harmless(&error),
    }
}

fn public_key(key: &PublicKey) {
    let written = key.encode(KeyEncoding::Pem);
    assert_eq!(PublicKey::decode_any(&written).as_ref(), Ok(key));
    if key.algorithm() == Algorithm::EcdsaSecp256k1 {
        assert!(matches!(key.as_bytes(), [2 | 3, x @ ..] if x.len() == 32));
        assert!(PublicKey::decode(&written).is_err() && key.ed25519_bytes().is_none());
    }
}

fn secret_key(file: &[u8], key: &Secp256k1SecretKey) {
    assert!(SecretKey::decode(file).is_err() && PublicKey::decode_any(file).is_err());
    public_key(key.public_key());
    let mut signed = Vec::new();
    sign::wasm_sign(Cursor::new(MODULE), &mut signed, key).expect("the module can be signed");
    let verifier = Verifier::new([key.public_key().clone()]).expect("one key is enough");
    assert!(verifier.verify_with(&signed[..], &FileSignatures::wasm_sign()).is_ok());
}

fn signature(der: &[u8]) {
    let read = EcdsaSignature::from_der(der);
    let plain = plain_signature(der);
    assert_eq!(read.is_some(), plain.is_some(), "{der:02x?}");
    let (Some(read), Some(plain)) = (read, plain) else { return };
    let written = read.to_der();
    assert!(written.len() <= 72);
    assert_eq!(plain_signature(&written), Some(plain));
    assert_eq!(EcdsaSignature::from_der(&written), Some(read));
    let (_, s) = numbers(&written).expect("it was just written");
    assert!(s <= HALF);
}

/// R, and the lower of the two forms of S.
pub fn plain_signature(der: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let (r, s) = numbers(der)?;
    let is_scalar = |number: &[u8; 32]| *number != [0; 32] && *number < N;
    (is_scalar(&r) && is_scalar(&s)).then(|| (r, if s > HALF { negated(s) } else { s }))
}

/// n − s.
fn negated(s: [u8; 32]) -> [u8; 32] {
    let (mut result, mut borrow) = ([0; 32], 0);
    for at in (0..32).rev() {
        let difference = i16::from(N[at]) - i16::from(s[at]) - borrow;
        borrow = i16::from(difference < 0);
        result[at] = difference.rem_euclid(256) as u8;
    }
    result
}

fn numbers(der: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let (content, []) = element(0x30, der)? else { return None };
    let (r, rest) = element(2, content)?;
    let (s, []) = element(2, rest)? else { return None };
    Some((number(r)?, number(s)?))
}

/// A positive number of at most 256 bits, without a byte too many.
fn number(bytes: &[u8]) -> Option<[u8; 32]> {
    let digits = match bytes {
        [0] => bytes,
        [0, rest @ ..] => Some(rest).filter(|rest| rest[0] >= 0x80)?,
        [first, ..] if *first < 0x80 => bytes,
        _ => return None,
    };
    let mut number = [0; 32];
    number[32_usize.checked_sub(digits.len())?..].copy_from_slice(digits);
    Some(number)
}

/// The content of an element with this tag, and what stands behind it. No element here has 128 bytes or more.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [found, length @ 0..128, rest @ ..] = bytes else { return None };
    (*found == tag).then(|| rest.split_at_checked(usize::from(*length)))?
}

/// Whether it is a key of SEC 1 (RFC 5915) of this curve, and then whether it has a public half.
fn plain_key(der: &[u8]) -> Option<bool> {
    let (content, []) = element(0x30, der)? else { return None };
    let (b"\x01", rest) = element(2, content)? else { return None };
    let (scalar, rest) = element(4, rest)?;
    let scalar: [u8; 32] = scalar.try_into().ok()?;
    let (curve, rest) = match element(0xa0, rest) {
        Some(found) => found,
        // The curve may be left out.
        None => (&b"\x06\x05\x2b\x81\x04\0\x0a"[..], rest),
    };
    let has_public = match rest {
        [] => false,
        _ => {
            let (public, []) = element(0xa1, rest)? else { return None };
            let ([0, ..], []) = element(3, public)? else { return None };
            true
        }
    };
    let is_of_curve = curve == b"\x06\x05\x2b\x81\x04\0\x0a";
    (is_of_curve && scalar != [0; 32] && scalar < N).then_some(has_public)
}

/// Errors go to a terminal, with words of the file in them.
fn harmless(error: &KeyError) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 1000, "{} bytes", text.len());
}
