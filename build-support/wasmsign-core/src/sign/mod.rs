//! Signing: an embedded signature section, or detached signature data.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::PublicKey;
use crate::error::{Error, NotSignable, Result};
use crate::formats::sections::data::{DecodeError, Entry, Form, SignatureData, SignatureSet};
use crate::formats::sections::message::message;
use crate::limits::{
    MAX_ENTRIES_PER_SET, MAX_HASHES_PER_SET, MAX_KEY_ID_BYTES, MAX_SETS, MAX_SIGNATURE_BYTES,
};
use crate::stream::hashes::Hash;
use crate::verify::search::{Exhausted, Search, Work};
use crate::wasm::pass::{self, Body, Embedded, Hashing, Visitor};
use crate::wasm::section::{Kind, SIGNATURE, own_section};

/// Something that signs with an Ed25519 key: a [`SecretKey`](crate::SecretKey), or a program or device
/// that never shows its seed.
pub trait Signer {
    /// The public key that belongs to the signatures.
    fn public_key(&self) -> &PublicKey;

    /// The Ed25519 signature (RFC 8032, pure) of `message`.
    ///
    /// # Errors
    ///
    /// Whatever kept the signer from signing.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Box<dyn std::error::Error + Send + Sync>>;
}

impl Signer for crate::SecretKey {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.sign(message))
    }
}

/// The hint at the key that is stored beside a signature. It is not signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KeyId {
    /// [`PublicKey::default_key_id`].
    #[default]
    Auto,
    /// None.
    None,
    /// These bytes, at most [`MAX_KEY_ID_BYTES`].
    Bytes(Vec<u8>),
}

