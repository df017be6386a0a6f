//! Secret keys of minisign under a passphrase: scrypt makes a stream of it, and the body is exclusive-or that.

use alloc::string::String;
use alloc::vec;

use zeroize::Zeroizing;

use super::secret::{body, decode_secret, head, lines, open};
use super::{HEAD_BYTES, SCRYPT, is_encrypted};
use crate::keys::encoding::scrypt::Work;
use crate::keys::error::KeyError;
use crate::keys::parsed::Halves;

/// The limits of libsodium that are written: N = 2¹⁷, r = 8, p = 1 with 128 MiB, as OWASP recommends. minisign's own
/// default wants 1 GiB, which small machines do not have.
const OPERATIONS: u64 = 1 << 22;
const MEMORY: u64 = 1 << 27;

/// Whether a key, which may be encrypted, can be decrypted at all.
pub(crate) fn check(key: &[u8]) -> Result<(), KeyError> {
    if is_encrypted(key)? { derivation(key).map(drop) } else { Ok(()) }
}

/// The salt, and the work.
fn derivation(key: &[u8]) -> Result<(&[u8], Work), KeyError> {
    let (salt, limits) = key[6..HEAD_BYTES].split_at(32);
    let (operations, memory) = limits.split_at(8);
    Ok((salt, Work::of_limits(number(operations), number(memory))?))
}

/// The halves of a key that may be encrypted.
pub(crate) fn decrypt_secret(key: &[u8], passphrase: &[u8]) -> Result<Halves, KeyError> {
    if !is_encrypted(key)? {
        return decode_secret(key);
    }
    let (salt, work) = derivation(key)?;
    let mut body = Zeroizing::new(key[HEAD_BYTES..].to_vec());
    encrypt(&mut body, work, passphrase, salt);
    open(&body).ok_or(KeyError::WrongPassphrase)
}

/// Writes a key under a passphrase, with a salt that no other key has.
pub(crate) fn encrypt_secret(
    minisign_number: &[u8; 8],
    seed: &[u8; 32],
    public: &[u8; 32],
    passphrase: &[u8],
    salt: &[u8; 32],
) -> Zeroizing<String> {
    let mut key = head(SCRYPT);
    key[6..38].copy_from_slice(salt);
    key[38..46].copy_from_slice(&OPERATIONS.to_le_bytes());
    key[46..54].copy_from_slice(&MEMORY.to_le_bytes());
    let encrypted = &mut key[HEAD_BYTES..];
    body(encrypted, minisign_number, seed, public);
    let work = Work::of_limits(OPERATIONS, MEMORY).expect("they are within the limits");
    encrypt(encrypted, work, passphrase, salt);
    lines("minisign encrypted secret key", &key)
}

/// A number in little-endian order.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Encrypts a body in its place, or decrypts one.
fn encrypt(body: &mut [u8], work: Work, passphrase: &[u8], salt: &[u8]) {
    let mut stream = Zeroizing::new(vec![0; body.len()]);
    work.run(passphrase, salt, &mut stream);
    body.iter_mut().zip(&*stream).for_each(|(byte, other)| *byte ^= other);
}
