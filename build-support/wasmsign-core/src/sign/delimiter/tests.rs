//! Derived delimiters, computed elsewhere as well.

use std::cell::Cell;

use sha2::{Digest, Sha256};

use super::*;
use crate::keys::{PublicKey, SecretKey};
use crate::sign::SignerError;

/// Computed with Python's `hmac` and `hashlib`, the signature with `cryptography`:
///
/// ```python
/// signature = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32).sign(b"cargo-wasmsign delimiter v1")
/// prk = hmac.new(bytes(32), signature, sha256).digest()  # HKDF-Extract, no salt
/// key = hmac.new(prk, b"\x01", sha256).digest()          # HKDF-Expand, empty info, 32 bytes
/// delimiter = hmac.new(key, sha256(body).digest(), sha256).digest()[:16]
/// ```
#[test]
fn delimiters_are_those_that_python_computes() {
    let key = delimiter_key(&SecretKey::from_seed(&[7; 32])).unwrap().unwrap();
    for (body, expected) in [
        (&b""[..], 0x41aa_5efa_fea0_7552_027b_ed78_1ff2_e4e4_u128),
        (b"\0\x02\x01a", 0x57e4_fdb3_4ec9_73f0_80d6_1cff_34fa_8086),
    ] {
        assert_eq!(key.delimiter(&Sha256::digest(body).into()), expected.to_be_bytes());
    }
}

/// What the key of 32 bytes 7 signs [`DELIMITER_KEY_TEXT`] with if its nonce is 123456789: as valid as any other, and not the one of
/// RFC 8032.
const OTHER_SIGNATURE: [u8; 64] = [
    0x17, 0xff, 0xad, 0x80, 0x68, 0xdc, 0x0d, 0xe9, 0x93, 0x5d, 0x36, 0x63, 0x6f, 0x3a, 0xd1, 0xb5,
    0xde, 0x6d, 0xe3, 0x41, 0x3b, 0x12, 0x38, 0x8e, 0x45, 0x3b, 0x05, 0xf2, 0xa4, 0xc1, 0xd3, 0xdb,
    0xdf, 0xea, 0xbd, 0x6f, 0xd9, 0x92, 0x14, 0xef, 0x66, 0x6d, 0xb7, 0x69, 0x38, 0x11, 0xf5, 0x4e,
    0x54, 0x9c, 0xeb, 0xf4, 0x10, 0x6e, 0xe3, 0x1d, 0xa9, 0x1d, 0xd3, 0x5f, 0x46, 0x93, 0x23, 0x0e,
];

/// Signs as the key does the first time, and then in another way.
struct Wavering {
    key: SecretKey,
    other: [u8; 64],
    calls: Cell<u32>,
}

impl Wavering {
    fn new(other: [u8; 64]) -> Self {
        let key = SecretKey::from_seed(&[7; 32]);
        Self { key, other, calls: Cell::new(0) }
    }
}

impl Signer for Wavering {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(match self.calls.replace(1) {
            0 => self.key.sign(message),
            _ => self.other,
        })
    }
}

#[test]
fn a_signer_that_wavers_has_no_key() {
    assert!(delimiter_key(&Wavering::new(OTHER_SIGNATURE)).unwrap().is_none());
}

#[test]
fn a_signature_that_does_not_verify_is_an_error() {
    let made = delimiter_key(&Wavering::new([0; 64]));
    assert!(matches!(made, Err(SignError::Signer { .. })));
}

#[test]
fn other_signers_have_other_delimiters() {
    let delimiter = |seed| {
        let key = delimiter_key(&SecretKey::from_seed(&[seed; 32])).unwrap().unwrap();
        key.delimiter(&[0; 32])
    };
    assert_ne!(delimiter(1), delimiter(2));
    assert_eq!(delimiter(1), delimiter(1));
}
