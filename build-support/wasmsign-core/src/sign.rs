//! Signing: an embedded signature section, or detached signature data.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::PublicKey;
use crate::error::{Error, NotSignable, Place, Result};
use crate::lane::Hash;
use crate::leb128;
use crate::limits::{
    MAX_ENTRIES_PER_SET, MAX_HASHES_PER_SET, MAX_KEY_ID_BYTES, MAX_SETS, MAX_SIGNATURE_BYTES,
};
use crate::message::message;
use crate::parts::{self, Body, Embedded, Visitor};
use crate::section::{Kind, SIGNATURE};
use crate::signature_data::{
    Content, DecodeError, Entry, Form, OVER_LENGTH, SignatureData, SignatureSet,
};

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
/// Earlier signatures stay, byte for byte. The input is read once, and the body is written while it is
/// hashed; where the length of the signature section turns out otherwise than could be told before, both
/// are done again. `output` is written from its current position, which should be its start.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Malformed`], [`Error::NotSignable`], [`Error::Signer`], [`Error::Write`], or
/// [`Error::Changed`] where the input was read twice and differed.
pub fn embed<R, W>(mut input: R, output: &mut W, signatures: &[Signature<'_>]) -> Result<Signed>
where
    R: Read + Seek,
    W: Write + Seek,
{
    let start = output.stream_position().map_err(Error::Write)?;
    let mut copy = Copy { output: &mut *output, reserved: Reserve::Guess(signatures), written: 0 };
    let body = parts::read(&mut input, false, &mut copy)?;
    let reserved = copy.written;
    let signed = extend(&body, body.embedded.as_ref(), signatures)?;
    let section = section(&signed.data);
    if section.len() as u64 == reserved {
        let end = output.stream_position().map_err(Error::Write)?;
        output.seek(SeekFrom::Start(start + 8)).map_err(Error::Write)?;
        output.write_all(&section).map_err(Error::Write)?;
        output.seek(SeekFrom::Start(end)).map_err(Error::Write)?;
        return Ok(signed);
    }
    output.seek(SeekFrom::Start(start)).map_err(Error::Write)?;
    copy_with(input, output, &section, &body)?;
    Ok(signed)
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
    let body = parts::read(&mut input, false, &mut ())?;
    let signed = extend(&body, body.embedded.as_ref(), signatures)?;
    copy_with(input, output, &section(&signed.data), &body)?;
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
    let body = parts::read(input, false, &mut ())?;
    let earlier = earlier.map(|data| decode(data, 0, Place::DetachedSignature)).transpose()?;
    add(&body, earlier.unwrap_or_default(), signatures)
}

/// The bytes of a signature section with this data.
pub(crate) fn section(data: &SignatureData) -> Vec<u8> {
    let data = data.encode();
    let mut section = frame(data.len());
    section.extend_from_slice(&data);
    section
}

/// The frame of a signature section whose content has `length` bytes.
fn frame(length: usize) -> Vec<u8> {
    let mut name = Vec::new();
    leb128::encode(SIGNATURE.len() as u32, &mut name);
    name.extend_from_slice(SIGNATURE.as_bytes());
    let mut frame = vec![0];
    leb128::encode((name.len() + length) as u32, &mut frame);
    frame.extend_from_slice(&name);
    frame
}

fn extend(
    body: &Body,
    embedded: Option<&Embedded>,
    signatures: &[Signature<'_>],
) -> Result<Signed> {
    if let Some(offset) = body.stray_signature {
        return Err(NotSignable::StraySignature { offset }.into());
    }
    let earlier = embedded.map(earlier).transpose()?;
    add(body, earlier.unwrap_or_default(), signatures)
}

fn earlier(embedded: &Embedded) -> Result<SignatureData> {
    let origin = embedded.section.custom.as_ref().map_or(0, |custom| custom.content.start);
    match &embedded.data {
        Some(data) => decode(data, origin, Place::Module),
        None => Err(refusal(OVER_LENGTH)),
    }
}

fn decode(data: &[u8], origin: u64, place: Place) -> Result<SignatureData> {
    SignatureData::decode(data, origin, place, Form::Deployed).map_err(refusal)
}

fn refusal(error: DecodeError) -> Error {
    match error {
        DecodeError::Malformed(fault) => fault.into(),
        DecodeError::Unknown(unknown) => NotSignable::UnknownData(unknown).into(),
        DecodeError::OverLimit { what, limit } => NotSignable::OverLimit { what, limit }.into(),
    }
}

/// Adds signatures over the body to what is there.
fn add(body: &Body, mut data: SignatureData, signatures: &[Signature<'_>]) -> Result<Signed> {
    if let Some(offset) = body.stray_signature {
        return Err(NotSignable::StraySignature { offset }.into());
    }
    let hashes =
        body.hashes().ok_or(NotSignable::OverLimit { what: "parts", limit: MAX_HASHES_PER_SET })?;
    let message = message(&hashes);
    let mut added = 0;
    for signature in signatures {
        if !has_signed(signature.signer.public_key(), &message, &hashes, &data) {
            let entry = entry(signature, &message)?;
            set_of(&mut data, &hashes).entries.push(entry);
            added += 1;
        }
    }
    within_limits(&data)?;
    Ok(Signed { data, added, kind: body.kind })
}

fn has_signed(key: &PublicKey, message: &[u8], hashes: &[Hash], data: &SignatureData) -> bool {
    let sets = data.sets.iter().filter(|set| set.hashes == hashes);
    sets.flat_map(|set| &set.entries).any(|entry| match entry.content() {
        Content::Ed25519(signature) => key.verify(message, signature),
        _ => false,
    })
}

fn entry(signature: &Signature<'_>, message: &[u8]) -> Result<Entry> {
    let public_key = signature.signer.public_key();
    let key_id = signature.key_id.for_key(public_key);
    if key_id.len() > MAX_KEY_ID_BYTES as usize {
        return Err(
            NotSignable::OverLimit { what: "bytes of a key id", limit: MAX_KEY_ID_BYTES }.into()
        );
    }
    let signed = signature.signer.sign(message);
    let bytes =
        signed.map_err(|source| Error::Signer { public_key: public_key.clone(), source })?;
    Ok(Entry::ed25519(&key_id, &bytes))
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

/// Writes the header, a signature section, and the body as it is read.
struct Copy<'a, W> {
    output: &'a mut W,
    reserved: Reserve<'a>,
    /// Bytes written for the signature section.
    written: u64,
}

/// What stands between header and body until the signatures are made.
enum Reserve<'a> {
    /// Zeros, as many as the section should have once these have signed.
    Guess(&'a [Signature<'a>]),
    /// The section itself.
    Section(&'a [u8]),
}

impl<W: Write> Visitor for Copy<'_, W> {
    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<()> {
        let guess;
        let section = match self.reserved {
            Reserve::Section(section) => section,
            Reserve::Guess(signatures) => {
                guess = vec![0; guess_length(embedded, signatures)?];
                &guess
            }
        };
        self.written = section.len() as u64;
        write(self.output, &kind.header())?;
        write(self.output, section)
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        write(self.output, bytes)
    }
}

fn write(output: &mut impl Write, bytes: &[u8]) -> Result<()> {
    output.write_all(bytes).map_err(Error::Write)
}

/// The length of the signature section if the body is one part, or the one that was signed before.
fn guess_length(embedded: Option<&Embedded>, signatures: &[Signature<'_>]) -> Result<usize> {
    let mut data = embedded.map(earlier).transpose()?.unwrap_or_default();
    let hashes = data.sets.last().map_or_else(|| vec![[0; 32]], |set| set.hashes.clone());
    for signature in signatures {
        let key_id = signature.key_id.for_key(signature.signer.public_key());
        set_of(&mut data, &hashes).entries.push(Entry::ed25519(&key_id, &[0; 64]));
    }
    Ok(section(&data).len())
}

/// Reads the input again and writes it with this signature section.
fn copy_with(
    mut input: impl Read + Seek,
    output: &mut impl Write,
    section: &[u8],
    first: &Body,
) -> Result<()> {
    let rewound = input.seek(SeekFrom::Start(0));
    rewound.map_err(|source: io::Error| Error::Read { offset: 0, source })?;
    let mut copy = Copy { output, reserved: Reserve::Section(section), written: 0 };
    let second = parts::read(input, false, &mut copy)?;
    if second.boundaries != first.boundaries || second.kind != first.kind {
        return Err(Error::Changed);
    }
    Ok(())
}
