//! Verifying by signatures over a file as a whole.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;
use std::vec::Vec;

use super::error::VerifyError;
use super::judge::{Criteria, FileClaims, Signatures};
use super::module::VerifiedModule;
use super::notes::{Notes, Noting};
#[cfg(feature = "trust")]
use super::roles::SignedRole;
use super::verdict::{SignedBy, Verified};
use super::verifier::Verifier;
use sha2::{Digest, Sha256};

use crate::digest::{Hash, Identity};
use crate::formats::FileSignatures;
use crate::formats::file_digests::{Digested, FileDigests, Wanted};
use crate::formats::sections::SignatureData;
use crate::formats::whole_file::{FileClaim, FileDigest, FileRead};
use crate::limits::MAX_UNREAD_EXPORT_BYTES;
use crate::stream::chunks::{Pace, Run, Tee};
use crate::stream::source::{Reader, Slice, Source};
use crate::wasm::{Body, Boundary, Hashing, Kind, Section, Visitor, WasmError, pass};

/// Signatures of other formats, with the feature of one of them.
impl Verifier {
    /// Verifies a module by signatures of other formats, or of several. What they say counts together.
    ///
    /// The proof is the same as by a signature section: each of the signers has signed the whole file, except for the
    /// section at its end that holds such a signature itself. A signature section at the head counts where
    /// [`FileSignatures::embedded`] is among them, and is else only bytes as all others.
    ///
    /// ```
    /// # use wasmsign_core::{SecretKey, Verifier, formats::{FileSignatures, Format}, sign};
    /// # let secret = SecretKey::from_seed(&[7; 32]);
    /// # let module = b"\0asm\x01\0\0\0";
    /// # let minisig = sign::minisign(&mut &module[..], &secret, "of a test", "signed by a test")?;
    /// let verifier = Verifier::new([secret.public_key().clone()])?;
    /// let verified = verifier.verify_with(&module[..], &FileSignatures::minisign(minisig.as_bytes())?)?;
    /// assert_eq!(verified.signers()[0].format, Format::Minisign);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn verify_with(
        &self,
        module: impl Read,
        signatures: &FileSignatures,
    ) -> Result<Verified, VerifyError> {
        verify_module(&self.criteria, &mut Reader::new(module), signatures)
    }

    /// As [`Verifier::verify_with`], of a module in memory. The bytes come back with the proof for them.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_bytes`].
    pub fn verify_bytes_with<'a>(
        &self,
        module: impl Into<Cow<'a, [u8]>>,
        signatures: &FileSignatures,
    ) -> Result<VerifiedModule<'a>, VerifyError> {
        let bytes = module.into();
        let verified = verify_module(&self.criteria, &mut Slice(&bytes), signatures)?;
        Ok(VerifiedModule::new(bytes, verified))
    }

    /// Verifies any file, such as the archive of a package, by signatures that stand beside it. What a policy says of
    /// kinds and coverage has no meaning here; a package or a version that it asks for no such file has.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`], without those of malformed modules.
    pub fn verify_file(
        &self,
        file: impl Read,
        signatures: &FileSignatures,
    ) -> Result<VerifiedFile, VerifyError> {
        verify_any(&self.criteria, &mut Reader::new(file), signatures).map(VerifiedFile)
    }
}

/// Proof that enough trusted keys have signed a file that need be no WebAssembly: made by [`Verifier::verify_file`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct VerifiedFile(Verified);

impl VerifiedFile {
    /// The proof, of which kind and coverage mean nothing.
    #[cfg(feature = "trust")]
    pub(crate) fn proof(&self) -> &Verified {
        &self.0
    }

    /// Bytes of the file, all of which are signed.
    pub fn total(&self) -> u64 {
        self.0.total()
    }

    /// The keys that have signed it, in the order in which they were given.
    pub fn signers(&self) -> &[SignedBy] {
        self.0.signers()
    }

    /// Index of the rule of the trust file that has decided, from 0.
    #[cfg(feature = "trust")]
    #[must_use]
    pub fn rule(&self) -> Option<usize> {
        self.0.rule()
    }

    /// The roles that the rule requires, and who has signed for each.
    #[cfg(feature = "trust")]
    #[must_use]
    pub fn roles(&self) -> &[SignedRole] {
        self.0.roles()
    }
}

