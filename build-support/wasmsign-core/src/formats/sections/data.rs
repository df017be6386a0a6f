//! The codec of signature data: the content of a `signature` section, or a detached file.
//!
//! ```text
//! data  = 01 01 01 ‖ set count ‖ set*
//! set   = length ‖ hash count ‖ hash (32 bytes)* ‖ signature count ‖ entry*
//! entry = length ‖ key id length ‖ key id ‖ algorithm ‖ signature length ‖ signature
//! ```
//! Counts and lengths are varuint32 in their shortest form, so that encoding what was decoded gives
//! the same bytes.

use std::fmt;

use crate::error::{Error, Malformed, NotSignable, Place, Rule};
use crate::formats::sections::message::{CONTENT_TYPE, HASH_FUNCTION, VERSION};
use crate::limits::{
    MAX_ENTRIES_PER_SET, MAX_HASHES_PER_SET, MAX_KEY_ID_BYTES, MAX_SETS, MAX_SIGNATURE_BYTES,
};
use crate::stream::hashes::Hash;
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
    raw: Vec<u8>,
    key_id_start: usize,
    key_id_len: usize,
}

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// An Ed25519 signature of 64 bytes.
    Ed25519(&'a [u8; 64]),
    /// An Ed25519 entry whose signature has another length, in bytes.
    WrongLength(usize),
    /// Another algorithm: all behind its byte is opaque.
    UnknownAlgorithm(u8),
}

/// Why signature data gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecodeError {
    /// It breaks the format.
    Malformed(Malformed),
    /// It is well-formed as far as it can be read, and of a kind that this crate does not know.
    Unknown(Unknown),
    /// It holds more than a verifier looks at.
    OverLimit { what: &'static str, limit: u32 },
}

impl DecodeError {
    /// The error of an operation that is no verification.
    pub(crate) fn without_verdict(self) -> Error {
        match self {
            Self::Malformed(fault) => fault.into(),
            Self::Unknown(unknown) => NotSignable::UnknownData(unknown).into(),
            Self::OverLimit { what, limit } => NotSignable::OverLimit { what, limit }.into(),
        }
    }
}

/// Signature data of another version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// The first byte is not 1.
    Version(u8),
    /// The second byte is not 1.
    ContentType(u8),
    /// The third byte is not 1 (SHA-256).
    HashFunction(u8),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(found) => write!(f, "expected version 1, found {found}"),
            Self::ContentType(found) => write!(f, "expected content type 1, found {found}"),
            Self::HashFunction(found) => {
                write!(f, "expected hash function 1 (SHA-256), found {found}")
            }
        }
    }
}

impl Entry {
    /// An Ed25519 entry.
    ///
    /// `key_id` has at most [`MAX_KEY_ID_BYTES`] bytes, which the caller has checked.
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
    /// Decodes the content of a detached signature file.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] with the place in the file; [`Error::NotSignable`] where the data is of another version,
    /// or over one of the caps in [`limits`](crate::limits).
    pub fn from_detached(bytes: &[u8]) -> Result<Self, Error> {
        let decoded = Self::decode(bytes, 0, Place::DetachedSignature, Form::Deployed);
        decoded.map_err(DecodeError::without_verdict)
    }

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

    /// Decodes signature data.
    ///
    /// `origin` is the offset of its first byte in its file, for messages.
    pub(crate) fn decode(
        bytes: &[u8],
        origin: u64,
        place: Place,
        form: Form,
    ) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_SIGNATURE_BYTES as usize {
            return Err(OVER_LENGTH);
        }
        let decoded = Cursor { rest: bytes, origin, total: bytes.len(), place }.data(form);
        match decoded {
            // The text's literal form is told apart only where the deployed one does not fit.
            Err(DecodeError::Malformed(_) | DecodeError::OverLimit { .. })
                if form == Form::Deployed && is_literal(bytes, place) =>
            {
                Err(DecodeError::Malformed(Malformed {
                    rule: Rule::LiteralForm,
                    offset: origin,
                    place,
                }))
            }
            decoded => decoded,
        }
    }
}

/// Signature data over its cap.
pub(crate) const OVER_LENGTH: DecodeError =
    DecodeError::OverLimit { what: "bytes of signature data", limit: MAX_SIGNATURE_BYTES };

/// Whether sets and entries have a length before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// They do: what every deployed implementation writes.
    #[default]
    Deployed,
    /// They do not: the letter of the tool-conventions text.
    Literal,
}

fn is_literal(bytes: &[u8], place: Place) -> bool {
    let cursor = Cursor { rest: bytes, origin: 0, total: bytes.len(), place };
    cursor.data(Form::Literal).is_ok_and(|data| !data.sets.is_empty())
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

/// The rest of the input at one level of the data.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    rest: &'a [u8],
    /// File offset of the level's first byte, and the level's length.
    origin: u64,
    total: usize,
    place: Place,
}

type Decoded<T> = Result<T, DecodeError>;

