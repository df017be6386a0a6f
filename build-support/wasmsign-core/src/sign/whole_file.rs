//! Signing a file as a whole, into a file beside it.

use std::io::Read;
use std::string::String;
use std::vec::Vec;

use super::error::SignError;
use super::signer::{Signer, signature};
use crate::formats::file_digests::{FileDigests, Wanted};
#[cfg(feature = "minisign")]
use crate::formats::minisign::{self, Algorithm};
#[cfg(feature = "oak")]
use crate::formats::oak::Endorsement;
#[cfg(feature = "sshsig")]
use crate::formats::sshsig;
use crate::formats::whole_file::FileDigest;
use crate::stream::ReadError;
use crate::stream::chunks::{Pace, Tee};
use crate::stream::source::{Reader, Source};

/// Signs any file as minisign does by default: `ED`, over its BLAKE2b-512. Gives the content of the `.minisig` file.
///
/// The file is read once. The key's number is the one that it came with, else the first 8 bytes of its usual key id.
/// minisign writes a timestamp and the file's name into the trusted comment; what stands there is the caller's choice.
///
/// # Errors
///
/// [`SignError::Read`], [`SignError::Signer`], [`SignError::NotSignable`] with a comment that is not one line, or a key that
/// is not Ed25519.
#[cfg(feature = "minisign")]
pub fn minisign(
    file: impl Read,
    signer: &dyn Signer,
    untrusted_comment: &str,
    trusted_comment: &str,
) -> Result<String, SignError> {
    one_line(&[untrusted_comment, trusted_comment])?;
    let hash = digest(file, FileDigest::Blake2b512)?;
    let made = signature(signer, &hash)?;
    finish_minisign(Algorithm::Prehashed, made, signer, untrusted_comment, trusted_comment)
}

/// Signs any file as minisign did at first (`minisign -S -l`): `Ed`, over the file itself.
///
/// The file is read twice, from its start, and never held in memory; so the secret key must be at hand.
///
/// # Errors
///
/// As [`minisign`](fn@minisign); [`SignError::Changed`] where the two readings differ; [`SignError::NotSignable`] with a file of 32 or
/// 64 bytes, which may be somebody's hash, or one that begins as what keys sign in other formats.
#[cfg(feature = "minisign")]
pub fn minisign_pure(
    mut file: impl Read + std::io::Seek,
    secret: &crate::keys::SecretKey,
    untrusted_comment: &str,
    trusted_comment: &str,
) -> Result<String, SignError> {
    one_line(&[untrusted_comment, trusted_comment])?;
    no_message(&mut file)?;
    let file = core::cell::RefCell::new(&mut file);
    let readings = core::cell::RefCell::new(Vec::new());
    let failed = core::cell::RefCell::new(None);
    let feed = |update: &mut dyn FnMut(&[u8])| match read_through(&mut *file.borrow_mut(), update) {
        Ok(hash) => {
            readings.borrow_mut().push(hash);
            // One signature over two messages would give the key away.
            readings.borrow().windows(2).all(|two| two[0] == two[1])
        }
        Err(error) => {
            *failed.borrow_mut() = Some(error);
            false
        }
    };
    let made = secret.sign_stream(feed);
    if let Some(error) = failed.take() {
        return Err(error.into());
    }
    let made = made.ok_or(super::error::Changed)?;
    finish_minisign(Algorithm::Pure, made, secret, untrusted_comment, trusted_comment)
}

/// How the messages begin that the same key may sign for something else: signatures in sections, SSH, DSSE, the text that a
/// build's delimiters are made of.
#[cfg(feature = "minisign")]
const MESSAGES: [&[u8]; 4] = [b"wasmsig", b"SSHSIG", b"DSSEv1 ", b"cargo-wasmsign delimiter "];

/// Bytes of messages that are a hash alone: of Oak, and of minisign and wasmsign 0.1.
#[cfg(feature = "minisign")]
const HASHES: [u64; 2] = [32, 64];

/// Refuses a file that is a message of another format: a signature over it would be one of that format as well.
#[cfg(feature = "minisign")]
fn no_message(file: &mut (impl Read + std::io::Seek)) -> Result<(), SignError> {
    let failed = |source| ReadError::new(0, source);
    let length = file.seek(std::io::SeekFrom::End(0)).map_err(failed)?;
    file.rewind().map_err(failed)?;
    let mut start = Vec::new();
    Reader::new(file).fill(32, &mut start).map_err(failed)?;
    match HASHES.contains(&length) || MESSAGES.iter().any(|message| start.starts_with(message)) {
        true => Err(super::error::NotSignable::Message.into()),
        false => Ok(()),
    }
}

