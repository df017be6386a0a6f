//! The verifier, and what its readers share.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::PublicKey;
use crate::error::{Error, Place, Result};
use crate::formats::sections::data::{Content, DecodeError, Form, SignatureData};
use crate::limits::{MAX_KEYS, MAX_SIGNATURE_BYTES};
use crate::verify::policy::Policy;
use crate::verify::search::{Search, Work};
use crate::wasm::pass::{self, Body, Embedded, Hashing, Visitor};
use crate::wasm::section::{Kind, Section};

use super::coverage::Seen;
use super::prehashed::Survey;
use super::reader::VerifyingReader;
use super::verdict::{Facts, Ignored, Reason, Refusal, Verified};

/// More keys than a [`Verifier`] takes: [`MAX_KEYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{found} different keys: a verifier takes {MAX_KEYS} at most")]
pub struct TooManyKeys {
    /// How many distinct keys there were.
    pub found: usize,
}

/// Verifies binaries against a set of public keys and a policy.
///
/// ```
/// # use wasmsign_core::{SecretKey, Verifier, sign};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let signer = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
/// # let mut signed = std::io::Cursor::new(Vec::new());
/// # sign::embed(std::io::Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signer])?;
/// # let (file, public) = (signed.into_inner(), secret.public_key().clone());
/// let verified = Verifier::new([public]).verify(&file[..])?;
/// assert_eq!(verified.covered(), verified.total());
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier {
    pub(super) keys: Vec<PublicKey>,
    pub(super) policy: Policy,
    with_identity: bool,
    form: Form,
}

