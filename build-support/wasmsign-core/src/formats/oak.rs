//! Oak's endorsements: a text file of PEM blocks beside the module.
//!
//! `PUBLIC KEY` (32 bytes; SPKI is read too), `SIGNATURE` (64 bytes) and `HASH` (32 bytes), in any order, and any number of
//! such triples: Ed25519 over the SHA-256 of the module, which must be the one in `HASH`. Each states a property of the
//! module by the key that has signed. Source: Oak (its original verifier forgot to compare the hash with the module).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use pem_rfc7468::LineEnding;

use super::whole_file::{
    FileClaim, FileDigest, FileRead, FileSignature, Named, WholeFile, malformed,
};
use super::{Format, FormatError};
use crate::keys::PublicKey;
use crate::limits::MAX_ENTRIES_PER_SET;
use crate::wasm::{Malformed, Place};

const BEGIN: &str = "-----BEGIN ";
const LABELS: [&str; 3] = ["PUBLIC KEY", "SIGNATURE", "HASH"];

/// One endorsement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endorsement {
    /// The key that is said to have signed.
    pub public_key: PublicKey,
    /// R ‖ S over the hash.
    pub signature: [u8; 64],
    /// SHA-256 of the module.
    pub hash: [u8; 32],
}

impl Endorsement {
    /// Reads a file of endorsements, of which there is at least one. CR LF is read as LF, and empty lines may stand between
    /// the blocks.
    ///
    /// # Errors
    ///
    /// [`FormatError::Malformed`] with the offset of the block; [`FormatError::OverLimit`].
    pub fn decode_all(bytes: &[u8]) -> Result<Vec<Self>, FormatError> {
        let text = core::str::from_utf8(bytes)
            .map_err(|error| wrong(error.valid_up_to(), "text in UTF-8"))?;
        let mut all = Vec::new();
        let (mut rest, mut parts) = (text, Parts::default());
        while !rest.trim_ascii_start().is_empty() {
            rest = rest.trim_ascii_start();
            let offset = text.len() - rest.len();
            let (label, content, behind) = block(rest).ok_or_else(|| {
                wrong(offset, "a PEM block PUBLIC KEY, SIGNATURE or HASH with base64")
            })?;
            if let Some(whole) = parts.add(label, &content, offset)? {
                all.push(whole);
            }
            if all.len() > MAX_ENTRIES_PER_SET as usize {
                return Err(FormatError::OverLimit {
                    what: "endorsements",
                    limit: MAX_ENTRIES_PER_SET,
                });
            }
            rest = behind;
        }
        match parts.is_empty() && !all.is_empty() {
            true => Ok(all),
            false => {
                let expected = "a PUBLIC KEY, a SIGNATURE and a HASH for each endorsement";
                Err(wrong(text.len(), expected).into())
            }
        }
    }

    /// The three blocks.
    #[must_use]
    pub fn encode(&self) -> String {
        let contents: [&[u8]; 3] = [self.public_key.as_bytes(), &self.signature, &self.hash];
        let blocks = LABELS.iter().zip(contents).map(|(label, content)| {
            pem_rfc7468::encode_string(label, LineEnding::LF, content).unwrap_or_default()
        });
        blocks.collect()
    }
}

/// The blocks of an endorsement that were read.
#[derive(Default)]
struct Parts {
    public_key: Option<PublicKey>,
    signature: Option<[u8; 64]>,
    hash: Option<[u8; 32]>,
}

impl Parts {
    fn is_empty(&self) -> bool {
        self.public_key.is_none() && self.signature.is_none() && self.hash.is_none()
    }

    /// Adds a block, and gives the endorsement of which it is the last one.
    fn add(
        &mut self,
        label: &str,
        content: &[u8],
        offset: usize,
    ) -> Result<Option<Endorsement>, FormatError> {
        let twice =
            || wrong(offset, "each of PUBLIC KEY, SIGNATURE and HASH once in an endorsement");
        let is_new = match label {
            "PUBLIC KEY" => {
                let key = public_key(content)
                    .ok_or_else(|| wrong(offset, "an Ed25519 key of 32 bytes, or SPKI"))?;
                self.public_key.replace(key).is_none()
            }
            "SIGNATURE" => {
                let signature = content.try_into();
                let signature = signature.map_err(|_| wrong(offset, "a SIGNATURE of 64 bytes"))?;
                self.signature.replace(signature).is_none()
            }
            _ => {
                let hash = content.try_into().map_err(|_| wrong(offset, "a HASH of 32 bytes"))?;
                self.hash.replace(hash).is_none()
            }
        };
        if !is_new {
            return Err(twice().into());
        }
        Ok(match (&self.public_key, self.signature, self.hash) {
            (Some(key), Some(signature), Some(hash)) => {
                let public_key = key.clone();
                *self = Self::default();
                Some(Endorsement { public_key, signature, hash })
            }
            _ => None,
        })
    }
}

/// What stands before the 32 bytes in the SPKI of an Ed25519 key (RFC 8410).
const SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

fn public_key(content: &[u8]) -> Option<PublicKey> {
    let bytes = content.strip_prefix(SPKI).unwrap_or(content);
    PublicKey::from_bytes(bytes.try_into().ok()?).ok()
}

/// The first block of a text: its label, its content, and what stands behind it.
fn block(text: &str) -> Option<(&'static str, Vec<u8>, &str)> {
    let label = *LABELS.iter().find(|label| {
        text.strip_prefix(BEGIN)
            .and_then(|text| text.strip_prefix(**label))
            .is_some_and(|text| text.starts_with("-----"))
    })?;
    let end = alloc::format!("-----END {label}-----");
    let length = text.find(&end)? + end.len();
    let lines = text[..length].replace("\r\n", "\n");
    let (found, content) = pem_rfc7468::decode_vec(lines.as_bytes()).ok()?;
    let behind = &text[length..];
    let ends_its_line = behind.is_empty() || behind.starts_with(['\n', '\r']);
    (found == label && ends_its_line).then_some((label, content, behind))
}

fn wrong(offset: usize, expected: &'static str) -> Malformed {
    malformed(Format::Oak, Place::DetachedSignature, offset as u64, expected)
}

/// Whether a file begins as these do.
pub(crate) fn is_likely(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    LABELS.iter().any(|label| {
        let begin = bytes.strip_prefix(BEGIN.as_bytes());
        begin.is_some_and(|rest| rest.starts_with(label.as_bytes()))
    })
}

/// A file of endorsements.
#[derive(Debug)]
pub(crate) struct Detached(pub(crate) Vec<Endorsement>);

impl WholeFile for Detached {
    fn format(&self) -> Format {
        Format::Oak
    }

    fn digest(&self) -> FileDigest {
        FileDigest::Sha256
    }

    fn claims(&self, file: &FileRead<'_>) -> Result<Vec<FileClaim>, Malformed> {
        let claim = |endorsement: &Endorsement| FileClaim {
            format: Format::Oak,
            key_id: Vec::new(),
            names: endorsement
                .public_key
                .ed25519_bytes()
                .map_or(Named::Nobody, |key| Named::Key(*key)),
            message: endorsement.hash.to_vec(),
            is_about_this_file: endorsement.hash[..] == *file.digest,
            signature: FileSignature::Ed25519(Box::new(endorsement.signature)),
            comment: None,
        };
        Ok(self.0.iter().map(claim).collect())
    }
}