fn verify_module(
    criteria: &Arc<Criteria>,
    module: &mut dyn Source,
    signatures: &FileSignatures,
) -> Result<Verified, VerifyError> {
    let mut reading = Reading::new(criteria, signatures);
    let mut body = pass::read(module, reading.hashing(), &mut reading)?;
    let Reading { noting, digests, its_sections, has_unread, .. } = reading;
    let mut digested = digests.finish(at_the_end(&its_sections, body.total));
    if criteria.identity && ends_the_module(signatures) {
        body.identity = digested.pop().and_then(|it| identity(it, &body, &its_sections));
    }
    let claims = claims(signatures, &digested, &its_sections, body.total)?;
    // The section of wasm-sign has the same name, and its place is the end.
    let is_its = |offset: &u64| {
        its_sections.iter().any(|(its, _)| its.as_ref().is_some_and(|its| its.offset == *offset))
    };
    body.misplaced_signature = body.misplaced_signature.filter(|offset| !is_its(offset));
    if signatures.sections.is_none() {
        body.boundaries = Vec::from([whole(body.total)]);
        body.boundary_count = 1;
    } else if body.boundary_count > body.boundaries.len() {
        // More parts than can be signed: no set is over all of them, but a signature over the file is.
        body.boundaries.push(whole(body.total));
        body.boundary_count = body.boundaries.len();
    }
    let given = match &signatures.sections {
        Some(detached) => criteria.signatures(detached.as_deref(), body.embedded.as_ref()),
        None => none(),
    };
    let with_sections = signatures.sections.is_some();
    let all_tried = all_tried(&digested);
    let files = FileClaims { claims, is_module: true, with_sections, has_unread, all_tried };
    let given = Signatures { files: Some(files), ..given };
    criteria.judge(&body, &noting.notes, given, &mut criteria.work())
}

fn verify_any(
    criteria: &Arc<Criteria>,
    file: &mut dyn Source,
    signatures: &FileSignatures,
) -> Result<Verified, VerifyError> {
    let digests = FileDigests::new(&wanted(signatures, false), criteria.keys.all());
    let mut tee = Tee::new(file, Pace::Full, (), digests);
    while tee.skip(u64::MAX)? > 0 {}
    tee.flush()?;
    let total = tee.offset();
    let digested = tee.sink.finish(0);
    let no_sections = std::vec![(None, 0); signatures.all.len()];
    let claims = claims(signatures, &digested, &no_sections, total)?;
    let body = Body {
        kind: Kind::Module,
        embedded: None,
        misplaced_signature: None,
        boundaries: Vec::from([whole(total)]),
        boundary_count: 1,
        total,
        identity: None,
    };
    let files = FileClaims {
        claims,
        is_module: false,
        with_sections: false,
        has_unread: false,
        all_tried: all_tried(&digested),
    };
    let given = Signatures { files: Some(files), ..none() };
    criteria.judge(&body, &Notes::default(), given, &mut criteria.work())
}

/// Bytes at the end of a module that hold a signature over all that stands before.
fn at_the_end(its_sections: &[ItsSections], total: u64) -> usize {
    let sections = its_sections.iter().filter_map(|(first, _)| first.as_ref());
    let last = sections.filter(|section| section.end() == total);
    last.map(|section| total - section.offset)
        .max()
        .and_then(|len| usize::try_from(len).ok())
        .unwrap_or(0)
}

/// Whether each signature over the file itself was verified under each key that may have made it.
fn all_tried(digested: &[Digested]) -> bool {
    digested.iter().all(|digested| digested.all_tried)
}

/// Nothing in sections.
fn none() -> Signatures {
    Signatures { decoded: Ok(SignatureData::default()), ignored: Vec::new(), files: None }
}

/// The one boundary of a file that knows no parts, whatever its hash.
fn whole(total: u64) -> Boundary {
    let hash: Hash = [0; 32];
    Boundary { end: total, hash }
}

/// The identity is that of the module without the section at its end, and without the one at its head. There is none where
/// another `signature` section stands anywhere else.
fn identity(digested: Digested, body: &Body, its_sections: &[ItsSections]) -> Option<Identity> {
    let is_its = |offset| {
        its_sections.iter().any(|(first, _)| first.as_ref().map(|it| it.offset) == Some(offset))
    };
    if body.misplaced_signature.is_some_and(|offset| !is_its(offset)) {
        return None;
    }
    // The section at the end is the one at the head.
    if body.embedded.as_ref().is_some_and(|embedded| is_its(embedded.section.offset)) {
        let hash: Hash = Sha256::digest(body.kind.header()).into();
        return Some(Identity::from(hash));
    }
    let hash: Hash = digested.digest.try_into().ok()?;
    Some(Identity::from(hash))
}

