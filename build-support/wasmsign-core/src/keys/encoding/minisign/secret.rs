//! Secret keys of minisign that are not encrypted, and both halves written.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding};
use blake2::{Blake2b256, Digest};
use zeroize::Zeroizing;

use super::{ALGORITHM, BODY_BYTES, COMMENT, HEAD_BYTES, NO_DERIVATION, is_encrypted, malformed};
use crate::keys::error::KeyError;
use crate::keys::key_id;
use crate::keys::parsed::{Halves, Seed};
use crate::keys::stack;

/// What of the body comes before its checksum.
const CHECKED_BYTES: usize = BODY_BYTES - 32;
const NO_CHECKSUM: [u8; 32] = [0; 32];

/// BLAKE2b-256, of the algorithm and the rest of the body.
const CHECKSUM: [u8; 2] = *b"B2";

/// The number of a key that has none: what begins its key id begins this too.
pub(crate) fn usual_number(public: &[u8; 32]) -> [u8; 8] {
    *key_id::of(public).first_chunk().expect("a key id has 12 bytes, more than 8")
}

/// The halves of a key that is not encrypted. minisign itself writes no checksum then.
pub(crate) fn decode_secret(key: &[u8]) -> Result<Halves, KeyError> {
    if is_encrypted(key)? {
        return Err(KeyError::Encrypted);
    }
    let body = &key[HEAD_BYTES..];
    match body[CHECKED_BYTES..] == NO_CHECKSUM {
        true => halves(body),
        false => open(body),
    }
    .ok_or_else(|| malformed("its checksum is not that of its content: the file is damaged"))
}

/// The halves in a body; `None` where its checksum is another one.
pub(super) fn open(body: &[u8]) -> Option<Halves> {
    let (checked, found) = body.split_at(CHECKED_BYTES);
    if checksum(checked)[..] != *found { None } else { halves(body) }
}

fn halves(body: &[u8]) -> Option<Halves> {
    let (number, keys) = body.split_first_chunk()?;
    let (seed, public) = keys[..64].split_at(32);
    let (seed, public) = (Seed::copy(seed)?, public.try_into().ok()?);
    Some(Halves { seed, public: Some(public), minisign_number: Some(*number) })
}

/// That of the number and the two halves.
fn checksum(keys: &[u8]) -> [u8; 32] {
    let hash = || Blake2b256::new().chain_update(ALGORITHM).chain_update(keys).finalize().into();
    stack::cleared(hash)
}

pub(crate) fn encode_public(number: &[u8; 8], key: &[u8; 32]) -> String {
    let bytes = [&ALGORITHM[..], number, key].concat();
    let name = u64::from_le_bytes(*number);
    format!("{COMMENT} minisign public key {name:016X}\n{}\n", Base64::encode_string(&bytes))
}

pub(crate) fn encode_secret(
    number: &[u8; 8],
    seed: &[u8; 32],
    public: &[u8; 32],
) -> Zeroizing<String> {
    let mut key = head(NO_DERIVATION);
    body(&mut key[HEAD_BYTES..], number, seed, public);
    lines("minisign unencrypted secret key", &key)
}

/// A key of full length from the start: a vector that grows leaves copies behind.
pub(super) fn head(derivation: [u8; 2]) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; HEAD_BYTES + BODY_BYTES]);
    for (place, algorithm) in key.chunks_mut(2).zip([ALGORITHM, derivation, CHECKSUM]) {
        place.copy_from_slice(&algorithm);
    }
    key
}

pub(super) fn body(body: &mut [u8], number: &[u8; 8], seed: &[u8; 32], public: &[u8; 32]) {
    let (keys, sum) = body.split_at_mut(CHECKED_BYTES);
    keys[..8].copy_from_slice(number);
    keys[8..40].copy_from_slice(seed);
    keys[40..].copy_from_slice(public);
    sum.copy_from_slice(&checksum(keys));
}

pub(super) fn lines(comment: &str, key: &[u8]) -> Zeroizing<String> {
    let digits = Zeroizing::new(Base64::encode_string(key));
    let mut text = Zeroizing::new(String::with_capacity(digits.len() + 100));
    for piece in [COMMENT, " ", comment, "\n", &digits, "\n"] {
        text.push_str(piece);
    }
    text
}
