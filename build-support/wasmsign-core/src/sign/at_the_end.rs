//! Signing a module as a whole, into a section at its end.

use std::io::{Read, Seek, Write};
use std::sync::Arc;
use std::vec::Vec;

use super::error::{Changed, NotSignable, SignError};
#[cfg(feature = "wasmsign1")]
use super::signer::{Signer, signature};
use crate::formats::Format;
use crate::formats::file_digests::{self, FileDigests, Wanted};
#[cfg(feature = "wasmsign1")]
use crate::formats::wasmsign1;
use crate::formats::whole_file::{WholeFile, malformed};
use crate::limits::CHUNK_BYTES;
use crate::stream::ReadError;
use crate::stream::chunks::Run;
use crate::stream::hashes::State;
use crate::stream::source::{Reader, Source};
use crate::stream::write::write;
use crate::wasm::{Body, Hashing, Kind, Place, Section, Visitor, WasmError, pass};
#[cfg(feature = "wasm-sign")]
use crate::{formats::wasm_sign, keys::Secp256k1SecretKey};

/// Signs a module as wasmsign 0.1 does, over additional data too, and writes it with the section at its end. One that it has
/// there already is replaced.
///
/// The module is read twice.
///
/// # Errors
///
/// [`SignError::Read`], [`SignError::Malformed`], [`SignError::Signer`], [`SignError::Write`], [`SignError::Changed`] where the two
/// readings differ, [`SignError::NotSignable`] where the module has a signature of another format in it.
#[cfg(feature = "wasmsign1")]
pub fn wasmsign1(
    mut module: impl Read + Seek,
    output: &mut impl Write,
    signer: &dyn Signer,
    additional_data: &[u8],
) -> Result<Kind, SignError> {
    let over = NotSignable::OverLimit { what: "bytes of additional data", limit: u32::MAX };
    u32::try_from(additional_data.len()).map_err(|_| over)?;
    let format = wasmsign1::AtTheEnd { prefix: wasmsign1::prefix(additional_data) };
    let end = survey(&mut module, Arc::new(format))?;
    let made = signature(signer, &end.digest)?;
    copy_before(module, output, &end)?;
    write(output, &wasmsign1::section(&made))?;
    Ok(end.body.kind)
}

/// Signs a module as wasm-sign does, and writes it with the section at its end. One that it has there already is replaced.
///
/// The module is read twice.
///
/// # Errors
///
/// As [`wasmsign1`](fn@wasmsign1).
#[cfg(feature = "wasm-sign")]
pub fn wasm_sign(
    mut module: impl Read + Seek,
    output: &mut impl Write,
    secret: &Secp256k1SecretKey,
) -> Result<Kind, SignError> {
    let end = survey(&mut module, Arc::new(wasm_sign::AtTheEnd))?;
    let failed = || {
        let source = "it gave no signature over a SHA-256 digest".into();
        SignError::of_signer(secret.public_key(), source)
    };
    let digest = end.digest.as_slice().try_into().map_err(|_| failed())?;
    let made = secret.sign_digest(digest).ok_or_else(failed)?;
    match secret.public_key().verify_ecdsa(digest, &made) {
        true => copy_before(module, output, &end)?,
        false => return Err(failed()),
    }
    write(output, &wasm_sign::section(&made))?;
    Ok(end.body.kind)
}

/// A module, and where a signature at its end begins.
pub(crate) struct End {
    body: Body,
    format: Arc<dyn WholeFile>,
    /// Where the section is that holds one already, else the length of the file.
    pub(crate) offset: u64,
    /// Whether there is one.
    pub(crate) is_signed: bool,
    /// The digest of all that stands before.
    digest: Vec<u8>,
}

impl End {
    /// What the header announces.
    pub(crate) fn kind(&self) -> Kind {
        self.body.kind
    }
}

/// Reads a module to its end, and refuses one that has a signature of another format in it.
pub(crate) fn survey(module: impl Read, format: Arc<dyn WholeFile>) -> Result<End, SignError> {
    let wanted = [Wanted {
        digest: format.digest(),
        trailer_bytes: format.trailer_bytes(),
        with_signature: true,
    }];
    let digests = FileDigests::new(&wanted, &[]);
    let mut survey =
        Survey { format: &*format, digests, at_head: true, its: None, its_count: 0, other: None };
    let body = pass::read(Reader::new(module), Hashing::Nothing, &mut survey)?;
    let Survey { digests, its, its_count, other, .. } = survey;
    if let Some((offset, found)) = other {
        let wanted = format.format().name();
        return Err(NotSignable::OtherFormat { offset, found, wanted }.into());
    }
    let length = format.trailer_bytes() as u64;
    let misplaced = |section: &&Section| {
        its_count > 1 || section.end() != body.total || section.offset + length != body.total
    };
    if let Some(section) = its.as_ref().filter(misplaced) {
        let expected =
            "its section to be the last one of the module, the only one, and of its usual length";
        return Err(malformed(format.format(), Place::Module, section.offset, expected).into());
    }
    let is_signed = its.is_some();
    let left_out = if is_signed { format.trailer_bytes() } else { 0 };
    let digest = digests.finish(left_out).pop().map(|digested| digested.digest);
    let offset = its.map_or(body.total, |section| section.offset);
    Ok(End { body, format, offset, is_signed, digest: digest.unwrap_or_default() })
}

/// Writes all that stands before the signature at the end, from the module's start, and refuses a module that has changed.
pub(crate) fn copy_before(
    mut module: impl Read + Seek,
    output: &mut impl Write,
    end: &End,
) -> Result<(), SignError> {
    module.rewind().map_err(|source| ReadError::new(0, source))?;
    let mut again = file_digests::Hashing::of(&end.format.digest(), &[]);
    let mut source = Reader::new(module.take(end.offset));
    let (mut chunk, mut offset) = (Vec::new(), 0);
    loop {
        chunk.clear();
        source.fill(CHUNK_BYTES, &mut chunk).map_err(|error| ReadError::new(offset, error))?;
        if chunk.is_empty() {
            break;
        }
        offset += chunk.len() as u64;
        again.update(&chunk);
        write(output, &chunk)?;
    }
    match again.finish().digest == end.digest && offset == end.offset {
        true => Ok(()),
        false => Err(Changed.into()),
    }
}

/// What is taken from a module while it is read.
struct Survey<'a> {
    format: &'a dyn WholeFile,
    digests: FileDigests,
    at_head: bool,
    its: Option<Section>,
    its_count: usize,
    /// A signature of another format, and what that is called.
    other: Option<(u64, &'static str)>,
}

impl Visitor for Survey<'_> {
    type Error = WasmError;

    fn section(&mut self, section: &Section) {
        let is_first = core::mem::take(&mut self.at_head);
        if self.format.is_its_section(section, is_first) {
            self.its.get_or_insert_with(|| section.clone());
            self.its_count += 1;
            return;
        }
        let found = match section.name() {
            Some("signature") if is_first => Format::Wasmsign2,
            Some("signature") => Format::WasmSign,
            Some("signature_wasmsign") => Format::Wasmsign1,
            _ => return,
        };
        self.other.get_or_insert((section.offset, found.name()));
    }

    fn file(&mut self, run: &Run, in_signature: bool) {
        self.digests.take(run, in_signature);
    }

    fn long_file(&mut self) {
        self.digests.call_threads();
    }
}