impl KeyId {
    /// The bytes that stand for `key`.
    pub fn for_key(&self, key: &PublicKey) -> Vec<u8> {
        match self {
            Self::Auto => key.default_key_id().to_vec(),
            Self::None => Vec::new(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// A signature that is to be made.
#[derive(Clone)]
pub struct Signature<'a> {
    /// Who signs.
    pub signer: &'a dyn Signer,
    /// The hint beside the signature.
    pub key_id: KeyId,
}

/// What becomes of the signatures that a module carries, where an operation cannot keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Earlier {
    /// They stay: the operation is refused with [`Error::Signed`].
    #[default]
    Refuse,
    /// They go.
    Drop,
}

/// What signing has done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Signed {
    /// All the signature data that there is now, the earlier signatures first.
    pub data: SignatureData,
    /// How many signatures are new. A key that had signed the same hashes before adds none.
    pub added: usize,
    /// What the header announces.
    pub kind: Kind,
}

/// Signs a binary and writes it with its signature section to `output`.
///
/// Earlier signatures stay, byte for byte. An unsigned module of one part is read once: its body is written
/// while it is hashed, behind room for a signature section whose length is known beforehand. Any other is read
/// a second time for writing. Without `signatures` none are added, and an unsigned module
/// stays one. `output` is written from its
/// current position on, and must end there: a file that is not empty is truncated first.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Malformed`], [`Error::NotSignable`], [`Error::Signer`], [`Error::Write`], or
/// [`Error::Changed`] where the input was read twice and differed. [`Error::OutputHoldsMore`] where other bytes stand behind
/// what was written: in a longer file, or in one that is opened for appending, where nothing can be written in its place.
pub fn embed<R, W>(mut input: R, output: &mut W, signatures: &[Signature<'_>]) -> Result<Signed>
where
    R: Read + Seek,
    W: Write + Seek,
{
    let start = output.stream_position().map_err(Error::Write)?;
    let room = room(signatures);
    let mut copy =
        Copy { output: &mut *output, section: &room, unsigned_only: true, writes: false };
    let body = pass::read(&mut input, Hashing::Signed, &mut copy)?;
    let written = copy.writes;
    let signed = extend(&body, signatures)?;
    let section = section_for(&body, &signed);
    let header_end = start + body.kind.header().len() as u64;
    if written && section.len() == room.len() {
        output.seek(SeekFrom::Start(header_end)).map_err(Error::Write)?;
        write(output, &section)?;
    } else {
        output.seek(SeekFrom::Start(start)).map_err(Error::Write)?;
        copy_with(input, output, &section, &body)?;
    }
    let length = body.unsigned_total() + section.len() as u64;
    ends_at(output, start + length)?;
    Ok(signed)
}

/// Goes to the end of what was written, and refuses an output that does not end there.
fn ends_at(output: &mut impl Seek, end: u64) -> Result<()> {
    let found = output.seek(SeekFrom::End(0)).map_err(Error::Write)?;
    match found.checked_sub(end) {
        None | Some(0) => Ok(()),
        Some(count) => Err(Error::OutputHoldsMore { count }),
    }
}

/// As [`embed`], for outputs that cannot seek, such as pipes: the input is read twice.
///
/// # Errors
///
/// As [`embed`].
pub fn embed_in_stream<R, W>(
    mut input: R,
    output: &mut W,
    signatures: &[Signature<'_>],
) -> Result<Signed>
where
    R: Read + Seek,
    W: Write,
{
    let body = pass::read(&mut input, Hashing::Signed, &mut ())?;
    let signed = extend(&body, signatures)?;
    copy_with(input, output, &section_for(&body, &signed), &body)?;
    Ok(signed)
}

/// Signs a binary and gives the signature data alone; [`SignatureData::encode`] is what a `.sig` file holds.
///
/// `earlier` is the detached signature data to add to. An embedded signature has no part in it: the body
/// that is signed is the same with and without it.
///
/// # Errors
///
/// As [`embed`], without those of writing.
pub fn detached(
    input: impl Read,
    earlier: Option<&[u8]>,
    signatures: &[Signature<'_>],
) -> Result<Signed> {
    let body = pass::read(input, Hashing::Signed, &mut ())?;
    let earlier = earlier.map(SignatureData::from_detached).transpose()?;
    add(&body, earlier.unwrap_or_default(), signatures)
}

/// The bytes of a signature section with this data.
pub(crate) fn section(data: &SignatureData) -> Vec<u8> {
    own_section(SIGNATURE, &data.encode())
}

/// The signature section of a module that was signed: none where there was none and nobody has signed.
fn section_for(body: &Body, signed: &Signed) -> Vec<u8> {
    match (&body.embedded, signed.added) {
        (None, 0) => Vec::new(),
        _ => section(&signed.data),
    }
}

/// Adds signatures to the embedded ones.
fn extend(body: &Body, signatures: &[Signature<'_>]) -> Result<Signed> {
    let earlier = body.embedded.as_ref().map(|embedded| embedded.decode(Form::Deployed));
    let earlier = earlier.transpose().map_err(DecodeError::without_verdict)?;
    add(body, earlier.unwrap_or_default(), signatures)
}

/// Adds signatures over the body to what is there.
fn add(body: &Body, mut data: SignatureData, signatures: &[Signature<'_>]) -> Result<Signed> {
    body.signature_is_alone()?;
    let hashes =
        body.hashes().ok_or(NotSignable::OverLimit { what: "parts", limit: MAX_HASHES_PER_SET })?;
    let message = message(&hashes);
    let mut added = 0;
    for signature in signatures {
        if !has_signed(signature.signer.public_key(), &hashes, &data)? {
            let entry = entry(signature, &message)?;
            set_of(&mut data, &hashes).entries.push(entry);
            added += 1;
        }
    }
    within_limits(&data)?;
    Ok(Signed { data, added, kind: body.kind })
}

/// Whether a key has signed these hashes, at the cost that one verification may have.
fn has_signed(key: &PublicKey, hashes: &[Hash], data: &SignatureData) -> Result<bool> {
    let sets = data.sets.iter().enumerate().filter(|(_, set)| set.hashes == hashes);
    let sets: Vec<_> = sets.map(|(index, _)| (index, 0)).collect();
    match Search::new(data, std::slice::from_ref(key), &mut Work::new(1)).run(&sets) {
        (hits, _) if hits.iter().any(Option::is_some) => Ok(true),
        (_, Ok(())) => Ok(false),
        (_, Err(Exhausted { limit })) => {
            Err(NotSignable::OverLimit { what: "signatures to try", limit }.into())
        }
    }
}

fn entry(signature: &Signature<'_>, message: &[u8]) -> Result<Entry> {
    let public_key = signature.signer.public_key();
    let key_id = signature.key_id.for_key(public_key);
    if key_id.len() > MAX_KEY_ID_BYTES as usize {
        return Err(
            NotSignable::OverLimit { what: "bytes of a key id", limit: MAX_KEY_ID_BYTES }.into()
        );
    }
    Ok(Entry::ed25519(&key_id, &self::signature(signature.signer, message)?))
}

/// A signature that was seen to be valid.
pub(crate) fn signature(signer: &dyn Signer, message: &[u8]) -> Result<[u8; 64]> {
    let public_key = signer.public_key();
    let failed = |source| Error::Signer { public_key: Box::new(public_key.clone()), source };
    let signature = signer.sign(message).map_err(failed)?;
    match public_key.verify(message, &signature) {
        true => Ok(signature),
        false => Err(failed("its signature is not valid under this key".into())),
    }
}

/// The last set over these hashes, made where there is none.
fn set_of<'a>(data: &'a mut SignatureData, hashes: &[Hash]) -> &'a mut SignatureSet {
    let index = data.sets.iter().rposition(|set| set.hashes == hashes).unwrap_or_else(|| {
        data.sets.push(SignatureSet { hashes: hashes.to_vec(), entries: Vec::new() });
        data.sets.len() - 1
    });
    &mut data.sets[index]
}

fn within_limits(data: &SignatureData) -> Result<(), NotSignable> {
    let over = |count: usize, what, limit: u32| match count > limit as usize {
        true => Err(NotSignable::OverLimit { what, limit }),
        false => Ok(()),
    };
    over(data.sets.len(), "signature sets", MAX_SETS)?;
    data.sets
        .iter()
        .try_for_each(|set| over(set.entries.len(), "signatures in a set", MAX_ENTRIES_PER_SET))?;
    over(data.encode().len(), "bytes of signature data", MAX_SIGNATURE_BYTES)
}

/// Room for the signature section of a module that is unsigned and of one part. No other module needs
/// less, so that nothing is left of the room when another one turns out to be needed.
fn room(signatures: &[Signature<'_>]) -> Vec<u8> {
    let mut set = SignatureSet { hashes: vec![[0; 32]], entries: Vec::new() };
    for (index, signature) in signatures.iter().enumerate() {
        let key = signature.signer.public_key();
        if !signatures[..index].iter().any(|earlier| earlier.signer.public_key() == key) {
            set.entries.push(Entry::ed25519(&signature.key_id.for_key(key), &[0; 64]));
        }
    }
    match set.entries.is_empty() {
        true => Vec::new(),
        false => vec![0; section(&SignatureData { sets: vec![set] }).len()],
    }
}

/// Writes the header, a signature section, and the body as it is read.
struct Copy<'a, W> {
    output: &'a mut W,
    section: &'a [u8],
    /// Whether a module that has signatures is left for a second reading.
    unsigned_only: bool,
    /// Whether anything is written.
    writes: bool,
}

impl<W: Write> Visitor for Copy<'_, W> {
    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<()> {
        self.writes = embedded.is_none() || !self.unsigned_only;
        if self.writes {
            write(self.output, &kind.header())?;
            write(self.output, self.section)?;
        }
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        if self.writes { write(self.output, bytes) } else { Ok(()) }
    }
}

/// Writes all of these bytes.
pub(crate) fn write(output: &mut impl Write, bytes: &[u8]) -> Result<()> {
    output.write_all(bytes).map_err(Error::Write)
}

/// Reads the input again and writes it with this signature section, or, if that is empty, without one.
pub(crate) fn copy_with(
    input: impl Read + Seek,
    output: &mut impl Write,
    section: &[u8],
    first: &Body,
) -> Result<()> {
    let mut copy = Copy { output, section, unsigned_only: false, writes: false };
    pass::read_again(input, first, &mut copy)
}
