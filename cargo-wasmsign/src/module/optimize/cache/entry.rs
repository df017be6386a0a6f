//! A file of the cache: a word that it is one, the length and a digest of its content, the content.
//!
//! The digest is over the key as well: an entry under another's name is none.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::Key;
use crate::sys::hashing::copy_hashed;

const WORD: &[u8; 16] = b"wasmsign-cache-1";

/// Bytes before the content.
pub(super) const HEADER: u64 = 16 + 8 + 32;

/// What an entry is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// What was stored.
    Whole,
    /// Something else: torn, changed, or of another key.
    Broken,
}

/// Copies the content of an entry, checking it on the way: only after [`Found::Whole`] it may be used.
///
/// # Errors
///
/// Those of reading and of writing.
pub(super) fn read(key: &Key, entry: &File, output: &mut File) -> io::Result<Found> {
    let mut header = Vec::new();
    entry.take(HEADER).read_to_end(&mut header)?;
    let mut hash = begin(key);
    // The claimed length is in the header too; here the bytes count that are there.
    let length = copy_hashed(entry, output, &mut hash)?;
    let is_whole = header == self::header(length, hash);
    Ok(if is_whole { Found::Whole } else { Found::Broken })
}

/// Writes an entry of the whole module.
///
/// # Errors
///
/// Those of reading and of writing.
pub(super) fn write(key: &Key, mut module: &File, entry: &mut File) -> io::Result<()> {
    module.rewind()?;
    entry.seek(SeekFrom::Start(HEADER))?;
    let mut hash = begin(key);
    let length = copy_hashed(module, entry, &mut hash)?;
    entry.rewind()?;
    entry.write_all(&header(length, hash))
}

fn begin(key: &Key) -> Sha256 {
    Sha256::new().chain_update(key.bytes())
}

fn header(length: u64, hash: Sha256) -> Vec<u8> {
    [&WORD[..], &length.to_le_bytes(), &hash.finalize()].concat()
}
