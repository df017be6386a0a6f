//! SHA-256 of files and of what is copied.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Below the size from which allocators ask the system for each buffer anew, which takes longer than a small module.
const BUFFER: usize = 64 * 1024;

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
///
/// Those of the system.
pub fn sha256(path: &Path) -> io::Result<String> {
    copy_with_sha256(File::open(path)?, &mut io::sink())
}

/// Copies a stream, and gives the SHA-256 of what was copied, in hexadecimal.
///
/// # Errors
///
/// Those of the system.
pub fn copy_with_sha256(from: impl Read, to: &mut impl Write) -> io::Result<String> {
    let mut hash = Sha256::new();
    copy_hashed(from, to, &mut hash)?;
    Ok(hex::encode(hash.finalize()))
}

/// Copies a stream into `to` and into a hash; gives its length.
///
/// # Errors
///
/// Those of the system.
pub fn copy_hashed(mut from: impl Read, to: &mut impl Write, hash: &mut Sha256) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER];
    let mut length = 0;
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(length),
            count => {
                hash.update(&buffer[..count]);
                to.write_all(&buffer[..count])?;
                length += count as u64;
            }
        }
    }
}
