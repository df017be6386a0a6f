//! The compact form of the signature specification, and its two lengths.

use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::keys::error::KeyError;
use crate::keys::parsed::{Encoded, Halves, Seed};

/// The first byte of a public key: Ed25519.
pub(super) const PUBLIC: u8 = 0x01;
/// The first byte of a secret key: Ed25519, with the highest bit set.
pub(super) const SECRET: u8 = 0x81;

pub(super) fn read(bytes: &[u8]) -> Result<Encoded, KeyError> {
    match bytes {
        [PUBLIC, rest @ ..] => Ok(Encoded::CompactPublic(*exactly(PUBLIC, rest)?)),
        [SECRET, rest @ ..] => {
            Ok(Encoded::CompactSecret(Zeroizing::new(exactly::<64>(SECRET, rest)?.to_vec())))
        }
        _ => Err(KeyError::Unrecognised { length: bytes.len(), found: "binary data" }),
    }
}

fn exactly<const N: usize>(tag: u8, rest: &[u8]) -> Result<&[u8; N], KeyError> {
    let (expected, found) = (1 + N, 1 + rest.len());
    rest.try_into().map_err(|_| KeyError::CompactLength { tag, expected, found })
}

/// The two halves of what stands behind the first byte.
pub(super) fn halves(key: &[u8]) -> Result<Halves, KeyError> {
    let (seed, public) = key.split_at_checked(32).unwrap_or_default();
    let seed = Seed::copy(seed).zip(public.try_into().ok());
    let wrong = || KeyError::CompactLength { tag: SECRET, expected: 65, found: 1 + key.len() };
    let halves =
        seed.map(|(seed, public)| Halves { seed, public: Some(public), minisign_number: None });
    halves.ok_or_else(wrong)
}

pub(super) fn encode_public(key: &[u8; 32]) -> [u8; 33] {
    let mut bytes = [PUBLIC; 33];
    bytes[1..].copy_from_slice(key);
    bytes
}

pub(super) fn encode_secret(seed: &[u8; 32], public: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    // Of full length from the start: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![SECRET; 65]);
    bytes[1..33].copy_from_slice(seed);
    bytes[33..].copy_from_slice(public);
    bytes
}
