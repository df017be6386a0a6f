//! minisign's signatures: four lines of text beside any file.
//!
//! `untrusted comment: …`, base64 of `"Ed"|"ED" ‖ key number (8) ‖ signature (64)`, `trusted comment: …`, base64 of the
//! Ed25519 signature over `signature ‖ trusted comment`. `Ed` signs the file itself, `ED` its BLAKE2b-512. Source: the manual
//! and the sources of minisign.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding};

use super::Format;
use super::whole_file::{
    FileClaim, FileDigest, FileRead, FileSignature, Named, WholeFile, malformed,
};
use crate::wasm::{Malformed, Place};

const UNTRUSTED: &str = "untrusted comment: ";
const TRUSTED: &str = "trusted comment: ";

/// What a signature is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `Ed`: the file itself.
    Pure,
    /// `ED`: the file's BLAKE2b-512.
    Prehashed,
}

impl Algorithm {
    const fn word(self) -> [u8; 2] {
        match self {
            Self::Pure => *b"Ed",
            Self::Prehashed => *b"ED",
        }
    }
}

/// What a `.minisig` file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What it is over.
    pub algorithm: Algorithm,
    /// The number of the key.
    pub number: [u8; 8],
    /// R ‖ S over the file or its hash.
    pub signature: [u8; 64],
    /// The comment that is signed as well, without its prefix. Escape it before it reaches a terminal.
    pub trusted_comment: String,
    /// R ‖ S over the signature and the trusted comment.
    pub global_signature: [u8; 64],
}

impl Signature {
    /// Reads a `.minisig` file. CR LF is read as LF. Nothing but empty lines may follow the four.
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the offset of the line.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = core::str::from_utf8(bytes)
            .map_err(|error| wrong(error.valid_up_to(), "text in UTF-8"))?;
        let mut lines = Lines { text, offset: 0 };
        let (at, untrusted) = lines.next();
        if !untrusted.starts_with(UNTRUSTED) {
            return Err(wrong(at, "`untrusted comment: ` in the first line"));
        }
        let (at, line) = lines.next();
        let first: [u8; 74] =
            base64(line).ok_or_else(|| wrong(at, "base64 of 74 bytes in the second line"))?;
        let algorithm = match [first[0], first[1]] {
            word if word == Algorithm::Pure.word() => Algorithm::Pure,
            word if word == Algorithm::Prehashed.word() => Algorithm::Prehashed,
            _ => return Err(wrong(at, "a signature with `Ed` or `ED`")),
        };
        let (number, signature) = (copy(&first[2..10]), copy(&first[10..]));
        let (at, line) = lines.next();
        let trusted_comment = line
            .strip_prefix(TRUSTED)
            .ok_or_else(|| wrong(at, "`trusted comment: ` in the third line"))?
            .to_string();
        // minisign ends the comment before them, and would show another one than was signed.
        if trusted_comment.contains(['\r', '\0']) {
            return Err(wrong(at, "a trusted comment without CR and NUL"));
        }
        let (at, line) = lines.next();
        let global_signature =
            base64(line).ok_or_else(|| wrong(at, "base64 of 64 bytes in the fourth line"))?;
        if !lines.text[lines.offset..].trim_matches(['\r', '\n']).is_empty() {
            return Err(wrong(lines.offset, "the end of the file after four lines"));
        }
        Ok(Self { algorithm, number, signature, trusted_comment, global_signature })
    }

    /// The four lines, as minisign writes them.
    #[must_use]
    pub fn encode(&self, untrusted_comment: &str) -> String {
        let bytes = [&self.algorithm.word()[..], &self.number, &self.signature].concat();
        format!(
            "{UNTRUSTED}{untrusted_comment}\n{}\n{TRUSTED}{}\n{}\n",
            Base64::encode_string(&bytes),
            self.trusted_comment,
            Base64::encode_string(&self.global_signature)
        )
    }

    /// What the second signature is over.
    pub(crate) fn global_message(&self) -> Vec<u8> {
        global_message(&self.signature, &self.trusted_comment)
    }
}

/// What the second signature is over.
pub(crate) fn global_message(signature: &[u8; 64], trusted_comment: &str) -> Vec<u8> {
    [&signature[..], trusted_comment.as_bytes()].concat()
}

/// Whether a file begins as minisign's files do.
pub(crate) fn is_likely(bytes: &[u8]) -> bool {
    bytes.starts_with(UNTRUSTED.trim_ascii_end().as_bytes())
}

/// A text line by line, with the offsets of the lines.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Lines<'a> {
    /// The next line, without its end; empty where there is none.
    fn next(&mut self) -> (usize, &'a str) {
        let (at, rest) = (self.offset, &self.text[self.offset..]);
        let length = rest.find('\n').unwrap_or(rest.len());
        self.offset = (at + length + 1).min(self.text.len());
        let line = &rest[..length];
        (at, line.strip_suffix('\r').unwrap_or(line))
    }
}

fn base64<const N: usize>(line: &str) -> Option<[u8; N]> {
    Base64::decode_vec(line).ok()?.try_into().ok()
}

fn copy<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut copy = [0; N];
    copy.copy_from_slice(bytes);
    copy
}

fn wrong(offset: usize, expected: &'static str) -> Malformed {
    malformed(Format::Minisign, Place::DetachedSignature, offset as u64, expected)
}

/// A file of such a signature.
#[derive(Debug)]
pub(crate) struct Detached(pub(crate) Signature);

/// Bytes of a BLAKE2b-512 digest.
const PREHASH_BYTES: u64 = 64;

impl WholeFile for Detached {
    fn format(&self) -> Format {
        Format::Minisign
    }

    fn digest(&self) -> FileDigest {
        let Signature { algorithm, number, signature, .. } = self.0;
        match algorithm {
            Algorithm::Pure => FileDigest::Itself { signature, number },
            Algorithm::Prehashed => FileDigest::Blake2b512,
        }
    }

    fn claims(&self, file: &FileRead<'_>) -> Result<Vec<FileClaim>, Malformed> {
        // The signature with `ED` over some file is a valid one with `Ed` over the 64 bytes of its hash.
        let is_prehash = self.0.algorithm == Algorithm::Pure && file.total == PREHASH_BYTES;
        let signature = match self.0.algorithm {
            Algorithm::Prehashed => FileSignature::Ed25519(Box::new(self.0.signature)),
            Algorithm::Pure => FileSignature::Streamed { valid_under: file.valid_under.to_vec() },
        };
        Ok(vec![FileClaim {
            format: Format::Minisign,
            key_id: self.0.number.to_vec(),
            names: Named::MinisignNumber(self.0.number),
            message: file.digest.to_vec(),
            is_about_this_file: !is_prehash,
            signature,
            comment: Some((self.0.global_message(), Box::new(self.0.global_signature))),
        }])
    }
}
