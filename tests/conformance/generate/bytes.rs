//! The encoder of the vectors, byte for byte after the specification; it shares nothing with the code under
//! test, so that a mistake made there is not made here as well.

use sha2::{Digest, Sha256};

pub const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
pub const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

pub type Hash = [u8; 32];

/// `value` as LEB128 of exactly `width` bytes.
pub fn wide(value: usize, width: usize) -> Vec<u8> {
    let more = |at| if at + 1 < width { 0x80 } else { 0 };
    (0..width).map(|at| (value >> (7 * at)) as u8 & 0x7f | more(at)).collect()
}

/// `value` as the shortest LEB128.
pub fn leb(value: usize) -> Vec<u8> {
    let width = (1..).find(|width| value >> (7 * width) == 0).expect("ten bytes hold any usize");
    wide(value, width)
}

pub fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&leb(bytes.len()), bytes].concat()
}

pub fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id], &with_length(payload)[..]].concat()
}

pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&with_length(name.as_bytes()), content].concat())
}

/// A delimiter; `number` makes it a different one.
pub fn delimiter(number: u8) -> Vec<u8> {
    custom("signature_delimiter", &[0xd0 | number; 16])
}

/// A file of a header, a signature section, and a body.
pub fn signed_file(header: [u8; 8], data: &[u8], body: &[u8]) -> Vec<u8> {
    [&header, &custom("signature", data)[..], body].concat()
}

pub fn module(data: &[u8], body: &[u8]) -> Vec<u8> {
    signed_file(MODULE, data, body)
}

pub fn component(data: &[u8], body: &[u8]) -> Vec<u8> {
    signed_file(COMPONENT, data, body)
}

/// The hash behind each of the parts: it rolls, and never restarts.
pub fn rolling(parts: &[Vec<u8>]) -> Vec<Hash> {
    (1..=parts.len()).map(|count| sha256(&parts[..count].concat())).collect()
}

pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// What is signed.
pub fn message(hashes: &[Hash]) -> Vec<u8> {
    [b"wasmsig\x01\x01\x01", &hashes.concat()[..]].concat()
}

/// One signature; the length before it comes with the set.
pub fn entry(key_id: &[u8], signature: &[u8]) -> Vec<u8> {
    entry_of(1, key_id, &with_length(signature))
}

/// An entry of any algorithm.
pub fn entry_of(algorithm: u8, key_id: &[u8], rest: &[u8]) -> Vec<u8> {
    [&with_length(key_id), &[algorithm][..], rest].concat()
}

/// A set; the length before it comes with the data.
pub fn set(hashes: &[Hash], entries: &[Vec<u8>]) -> Vec<u8> {
    let entries_with_length: Vec<u8> =
        entries.iter().flat_map(|entry| with_length(entry)).collect();
    [leb(hashes.len()), hashes.concat(), leb(entries.len()), entries_with_length].concat()
}

pub fn data(sets: &[Vec<u8>]) -> Vec<u8> {
    let sets_with_length: Vec<u8> = sets.iter().flat_map(|set| with_length(set)).collect();
    [vec![1, 1, 1], leb(sets.len()), sets_with_length].concat()
}

/// `count` bytes that look random and are the same every time.
pub fn noise(seed: &str, count: usize) -> Vec<u8> {
    let block = |number: usize| sha256(format!("{seed} {number}").as_bytes());
    (0..count.div_ceil(32)).flat_map(block).take(count).collect()
}