/// Reads a file from its start, and gives its SHA-256.
#[cfg(feature = "minisign")]
fn read_through(
    file: &mut (impl Read + std::io::Seek),
    update: &mut dyn FnMut(&[u8]),
) -> Result<[u8; 32], ReadError> {
    use crate::limits::CHUNK_BYTES;
    use sha2::{Digest, Sha256};

    file.rewind().map_err(|source| ReadError::new(0, source))?;
    let mut source = Reader::new(file);
    let (mut hash, mut chunk, mut offset) = (Sha256::new(), Vec::new(), 0);
    loop {
        chunk.clear();
        source.fill(CHUNK_BYTES, &mut chunk).map_err(|error| ReadError::new(offset, error))?;
        if chunk.is_empty() {
            return Ok(hash.finalize().into());
        }
        offset += chunk.len() as u64;
        hash.update(&chunk);
        update(&chunk);
    }
}

#[cfg(feature = "minisign")]
fn one_line(comments: &[&str]) -> Result<(), SignError> {
    use crate::limits::MAX_COMMENT_BYTES;

    let is_line = |comment: &&str| {
        comment.len() <= MAX_COMMENT_BYTES && !comment.contains(['\n', '\r', '\0'])
    };
    match comments.iter().all(is_line) {
        true => Ok(()),
        false => Err(super::error::NotSignable::Comment.into()),
    }
}

#[cfg(feature = "minisign")]
fn finish_minisign(
    algorithm: Algorithm,
    made: [u8; 64],
    signer: &dyn Signer,
    untrusted_comment: &str,
    trusted_comment: &str,
) -> Result<String, SignError> {
    let global = signature(signer, &minisign::global_message(&made, trusted_comment))?;
    let whole = minisign::Signature {
        algorithm,
        number: signer.public_key().minisign_number_or_usual(),
        signature: made,
        trusted_comment: trusted_comment.into(),
        global_signature: global,
    };
    Ok(whole.encode(untrusted_comment))
}

/// Signs any file as `ssh-keygen -Y sign -n NAMESPACE` does, with SHA-512. Gives the content of the `.sig` file.
///
/// # Errors
///
/// [`SignError::Read`], [`SignError::Signer`], [`SignError::Malformed`] where the namespace is empty,
/// [`SignError::NotSignable`] where the key is not Ed25519.
#[cfg(feature = "sshsig")]
pub fn sshsig(file: impl Read, signer: &dyn Signer, namespace: &str) -> Result<String, SignError> {
    let key = signer.public_key().ed25519_bytes();
    let public_key = *key.ok_or(super::error::NotSignable::Algorithm)?;
    let hash = sshsig::Hash::Sha512;
    let digest = digest(file, FileDigest::Sha512(Vec::new()))?;
    let made = signature(signer, &sshsig::message(namespace, hash, &digest))?;
    let namespace = namespace.into();
    let whole = sshsig::Signature { public_key, namespace, hash, signature: made };
    Ok(whole.encode()?)
}

/// Endorses a module as Oak does. Gives the content of the `.endorsement` file: one triple of PEM blocks for each signer.
///
/// # Errors
///
/// [`SignError::Read`], [`SignError::Signer`], [`SignError::NotSignable`] where a key is not Ed25519.
#[cfg(feature = "oak")]
pub fn oak(module: impl Read, signers: &[&dyn Signer]) -> Result<String, SignError> {
    let digest = digest(module, FileDigest::Sha256)?;
    let mut text = String::new();
    for signer in signers {
        let public_key = signer.public_key().clone();
        if public_key.ed25519_bytes().is_none() {
            return Err(super::error::NotSignable::Algorithm.into());
        }
        let made = signature(*signer, &digest)?;
        let mut hash = [0; 32];
        hash.copy_from_slice(&digest);
        text.push_str(&Endorsement { public_key, signature: made, hash }.encode());
    }
    Ok(text)
}

/// The digest of a file that is read to its end.
fn digest(file: impl Read, digest: FileDigest) -> Result<Vec<u8>, ReadError> {
    let wanted = Wanted { digest, trailer_bytes: 0, with_signature: true };
    let mut tee = Tee::new(Reader::new(file), Pace::Full, (), FileDigests::new(&[wanted], &[]));
    while tee.skip(u64::MAX)? > 0 {}
    tee.flush()?;
    let digested = tee.sink.finish(0).pop();
    Ok(digested.map(|digested| digested.digest).unwrap_or_default())
}