fn ends_the_module(signatures: &FileSignatures) -> bool {
    signatures.all.iter().any(|format| format.trailer_bytes() > 0)
}

/// The digests that the formats need, in their order, and behind them the identity where that is not the usual one.
fn wanted(signatures: &FileSignatures, with_identity: bool) -> Vec<Wanted> {
    let digests = signatures.all.iter().map(|format| Wanted {
        digest: format.digest(),
        trailer_bytes: format.trailer_bytes(),
        with_signature: true,
    });
    let trailer = signatures.all.iter().map(|format| format.trailer_bytes()).max().unwrap_or(0);
    let identity =
        Wanted { digest: FileDigest::Sha256, trailer_bytes: trailer, with_signature: false };
    digests.chain((with_identity && trailer > 0).then_some(identity)).collect()
}

fn claims(
    signatures: &FileSignatures,
    digested: &[Digested],
    its_sections: &[ItsSections],
    total: u64,
) -> Result<Vec<FileClaim>, VerifyError> {
    let mut claims = Vec::new();
    for ((format, digested), (first, count)) in
        signatures.all.iter().zip(digested).zip(its_sections)
    {
        let read = FileRead {
            digest: &digested.digest,
            #[cfg(feature = "minisign")]
            valid_under: &digested.valid_under,
            trailer: &digested.trailer,
            total,
            its_section: first.as_ref(),
            its_sections: *count,
        };
        claims.extend(format.claims(&read)?);
    }
    Ok(claims)
}

/// The id of the section of exports.
const EXPORTS: u8 = 7;

/// Sections that hold signatures of one format: the first, and how many there are.
type ItsSections = (Option<Section>, usize);

/// What is taken from a module while it is read.
struct Reading<'a> {
    noting: Noting<'a>,
    criteria: &'a Criteria,
    signatures: &'a FileSignatures,
    digests: FileDigests,
    its_sections: Vec<ItsSections>,
    at_head: bool,
    /// Whether the content that is coming is an export section, and not for the notes.
    reads_exports: bool,
    has_unread: bool,
}

impl<'a> Reading<'a> {
    fn new(criteria: &'a Criteria, signatures: &'a FileSignatures) -> Self {
        let wanted = wanted(signatures, criteria.identity);
        Self {
            noting: Noting::new(&criteria.policy),
            criteria,
            signatures,
            digests: FileDigests::new(&wanted, criteria.keys.all()),
            its_sections: std::vec![(None, 0); signatures.all.len()],
            at_head: true,
            reads_exports: false,
            has_unread: false,
        }
    }

    /// The hashes of the usual pass, as far as they are wanted.
    fn hashing(&self) -> Hashing {
        let identity = self.criteria.identity && !ends_the_module(self.signatures);
        match (self.signatures.sections.is_some(), identity) {
            (true, true) => Hashing::SignedAndIdentity,
            (true, false) => Hashing::Signed,
            (false, true) => Hashing::Identity,
            (false, false) => Hashing::Nothing,
        }
    }

    fn unread_exports(&self) -> impl Iterator<Item = &'static [u8]> {
        self.signatures.all.iter().filter_map(|format| format.unread_export())
    }
}

impl Visitor for Reading<'_> {
    type Error = WasmError;

    fn section(&mut self, section: &Section) {
        self.noting.section(section);
        let is_first = core::mem::take(&mut self.at_head);
        let length = section.payload.end - section.payload.start;
        self.reads_exports = section.id == EXPORTS
            && length <= MAX_UNREAD_EXPORT_BYTES
            && self.unread_exports().next().is_some();
        for (format, (first, count)) in self.signatures.all.iter().zip(&mut self.its_sections) {
            if format.is_its_section(section, is_first) {
                first.get_or_insert_with(|| section.clone());
                *count += 1;
            }
        }
    }

    fn wants(&self, section: &Section) -> bool {
        self.reads_exports || self.noting.wants(section)
    }

    fn content(&mut self, content: Vec<u8>) {
        if !self.reads_exports {
            return self.noting.content(content);
        }
        let has = |export: &[u8]| content.windows(export.len()).any(|window| window == export);
        let has_unread = self.unread_exports().any(has);
        self.has_unread |= has_unread;
    }

    fn file(&mut self, run: &Run, in_signature: bool) {
        self.digests.take(run, in_signature);
    }

    fn long_file(&mut self) {
        self.digests.call_threads();
    }
}
