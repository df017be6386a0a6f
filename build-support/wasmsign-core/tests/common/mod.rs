//! Modules and signature data by hand, byte for byte, without the crate's own writers.
// Each file of tests uses its own share of these.
#![allow(dead_code)]

pub mod generate;
pub mod reader;

use std::io::Cursor;

use sha2::{Digest, Sha256};
use wasmsign_core::edit::{self, Detached, Earlier, Split};
use wasmsign_core::sign::NotSignable;
use wasmsign_core::sign::{self, NewSignature};
use wasmsign_core::verify::Reason;
use wasmsign_core::wasm::{Malformed, Rule};
use wasmsign_core::{Error, Policy, PublicKey, Result, SecretKey, Verified, Verifier};

pub const MODULE: &[u8; 8] = b"\0asm\x01\0\0\0";
pub const COMPONENT: &[u8; 8] = b"\0asm\x0d\0\x01\0";

/// `value` as LEB128 of exactly `width` bytes.
pub fn padded(value: usize, width: usize) -> Vec<u8> {
    let more = |at| if at + 1 < width { 0x80 } else { 0 };
    (0..width).map(|at| (value >> (7 * at)) as u8 & 0x7f | more(at)).collect()
}

/// `value` as the shortest LEB128.
pub fn leb(value: usize) -> Vec<u8> {
    let width = (1..).find(|width| value >> (7 * width) == 0).expect("some width is enough");
    padded(value, width)
}

pub fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id], &leb(payload.len())[..], payload].concat()
}

pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&leb(name.len()), name.as_bytes(), content].concat())
}

pub fn delimiter(seed: u8) -> Vec<u8> {
    custom("signature_delimiter", &[seed; 16])
}

pub fn signature_section(data: &[u8]) -> Vec<u8> {
    custom("signature", data)
}

pub fn file(sections: &[&[u8]]) -> Vec<u8> {
    [MODULE.as_slice(), &sections.concat()].concat()
}

/// The rolling hash behind each of the parts.
pub fn rolling(parts: &[&[u8]]) -> Vec<[u8; 32]> {
    (1..=parts.len()).map(|count| Sha256::digest(parts[..count].concat()).into()).collect()
}

pub fn message(hashes: &[[u8; 32]]) -> Vec<u8> {
    [b"wasmsig\x01\x01\x01".as_slice(), &hashes.concat()].concat()
}

pub fn entry(key_id: &[u8], signature: &[u8]) -> Vec<u8> {
    [&leb(key_id.len()), key_id, &[1], &leb(signature.len())[..], signature].concat()
}

pub fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&leb(bytes.len()), bytes].concat()
}

/// A set, without the length before it.
pub fn set(hashes: &[[u8; 32]], entries: &[Vec<u8>]) -> Vec<u8> {
    let entries_with_length: Vec<u8> =
        entries.iter().flat_map(|entry| with_length(entry)).collect();
    [leb(hashes.len()), hashes.concat(), leb(entries.len()), entries_with_length].concat()
}

pub fn data(sets: &[Vec<u8>]) -> Vec<u8> {
    let sets_with_length: Vec<u8> = sets.iter().flat_map(|set| with_length(set)).collect();
    [vec![1, 1, 1], leb(sets.len()), sets_with_length].concat()
}

pub fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub fn public(seed: u8) -> PublicKey {
    secret(seed).public_key().clone()
}

/// An entry without key id in which key `seed` signs these hashes.
pub fn signed_entry(seed: u8, hashes: &[[u8; 32]]) -> Vec<u8> {
    entry(b"", &secret(seed).sign(&message(hashes)))
}

/// A set in which each of these keys signs these hashes.
pub fn signed_set(seeds: &[u8], hashes: &[[u8; 32]]) -> Vec<u8> {
    let entries: Vec<_> = seeds.iter().map(|&seed| signed_entry(seed, hashes)).collect();
    set(hashes, &entries)
}

/// A file of these parts, with signature data of these sets.
pub fn with_sets(sets: &[Vec<u8>], parts: &[&[u8]]) -> Vec<u8> {
    file(&[&signature_section(&data(sets)), &parts.concat()])
}