impl<'a> Cursor<'a> {
    fn data(mut self, form: Form) -> Decoded<SignatureData> {
        self.known(VERSION, "the version", Unknown::Version)?;
        self.known(CONTENT_TYPE, "the content type", Unknown::ContentType)?;
        self.known(HASH_FUNCTION, "the hash function", Unknown::HashFunction)?;
        let count = self.count("signature sets", MAX_SETS)?;
        let mut sets = Vec::new();
        for _ in 0..count {
            sets.push(self.level("the set", form, |set| set.set(form))?);
        }
        self.end("the signature data")?;
        Ok(SignatureData { sets })
    }

    fn set(&mut self, form: Form) -> Decoded<SignatureSet> {
        let hash_count = self.count("hashes in a set", MAX_HASHES_PER_SET)?;
        let mut hashes: Vec<Hash> = Vec::new();
        for _ in 0..hash_count {
            hashes.push(self.array("a hash")?);
        }
        let count = self.count("signatures in a set", MAX_ENTRIES_PER_SET)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(self.level("the entry", form, |entry| entry.entry(form))?);
        }
        Ok(SignatureSet { hashes, entries })
    }

    /// One signature. Its algorithm decides what may stand behind it.
    fn entry(&mut self, form: Form) -> Decoded<Entry> {
        let whole = self.rest;
        let id_length = self.varuint32("bytes of a key id")? as usize;
        let key_id_start = whole.len() - self.rest.len();
        // A length that leaves the data is wrong, whatever the limit is.
        self.take(id_length, "the key id")?;
        if id_length > MAX_KEY_ID_BYTES as usize {
            let (what, limit) = ("bytes of a key id", MAX_KEY_ID_BYTES);
            return Err(DecodeError::OverLimit { what, limit });
        }
        let algorithm = self.take(1, "the algorithm")?[0];
        if form == Form::Literal || algorithm == ED25519 {
            let length = self.varuint32("the signature's length")?;
            self.claimed(length, "the signature")?;
        } else {
            self.rest = &[];
        }
        // wsc 0.12 counts certificates here, of which an Ed25519 entry has none.
        if form == Form::Deployed && algorithm == ED25519 && self.rest == [0] {
            self.rest = &[];
        }
        let raw = whole[..whole.len() - self.rest.len()].to_vec();
        Ok(Entry { raw, key_id_start, key_id_len: id_length })
    }

    /// Reads what a length stands before; in the literal form, what just follows.
    fn level<T>(
        &mut self,
        what: &'static str,
        form: Form,
        read: impl FnOnce(&mut Cursor<'a>) -> Decoded<T>,
    ) -> Decoded<T> {
        if form == Form::Literal {
            return read(self);
        }
        let length = self.varuint32("a length")?;
        let origin = self.offset();
        let rest = self.claimed(length, what)?;
        let mut inner = Cursor { rest, origin, total: rest.len(), place: self.place };
        let value = read(&mut inner)?;
        inner.end(what)?;
        Ok(value)
    }

    fn known(&mut self, wanted: u8, what: &'static str, unknown: fn(u8) -> Unknown) -> Decoded<()> {
        match self.take(1, what)?[0] {
            found if found == wanted => Ok(()),
            found => Err(DecodeError::Unknown(unknown(found))),
        }
    }

    fn count(&mut self, what: &'static str, limit: u32) -> Decoded<u32> {
        let count = self.varuint32(what)?;
        if count > limit { Err(DecodeError::OverLimit { what, limit }) } else { Ok(count) }
    }

    fn varuint32(&mut self, what: &'static str) -> Decoded<u32> {
        let start = self.offset();
        let mut number = Varuint32::default();
        loop {
            match number.push(self.take(1, what)?[0]) {
                Step::More => {}
                Step::Done { value, padded: false } => return Ok(value),
                Step::Done { .. } => return Err(self.fault(start, Rule::Padded { what })),
                Step::TooLong => return Err(self.fault(start, Rule::Varuint32 { what })),
            }
        }
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Decoded<[u8; N]> {
        let bytes = self.take(N, what)?;
        Ok(*bytes.first_chunk().expect("take gives as many bytes as it was asked for"))
    }

    /// Takes as many bytes as a length in the data claims.
    fn claimed(&mut self, claimed: u32, what: &'static str) -> Decoded<&'a [u8]> {
        let found = self.rest.len();
        if claimed as usize > found {
            return Err(self.fault(self.offset(), Rule::LengthLeavesInput { what, claimed, found }));
        }
        self.take(claimed as usize, what)
    }

    fn take(&mut self, count: usize, what: &'static str) -> Decoded<&'a [u8]> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.fault(self.offset(), Rule::Truncated { what }));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn end(&self, what: &'static str) -> Decoded<()> {
        match self.rest.len() {
            0 => Ok(()),
            found => Err(self.fault(self.offset(), Rule::LeftOver { what, found })),
        }
    }

    fn offset(&self) -> u64 {
        self.origin + (self.total - self.rest.len()) as u64
    }

    fn fault(&self, offset: u64, rule: Rule) -> DecodeError {
        DecodeError::Malformed(Malformed { offset, place: self.place, rule })
    }
}
