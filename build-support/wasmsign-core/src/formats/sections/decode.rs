//! Decoding signature data.
//!
//! ```text
//! data  = 01 01 01 ‖ set count ‖ set*
//! set   = length ‖ hash count ‖ hash (32 bytes)* ‖ signature count ‖ entry*
//! entry = length ‖ key id length ‖ key id ‖ algorithm ‖ signature length ‖ signature
//! ```
//! Counts and lengths are varuint32 in their shortest form, so that encoding what was decoded gives
//! the same bytes.

use alloc::vec::Vec;

use super::data::{ED25519, Entry, SignatureData, SignatureSet};
use super::message::{CONTENT_TYPE, HASH_FUNCTION, VERSION};
use crate::digest::Hash;
use crate::formats::{FormatError, Unknown};
use crate::limits::{
    MAX_ENTRIES_PER_SET, MAX_HASHES_PER_SET, MAX_KEY_ID_BYTES, MAX_SETS, MAX_SIGNATURE_BYTES,
};
use crate::wasm::leb128::{Step, Varuint32};
use crate::wasm::{Embedded, Malformed, Place, Rule};

/// Whether sets and entries have a length before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Layout {
    /// They do: what every deployed implementation writes.
    #[default]
    Deployed,
    /// They do not: the letter of the tool-conventions text.
    Literal,
}

/// Signature data over its cap.
pub(crate) const OVER_LENGTH: FormatError =
    FormatError::OverLimit { what: "bytes of signature data", limit: MAX_SIGNATURE_BYTES };

impl SignatureData {
    /// Decodes the content of a detached signature file.
    ///
    /// # Errors
    ///
    /// [`FormatError::Malformed`] with the place in the file, [`FormatError::Unknown`] for data of another version, and
    /// [`FormatError::OverLimit`] where it is over one of the caps in [`limits`](crate::limits).
    pub fn from_detached(bytes: &[u8]) -> Result<Self, FormatError> {
        decode(bytes, 0, Place::DetachedSignature, Layout::Deployed)
    }
}

/// Decodes the signature data of an embedded section.
pub(crate) fn decode_embedded(
    embedded: &Embedded,
    layout: Layout,
) -> Result<SignatureData, FormatError> {
    let data = embedded.data.as_deref().ok_or(OVER_LENGTH)?;
    decode(data, embedded.origin(), Place::Module, layout)
}

/// Decodes signature data.
///
/// `origin` is the offset of its first byte in its file, for messages.
pub(crate) fn decode(
    bytes: &[u8],
    origin: u64,
    place: Place,
    layout: Layout,
) -> Result<SignatureData, FormatError> {
    if bytes.len() > MAX_SIGNATURE_BYTES as usize {
        return Err(OVER_LENGTH);
    }
    let decoded = Cursor { rest: bytes, origin, total: bytes.len(), place }.data(layout);
    match decoded {
        // The text's literal form is told apart only where the deployed one does not fit.
        Err(FormatError::Malformed(_) | FormatError::OverLimit { .. })
            if layout == Layout::Deployed && is_literal(bytes, place) =>
        {
            Err(Malformed::new(place, origin, Rule::LiteralForm).into())
        }
        decoded => decoded,
    }
}

fn is_literal(bytes: &[u8], place: Place) -> bool {
    let cursor = Cursor { rest: bytes, origin: 0, total: bytes.len(), place };
    cursor.data(Layout::Literal).is_ok_and(|data| !data.sets.is_empty())
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

type Decoded<T> = Result<T, FormatError>;

impl<'a> Cursor<'a> {
    fn data(mut self, layout: Layout) -> Decoded<SignatureData> {
        self.known(VERSION, "the version", Unknown::Version)?;
        self.known(CONTENT_TYPE, "the content type", Unknown::ContentType)?;
        self.known(HASH_FUNCTION, "the hash function", Unknown::HashFunction)?;
        let count = self.count("signature sets", MAX_SETS)?;
        let mut sets = Vec::new();
        for _ in 0..count {
            sets.push(self.level("the set", layout, |set| set.set(layout))?);
        }
        self.end("the signature data")?;
        Ok(SignatureData { sets })
    }

    fn set(&mut self, layout: Layout) -> Decoded<SignatureSet> {
        let hash_count = self.count("hashes in a set", MAX_HASHES_PER_SET)?;
        let mut hashes: Vec<Hash> = Vec::new();
        for _ in 0..hash_count {
            hashes.push(self.array("a hash")?);
        }
        let count = self.count("signatures in a set", MAX_ENTRIES_PER_SET)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(self.level("the entry", layout, |entry| entry.entry(layout))?);
        }
        Ok(SignatureSet { hashes, entries })
    }

    /// One signature. Its algorithm decides what may stand behind it.
    fn entry(&mut self, layout: Layout) -> Decoded<Entry> {
        let whole = self.rest;
        let id_length = self.varuint32("bytes of a key id")? as usize;
        let key_id_start = whole.len() - self.rest.len();
        // A length that leaves the data is wrong, whatever the limit is.
        self.take(id_length, "the key id")?;
        if id_length > MAX_KEY_ID_BYTES as usize {
            let (what, limit) = ("bytes of a key id", MAX_KEY_ID_BYTES);
            return Err(FormatError::OverLimit { what, limit });
        }
        let algorithm = self.take(1, "the algorithm")?[0];
        if layout == Layout::Literal || algorithm == ED25519 {
            let length = self.varuint32("the signature's length")?;
            self.claimed(length, "the signature")?;
        } else {
            self.rest = &[];
        }
        // wsc 0.12 counts certificates here, of which an Ed25519 entry has none.
        if layout == Layout::Deployed && algorithm == ED25519 && self.rest == [0] {
            self.rest = &[];
        }
        let raw = whole[..whole.len() - self.rest.len()].to_vec();
        Ok(Entry { raw, key_id_start, key_id_len: id_length })
    }

    /// Reads what a length stands before; in the literal layout, what just follows.
    fn level<T>(
        &mut self,
        what: &'static str,
        layout: Layout,
        read: impl FnOnce(&mut Cursor<'a>) -> Decoded<T>,
    ) -> Decoded<T> {
        if layout == Layout::Literal {
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
            found => Err(FormatError::Unknown(unknown(found))),
        }
    }

    fn count(&mut self, what: &'static str, limit: u32) -> Decoded<u32> {
        let count = self.varuint32(what)?;
        if count > limit { Err(FormatError::OverLimit { what, limit }) } else { Ok(count) }
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

    fn fault(&self, offset: u64, rule: Rule) -> FormatError {
        Malformed::new(self.place, offset, rule).into()
    }
}
