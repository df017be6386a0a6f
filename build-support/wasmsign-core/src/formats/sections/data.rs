//! Signature data: the content of a `signature` section, or of a detached file.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::message::{CONTENT_TYPE, HASH_FUNCTION, VERSION, message};
use crate::digest::Hash;
use crate::formats::{Claims, Content};
use crate::keys::PublicKey;
use crate::wasm::leb128::{self, Step, Varuint32};

/// The algorithm byte of Ed25519.
pub const ED25519: u8 = 0x01;

/// Decoded signature data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignatureData {
    /// The sets, in file order.
    pub sets: Vec<SignatureSet>,
}

/// Signatures over the same hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureSet {
    /// SHA-256 of the body up to each boundary, in order.
    pub hashes: Vec<[u8; 32]>,
    /// The signatures, in file order.
    pub entries: Vec<Entry>,
}

/// One signature, kept as the bytes that stood in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    pub(super) raw: Vec<u8>,
    pub(super) key_id_start: usize,
    pub(super) key_id_len: usize,
}

impl Entry {
    /// An Ed25519 entry.
    ///
    /// `key_id` has at most [`MAX_KEY_ID_BYTES`](crate::limits::MAX_KEY_ID_BYTES) bytes, which the caller has checked.
    #[cfg(feature = "sign")]
    pub(crate) fn ed25519(key_id: &[u8], signature: &[u8; 64]) -> Self {
        let mut raw = Vec::with_capacity(key_id.len() + 68);
        leb128::encode(key_id.len() as u32, &mut raw);
        let key_id_start = raw.len();
        raw.extend_from_slice(key_id);
        raw.extend_from_slice(&[ED25519, signature.len() as u8]);
        raw.extend_from_slice(signature);
        Self { raw, key_id_start, key_id_len: key_id.len() }
    }

    /// The unsigned hint at the key, empty where there is none.
    pub fn key_id(&self) -> &[u8] {
        &self.raw[self.key_id_start..self.key_id_start + self.key_id_len]
    }

    /// What stands behind the key id.
    pub fn content(&self) -> Content<'_> {
        // `decode` has seen the algorithm byte, and for Ed25519 a length that the entry holds.
        let behind = &self.raw[self.key_id_start + self.key_id_len..];
        match behind {
            [ED25519, 64, signature @ ..] => match signature.first_chunk() {
                Some(signature) => Content::Ed25519(signature),
                None => Content::WrongLength(signature.len()),
            },
            [ED25519, rest @ ..] => Content::WrongLength(length(rest)),
            [algorithm, ..] => Content::UnknownAlgorithm(*algorithm),
            [] => Content::WrongLength(0),
        }
    }
}

/// The varuint32 at the start of these bytes, which `decode` has read before.
fn length(bytes: &[u8]) -> usize {
    let mut number = Varuint32::default();
    let read = bytes.iter().find_map(|&byte| match number.push(byte) {
        Step::Done { value, .. } => Some(value as usize),
        _ => None,
    });
    read.unwrap_or(0)
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("key_id", &self.key_id())
            .field("content", &self.content())
            .finish()
    }
}

impl SignatureData {
    /// Encodes the data; byte for byte what was decoded, where nothing was changed.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, CONTENT_TYPE, HASH_FUNCTION];
        leb128::encode(self.sets.len() as u32, &mut out);
        for set in &self.sets {
            let set = set.encode();
            leb128::encode(set.len() as u32, &mut out);
            out.extend_from_slice(&set);
        }
        out
    }

    /// Why the signature host function of Envoy and proxy-wasm does not read this data, if it does not:
    /// it knows one set of one hash, and looks only at the first signature.
    pub fn envoy_obstacle(&self) -> Option<&'static str> {
        match self.sets.as_slice() {
            [set] if set.hashes.len() != 1 => Some("the module is signed in parts"),
            [set] => match set.entries.first().map(Entry::content) {
                Some(Content::Ed25519(_)) => None,
                _ => Some("the first signature is not an Ed25519 one"),
            },
            [] => Some("there is no signature"),
            _ => Some("there is more than one set of signatures"),
        }
    }
}

impl SignatureSet {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        leb128::encode(self.hashes.len() as u32, &mut out);
        self.hashes.iter().for_each(|hash| out.extend_from_slice(hash));
        leb128::encode(self.entries.len() as u32, &mut out);
        for entry in &self.entries {
            leb128::encode(entry.raw.len() as u32, &mut out);
            out.extend_from_slice(&entry.raw);
        }
        out
    }
}

impl Claims for SignatureData {
    fn set_count(&self) -> usize {
        self.sets.len()
    }

    fn hashes(&self, set: usize) -> &[Hash] {
        &self.sets[set].hashes
    }

    fn message(&self, set: usize) -> Vec<u8> {
        message(&self.sets[set].hashes)
    }

    fn claim_count(&self, set: usize) -> usize {
        self.sets[set].entries.len()
    }

    fn key_id(&self, set: usize, claim: usize) -> &[u8] {
        self.sets[set].entries[claim].key_id()
    }

    fn is_known(&self, set: usize, claim: usize) -> bool {
        matches!(self.sets[set].entries[claim].content(), Content::Ed25519(_))
    }

    fn is_by(
        &self,
        (set, claim): (usize, usize),
        message: &[u8],
        (_, key): (usize, &PublicKey),
    ) -> bool {
        match self.sets[set].entries[claim].content() {
            Content::Ed25519(signature) => key.verify(message, signature),
            _ => false,
        }
    }
}

impl Content<'_> {
    /// The algorithm byte: 1 for Ed25519.
    #[must_use]
    pub fn algorithm(&self) -> u8 {
        match self {
            Self::Ed25519(_) | Self::WrongLength(_) => ED25519,
            Self::UnknownAlgorithm(algorithm) => *algorithm,
        }
    }
}