/// A file of these parts, signed whole by key 1.
pub fn signed(parts: &[&[u8]]) -> Vec<u8> {
    with_sets(&[signed_set(&[1], &rolling(parts))], parts)
}

/// Three parts, of which two end with a delimiter.
pub fn three_parts() -> [Vec<u8>; 3] {
    let first = [section(1, b"types"), delimiter(0xd1)].concat();
    let second = [custom("a", b"1"), section(10, b"code"), delimiter(0xd2)].concat();
    [first, second, custom("b", b"2")]
}

pub fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

/// A verifier that trusts these keys.
pub fn verifier(seeds: &[u8], policy: Policy) -> Verifier {
    let builder = Verifier::builder(seeds.iter().map(|&seed| public(seed))).policy(policy);
    builder.build().expect("there are keys, and no more are asked for")
}

pub fn verify(file: &[u8]) -> Result<Verified> {
    Ok(verifier(&[1], Policy::default()).verify(file)?)
}

pub fn verify_with(file: &[u8], seeds: &[u8], policy: Policy) -> Result<Verified> {
    Ok(verifier(seeds, policy).verify(file)?)
}

#[track_caller]
pub fn reason<T: std::fmt::Debug, E: Into<Error>>(result: Result<T, E>) -> Reason {
    match result.map_err(Into::into) {
        Err(Error::Refused(refusal)) => refusal.reason().clone(),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[track_caller]
pub fn malformed<T: std::fmt::Debug, E: Into<Error>>(result: Result<T, E>) -> Malformed {
    match result.map_err(Into::into) {
        Err(Error::Malformed(fault)) => fault,
        other => panic!("expected malformed input, found {other:?}"),
    }
}

/// Offset and rule of a fault.
#[track_caller]
pub fn fault<T: std::fmt::Debug, E: Into<Error>>(result: Result<T, E>) -> (u64, Rule) {
    let fault = malformed(result);
    (fault.offset, fault.rule)
}

#[track_caller]
pub fn not_signable<T: std::fmt::Debug, E: Into<Error>>(result: Result<T, E>) -> NotSignable {
    match result.map_err(Into::into) {
        Err(Error::NotSignable(why)) => why,
        other => panic!("expected an unsignable module, found {other:?}"),
    }
}

pub fn by(secret: &SecretKey) -> NewSignature<'_> {
    NewSignature::by(secret)
}

pub fn embed(file: &[u8], signatures: &[NewSignature<'_>]) -> Result<Vec<u8>> {
    let mut output = Cursor::new(Vec::new());
    sign::embed(Cursor::new(file), &mut output, signatures)?;
    Ok(output.into_inner())
}

pub fn embed_in_stream(file: &[u8], signatures: &[NewSignature<'_>]) -> Result<Vec<u8>> {
    let mut output = Vec::new();
    sign::embed_in_stream(Cursor::new(file), &mut output, signatures)?;
    Ok(output)
}

/// The delimiters of these tests: what they are told, cut to size.
pub fn told(hash: &[u8; 32]) -> [u8; 16] {
    *hash.first_chunk().expect("a hash has 32 bytes")
}

/// A delimiter section as [`told`] makes it behind this body.
pub fn told_delimiter(body: &[u8]) -> Vec<u8> {
    custom("signature_delimiter", &told(&Sha256::digest(body).into()))
}

/// Splits a file whose custom sections match where the name is one of these.
pub fn split(file: &[u8], matching: &[&str], earlier: Earlier) -> Result<(Vec<u8>, Split)> {
    let mut output = Vec::new();
    let matches = |name: &str| matching.contains(&name);
    let split = edit::split(Cursor::new(file), &mut output, matches, told, earlier)?;
    Ok((output, split))
}

pub fn detach(file: &[u8]) -> Result<(Vec<u8>, Detached)> {
    let mut output = Vec::new();
    let detached = edit::detach(Cursor::new(file), &mut output)?;
    Ok((output, detached))
}

pub fn attach(file: &[u8], signature: &[u8], earlier: Earlier) -> Result<Vec<u8>> {
    let mut output = Vec::new();
    edit::attach(Cursor::new(file), &mut output, signature, earlier)?;
    Ok(output)
}
