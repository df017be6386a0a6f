//! What is said to an agent and what it answers, as draft-ietf-sshm-ssh-agent has it.

use std::fmt;
use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};
use ssh_key::encoding::{self, Decode, LabelError, Reader};
use ssh_key::{Certificate, Fingerprint, HashAlg};
use wasmsign_core::PublicKey;

use crate::text::escape::escape;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

const ED25519: &[u8] = b"ssh-ed25519";

/// How the names of certificates end.
const CERTIFICATE: &str = "-cert-v01@openssh.com";

/// OpenSSH's agent sends no longer messages, and takes none.
const MAX_MESSAGE: u32 = 256 * 1024;

/// A key that an agent holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The public key as SSH encodes it.
    pub(super) blob: Vec<u8>,
    comment: String,
}

/// The keys of an agent; `None` where it does not show them.
///
/// # Errors
///
/// Those of the connection; `InvalidData` for an answer that is none.
pub(super) fn identities(stream: &mut (impl Read + Write)) -> io::Result<Option<Vec<Identity>>> {
    let answer = ask(stream, &[REQUEST_IDENTITIES], IDENTITIES_ANSWER)?;
    answer.map(|body| read_identities(&body).map_err(invalid)).transpose()
}

/// The Ed25519 signature of `message`; `None` where the agent does not give it.
///
/// # Errors
///
/// As [`identities`].
pub(super) fn sign(
    stream: &mut (impl Read + Write),
    blob: &[u8],
    message: &[u8],
) -> io::Result<Option<[u8; 64]>> {
    // No flags: they choose among the hashes of RSA.
    let request = [&[SIGN_REQUEST], &*string(blob), &string(message), &[0; 4]].concat();
    let answer = ask(stream, &request, SIGN_RESPONSE)?;
    answer.map(|body| read_signature(&body).map_err(invalid)).transpose()
}

/// The body of the answer to a request; `None` where the agent says that it failed.
fn ask(
    stream: &mut (impl Read + Write),
    request: &[u8],
    expected: u8,
) -> io::Result<Option<Vec<u8>>> {
    stream.write_all(&string(request))?;
    stream.flush()?;
    let mut answer = read_message(stream)?;
    match answer.first() {
        Some(&FAILURE) => Ok(None),
        Some(&kind) if kind == expected => Ok(Some(answer.split_off(1))),
        kind => Err(invalid(match kind {
            Some(kind) => format!("expected a message of type {expected}, found type {kind}"),
            None => format!("expected a message of type {expected}, found an empty one"),
        })),
    }
}

fn read_message(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > MAX_MESSAGE {
        return Err(invalid(format!(
            "expected a message of at most {MAX_MESSAGE} bytes, found one of {length}"
        )));
    }
    let mut message = vec![0; length as usize];
    stream.read_exact(&mut message)?;
    Ok(message)
}

fn read_identities(mut body: &[u8]) -> encoding::Result<Vec<Identity>> {
    let count = u32::decode(&mut body)?;
    // Nothing is allocated for the count: it is only believed as far as there are keys.
    let identities = (0..count).map(|_| {
        let blob = Vec::decode(&mut body)?;
        let comment = String::from_utf8_lossy(&Vec::decode(&mut body)?).into_owned();
        Ok(Identity { blob, comment })
    });
    let identities = identities.collect::<encoding::Result<_>>()?;
    body.finish(identities)
}

fn read_signature(mut body: &[u8]) -> encoding::Result<[u8; 64]> {
    let blob = Vec::decode(&mut body)?;
    body.ensure_finished()?;
    named(&blob)
}

/// What follows the name of the algorithm in the encoding of an Ed25519 key or signature.
fn named<const LENGTH: usize>(mut blob: &[u8]) -> encoding::Result<[u8; LENGTH]> {
    let name = Vec::decode(&mut blob)?;
    if name != ED25519 {
        return Err(LabelError::new(&String::from_utf8_lossy(&name)).into());
    }
    let bytes = Vec::decode(&mut blob)?;
    blob.ensure_finished()?;
    bytes.try_into().map_err(|_| encoding::Error::Length)
}

/// `string` of RFC 4251, which is how messages are framed too.
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("keys and messages have a few kilobytes");
    [&length.to_be_bytes(), bytes].concat()
}

fn invalid(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl Identity {
    /// As `ssh-add -l` shows it: that of a certificate is the one of the key in it.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        match Certificate::from_bytes(&self.blob) {
            Ok(certificate) => certificate.public_key().fingerprint(HashAlg::Sha256),
            Err(_) => Fingerprint::Sha256(Sha256::digest(&self.blob).into()),
        }
    }

    /// Whether it is a certificate, beside which the key itself is an identity of its own.
    pub(super) fn is_certificate(&self) -> bool {
        self.algorithm().ends_with(CERTIFICATE)
    }

    /// The key, if it is a valid one for Ed25519.
    pub(super) fn ed25519(&self) -> Option<PublicKey> {
        let bytes = named(&self.blob).ok()?;
        PublicKey::from_bytes(&bytes).ok()
    }

    fn algorithm(&self) -> String {
        let name = Vec::decode(&mut &*self.blob).unwrap_or_default();
        String::from_utf8_lossy(&name).into_owned()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{} {} {}", self.fingerprint(), self.algorithm(), self.comment);
        f.write_str(&escape(&text))
    }
}
