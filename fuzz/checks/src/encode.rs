//! Signature data written in the plainest way, without the encoder of the library.

use wasmsign_core::formats::Content;
use wasmsign_core::formats::sections::{Entry, SignatureSet};

/// A set in the literal form.
pub fn literal_set(set: &SignatureSet) -> Option<Vec<u8>> {
    set_of(set, |entry| entry)
}

/// A set with its length before it, as deployed.
pub fn plain_set(set: &SignatureSet) -> Option<Vec<u8>> {
    set_of(set, with_length).map(with_length)
}

fn set_of(set: &SignatureSet, frame: fn(Vec<u8>) -> Vec<u8>) -> Option<Vec<u8>> {
    let entries: Option<Vec<_>> = set.entries.iter().map(|found| entry(found).map(frame)).collect();
    let (hashes, count) = (leb(set.hashes.len()), leb(set.entries.len()));
    Some([hashes, set.hashes.concat(), count, entries?.concat()].concat())
}

/// An Ed25519 entry; `None` where it is another one.
fn entry(entry: &Entry) -> Option<Vec<u8>> {
    let Content::Ed25519(signature) = entry.content() else { return None };
    Some([&leb(entry.key_id().len()), entry.key_id(), &[1, 64], signature].concat())
}

fn with_length(bytes: Vec<u8>) -> Vec<u8> {
    [leb(bytes.len()), bytes].concat()
}

/// The shortest LEB128.
pub fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
