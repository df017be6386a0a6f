//! minisign's keys: a line of comment and a line of base64. The format is that of its manual, in the encoding of its
//! sources.

use alloc::format;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::text::from_base64;
use crate::keys::error::KeyError;
use crate::keys::form::KeyForm;
use crate::keys::parsed::{Encoded, MinisignPublic};

#[cfg(feature = "encrypted-keys")]
mod encrypted;
#[cfg(feature = "minisign")]
mod secret;

#[cfg(feature = "encrypted-keys")]
pub(super) use self::encrypted::{check, decrypt_secret, encrypt_secret};
#[cfg(feature = "minisign")]
pub(super) use self::secret::{decode_secret, encode_public, encode_secret, usual_number};

const COMMENT: &str = "untrusted comment:";

/// Ed25519; `ED`, which is the same of a hash, stands in signatures alone.
const ALGORITHM: [u8; 2] = *b"Ed";

/// How the passphrase becomes a key, where there is one.
const SCRYPT: [u8; 2] = *b"Sc";
const NO_DERIVATION: [u8; 2] = [0; 2];

/// The algorithm, the number, the key.
const PUBLIC_BYTES: usize = 2 + 8 + 32;

/// What comes before the part that may be encrypted: three algorithms, a salt, two limits.
const HEAD_BYTES: usize = 3 * 2 + 32 + 2 * 8;

/// The number, the seed with the public half, a checksum.
const BODY_BYTES: usize = 8 + 64 + 32;

/// Whether a text begins as every file of minisign and signify does.
pub(super) fn is_file(text: &str) -> bool {
    text.trim_ascii_start().starts_with(COMMENT)
}

/// Reads both lines.
pub(super) fn read(text: &str) -> Result<Encoded, KeyError> {
    let line = key_line(text)?;
    let bytes = from_base64(line)
        .ok_or_else(|| malformed("the line after the comment is not base64, or is truncated"))?;
    read_line(KeyForm::Base64, &bytes).ok_or_else(|| stranger(&bytes))
}

/// The second line. Where a variable has lost the end of the first, it is the last word.
fn key_line(text: &str) -> Result<&str, KeyError> {
    let mut lines = text.split('\n').flat_map(|line| line.split("\\n")).map(str::trim_ascii);
    let mut lines = lines.by_ref().filter(|line| !line.is_empty());
    let comment = lines.next().unwrap_or_default();
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line),
        (None, _) => {
            let last = comment[COMMENT.len()..].split_ascii_whitespace().next_back();
            last.ok_or_else(|| malformed("there is nothing after the comment"))
        }
        (Some(_), Some(_)) => Err(malformed("expected two lines, found more")),
    }
}

/// Reads what the second line holds, which is a key of its own. `None` where it is none.
pub(super) fn read_line(form: KeyForm, bytes: &[u8]) -> Option<Encoded> {
    if form != KeyForm::Base64 || !bytes.starts_with(&ALGORITHM) {
        return None;
    }
    match bytes.len() {
        PUBLIC_BYTES => {
            let (number, key) = (bytes[2..10].try_into().ok()?, bytes[10..].try_into().ok()?);
            Some(Encoded::MinisignPublic(MinisignPublic { number, key }))
        }
        // As its own length, which no other key has.
        length if length == HEAD_BYTES + BODY_BYTES => Some(Encoded::MinisignSecret(copied(bytes))),
        _ => None,
    }
}

fn copied(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}

/// What has minisign's comment and is none of its keys.
fn stranger(bytes: &[u8]) -> KeyError {
    match (bytes.len(), bytes.get(..2)) {
        (74, Some(b"Ed" | b"ED")) => malformed("this is a signature, not a key"),
        (104, Some(b"Ed")) => malformed("this is a secret key of signify, not of minisign"),
        (length, Some(b"Ed")) => malformed(&format!(
            "expected {PUBLIC_BYTES} bytes of a public or {} of a secret key, found {length}",
            HEAD_BYTES + BODY_BYTES
        )),
        _ => malformed("its algorithm is not Ed25519"),
    }
}

/// Whether a secret key is under a passphrase.
pub(super) fn is_encrypted(key: &[u8]) -> Result<bool, KeyError> {
    match key.get(2..4) {
        Some(derivation) if *derivation == NO_DERIVATION => Ok(false),
        Some(derivation) if *derivation == SCRYPT => Ok(true),
        _ => Err(KeyError::UnknownCipher { found: "an unknown derivation of the key".into() }),
    }
}

fn malformed(reason: &str) -> KeyError {
    KeyError::Minisign { reason: reason.into() }
}