impl Verifier {
    /// A verifier of whole modules, content with one signature of any of `keys`.
    ///
    /// A key that is given twice counts once. Without keys nothing verifies.
    ///
    /// # Panics
    ///
    /// With more than [`MAX_KEYS`] distinct keys. Where somebody else says how many there are, take
    /// [`Verifier::try_new`].
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self::try_new(keys).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`Verifier::new`], for any number of keys.
    ///
    /// # Errors
    ///
    /// [`TooManyKeys`].
    pub fn try_new(keys: impl IntoIterator<Item = PublicKey>) -> Result<Self, TooManyKeys> {
        let mut seen = HashSet::new();
        let keys: Vec<_> = keys.into_iter().filter(|key| seen.insert(key.clone())).collect();
        match keys.len() {
            found if found > MAX_KEYS => Err(TooManyKeys { found }),
            _ => Ok(Self {
                keys,
                policy: Policy::default(),
                with_identity: false,
                form: Form::Deployed,
            }),
        }
    }

    /// Sets what is asked for.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Computes the [`Identity`](crate::Identity) as well: a second hash over the file, on a thread of its own.
    #[must_use]
    pub fn with_identity(mut self) -> Self {
        self.with_identity = true;
        self
    }

    /// Reads signature data in the literal form of the tool-conventions text, without lengths before
    /// sets and entries, in place of the deployed form.
    #[must_use]
    pub fn literal_form(mut self) -> Self {
        self.form = Form::Literal;
        self
    }

    /// The distinct keys.
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// Verifies a binary by its embedded signature.
    ///
    /// Reads to the end of `module`, in one pass, with a few MiB of memory whatever its length.
    ///
    /// # Errors
    ///
    /// [`Error::Read`], [`Error::Malformed`], or [`Error::Refused`] with the reason.
    pub fn verify(&self, module: impl Read) -> Result<Verified> {
        let (body, required_end) = self.read(module)?;
        self.judge(&body, required_end, self.embedded(body.embedded.as_ref()), &mut self.work())
    }

    /// Verifies a binary by detached signature data, as in a `.sig` file. An embedded signature has no
    /// part in it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn verify_detached(&self, module: impl Read, signature: &[u8]) -> Result<Verified> {
        let (body, required_end) = self.read(module)?;
        let signatures = self.detached(signature, body.embedded.as_ref());
        self.judge(&body, required_end, signatures, &mut self.work())
    }

    /// Verifies the file at `module` by its embedded signature.
    ///
    /// Whoever opens the path again may find another file there: where the bytes are to be used, take them
    /// from [`Verifier::reader`], or verify the bytes that were read and use those.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where it cannot be opened; else as [`Verifier::verify`].
    pub fn verify_path(&self, module: impl AsRef<Path>) -> Result<Verified> {
        self.verify(open(module.as_ref())?)
    }

    /// Verifies the file at `module` by the detached signature data in the file at `signature`.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where one of them cannot be opened, or the signature not be read; else as
    /// [`Verifier::verify_detached`].
    pub fn verify_path_detached(
        &self,
        module: impl AsRef<Path>,
        signature: impl AsRef<Path>,
    ) -> Result<Verified> {
        let signature = read_signature(signature.as_ref())?;
        self.verify_detached(open(module.as_ref())?, &signature)
    }

    /// Gives out the bytes of a binary as far as they are verified by its embedded signature: see
    /// [`VerifyingReader`].
    pub fn reader<R: Read>(&self, module: R) -> VerifyingReader<R> {
        VerifyingReader::new(self.clone(), None, module)
    }

    /// As [`Verifier::reader`], by detached signature data. An embedded signature has no part in it.
    pub fn reader_detached<R: Read>(&self, module: R, signature: &[u8]) -> VerifyingReader<R> {
        VerifyingReader::new(self.clone(), Some(signature), module)
    }

    /// Reads a binary without hashing it, for a platform that has a SHA-256 of its own: see [`Survey`].
    ///
    /// # Errors
    ///
    /// [`Error::Read`] and [`Error::Malformed`]. What can be refused is refused by [`Survey::judge`].
    pub fn survey(&self, module: impl Read) -> Result<Survey> {
        Survey::new(self, module, None)
    }

    /// As [`Verifier::survey`], by detached signature data. An embedded signature has no part in it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::survey`].
    pub fn survey_detached(&self, module: impl Read, signature: &[u8]) -> Result<Survey> {
        Survey::new(self, module, Some(signature))
    }

    fn read(&self, module: impl Read) -> Result<(Body, u64)> {
        let mut required = Required { policy: self.policy.clone(), end: 0 };
        let body = pass::read(module, self.hashing(), &mut required)?;
        Ok((body, required.end))
    }

    pub(super) fn hashing(&self) -> Hashing {
        if self.with_identity { Hashing::SignedAndIdentity } else { Hashing::Signed }
    }

    /// The signatures that count where the embedded ones do.
    pub(super) fn embedded(&self, embedded: Option<&Embedded>) -> Signatures {
        let none = || Ok(SignatureData::default());
        let decoded = embedded.map_or_else(none, |embedded| embedded.decode(self.form));
        Signatures { decoded, ignored: Vec::new() }
    }

    /// The signatures that count where only the detached ones do.
    pub(super) fn detached(&self, signature: &[u8], embedded: Option<&Embedded>) -> Signatures {
        let decoded = SignatureData::decode(signature, 0, Place::DetachedSignature, self.form);
        let ignored = embedded.map(|_| Ignored::EmbeddedSignature).into_iter().collect();
        Signatures { decoded, ignored }
    }

    /// What one file may cost.
    pub(super) fn work(&self) -> Work {
        Work::new(self.keys.len())
    }

    pub(super) fn judge(
        &self,
        body: &Body,
        required_end: u64,
        signatures: Signatures,
        work: &mut Work,
    ) -> Result<Verified> {
        let Signatures { decoded, mut ignored } = signatures;
        let data = match decoded {
            Err(DecodeError::Malformed(fault)) => return Err(fault.into()),
            Err(DecodeError::Unknown(unknown)) => Err(Reason::Unknown(unknown)),
            Err(DecodeError::OverLimit { what, limit }) => {
                Err(Reason::TooManySignatures { what, limit })
            }
            Ok(data) => Ok(data),
        };
        ignored.extend(data.iter().flat_map(not_looked_at));
        let facts = Facts {
            kind: body.kind,
            total: body.total,
            signature_section: body.embedded.as_ref().map_or(0, Embedded::len),
            identity: body.identity,
            ignored,
        };
        let seen = Seen {
            boundaries: &body.boundaries,
            boundary_count: body.boundary_count,
            required_end,
        };
        let frame = self.frame(body.kind, body.stray_signature);
        let verdict = frame
            .and(data)
            .and_then(|data| self.covered(&seen, &mut Search::new(&data, &self.keys, work)));
        match verdict {
            Ok((coverage, signers)) => Ok(Verified { facts, coverage, signers }),
            Err(reason) => Err(Error::Refused(Box::new(Refusal { reason, facts }))),
        }
    }

    /// What the frame of the file alone decides.
    pub(super) fn frame(&self, kind: Kind, stray_signature: Option<u64>) -> Result<(), Reason> {
        match (self.policy.expect, stray_signature) {
            (Some(expected), _) if expected != kind => Err(Reason::KindMismatch { expected }),
            (_, Some(offset)) => Err(Reason::StraySignature { offset }),
            _ => Ok(()),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::File { path: path.into(), source })
}

/// The content of a file of signature data: all of it, or so much that it is seen to be too much.
fn read_signature(path: &Path) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    let read = open(path)?.take(u64::from(MAX_SIGNATURE_BYTES) + 1).read_to_end(&mut data);
    read.map_err(|source: io::Error| Error::File { path: path.into(), source })?;
    Ok(data)
}

/// The signature data that counts, and what is known beforehand not to.
#[derive(Debug)]
pub(super) struct Signatures {
    pub(super) decoded: Result<SignatureData, DecodeError>,
    pub(super) ignored: Vec<Ignored>,
}

fn not_looked_at(data: &SignatureData) -> Vec<Ignored> {
    let mut ignored = Vec::new();
    for (set, signatures) in data.sets.iter().enumerate() {
        for (entry, signature) in signatures.entries.iter().enumerate() {
            match signature.content() {
                Content::Ed25519(_) => {}
                Content::WrongLength(_) => ignored.push(Ignored::WrongLength { set, entry }),
                Content::UnknownAlgorithm(algorithm) => {
                    ignored.push(Ignored::UnknownAlgorithm { set, entry, algorithm });
                }
            }
        }
    }
    ignored
}

/// Finds the end of the last section that a prefix must hold.
pub(super) struct Required {
    pub(super) policy: Policy,
    pub(super) end: u64,
}

impl Visitor for Required {
    fn section(&mut self, section: &Section) {
        if !section.is_signature() && self.policy.must_cover(section) {
            self.end = section.end();
        }
    }
}
