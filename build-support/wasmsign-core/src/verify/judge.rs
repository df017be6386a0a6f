//! From what was read of a file to the verdict.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::coverage::{self, Seen};
use super::error::VerifyError;
use super::notes::Notes;
use super::policy::Policy;
use super::search::{Search, Work};
use super::verdict::{Facts, Ignored, MaybeManifest, Reason, Refusal, Verified};
use crate::formats::sections::{Layout, SignatureData, decode, decode_embedded};
use crate::formats::{Claims, Content, FormatError};
use crate::keys::PublicKey;
use crate::wasm::{Body, Embedded, Hashing, Kind, Place};

/// What a verifier asks of every file.
#[derive(Debug)]
pub(super) struct Criteria {
    /// The trusted keys, each once.
    pub(super) keys: Vec<PublicKey>,
    pub(super) policy: Policy,
    /// Whether the identity is computed.
    pub(super) identity: bool,
    pub(super) layout: Layout,
}

/// The signature data that counts, and what is known beforehand not to.
#[derive(Debug)]
pub(super) struct Signatures {
    pub(super) decoded: Result<SignatureData, FormatError>,
    pub(super) ignored: Vec<Ignored>,
}

impl Criteria {
    pub(super) fn hashing(&self) -> Hashing {
        if self.identity { Hashing::SignedAndIdentity } else { Hashing::Signed }
    }

    /// The signatures that count where the embedded ones do.
    pub(super) fn embedded(&self, embedded: Option<&Embedded>) -> Signatures {
        let none = || Ok(SignatureData::default());
        let decoded = embedded.map_or_else(none, |embedded| decode_embedded(embedded, self.layout));
        Signatures { decoded, ignored: Vec::new() }
    }

    /// The signatures that count where only the detached ones do.
    pub(super) fn detached(&self, signature: &[u8], embedded: Option<&Embedded>) -> Signatures {
        let decoded = decode(signature, 0, Place::DetachedSignature, self.layout);
        let ignored = embedded.map(|_| Ignored::EmbeddedSignature).into_iter().collect();
        Signatures { decoded, ignored }
    }

    /// Those in `detached`, if that is there, else the embedded ones.
    pub(super) fn signatures(
        &self,
        detached: Option<&[u8]>,
        embedded: Option<&Embedded>,
    ) -> Signatures {
        match detached {
            Some(signature) => self.detached(signature, embedded),
            None => self.embedded(embedded),
        }
    }

    /// What one file may cost.
    pub(super) fn work(&self) -> Work {
        Work::new(self.keys.len())
    }

    /// The verdict on a body and what was noted of its sections.
    pub(super) fn judge(
        &self,
        body: &Body,
        notes: &Notes,
        signatures: Signatures,
        work: &mut Work,
    ) -> Result<Verified, VerifyError> {
        let Signatures { decoded, mut ignored } = signatures;
        let data = match decoded {
            Err(FormatError::Malformed(fault)) => return Err(fault.into()),
            Err(FormatError::Unknown(unknown)) => Err(Reason::Unknown(unknown)),
            Err(FormatError::OverLimit { what, limit }) => {
                Err(Reason::TooManySignatures { what, limit })
            }
            Ok(data) => Ok(data),
        };
        ignored.extend(data.iter().flat_map(|data| not_looked_at(data)));
        let facts = Facts {
            kind: body.kind,
            total: body.total,
            #[cfg(feature = "std")]
            signature_section: body.embedded.as_ref().map_or(0, Embedded::len),
            identity: body.identity,
            ignored,
        };
        let seen = Seen {
            boundaries: &body.boundaries,
            boundary_count: body.boundary_count,
            required_end: notes.required_end,
        };
        let frame = self.frame(body.kind, body.misplaced_signature);
        let verdict = frame.and(data).and_then(|data| {
            let mut search = Search::new(&data, &self.keys, work);
            coverage::covered(&self.policy, &seen, &mut search)
        });
        let verdict = verdict.and_then(|(covered, signers)| {
            Ok((covered, signers, self.manifest(notes, covered.end)?))
        });
        match verdict {
            Ok((covered, signers, manifest)) => {
                let signers = Cow::Owned(signers);
                Ok(Verified { facts, covered, signers, manifest })
            }
            Err(reason) => Err(VerifyError::Refused(Box::new(Refusal { reason, facts }))),
        }
    }

    /// The manifest in the covered range, where the policy agrees with it.
    #[cfg(feature = "manifest")]
    pub(super) fn manifest(&self, notes: &Notes, covered: u64) -> Result<MaybeManifest, Reason> {
        notes.manifest(&self.policy, covered)
    }

    #[cfg(not(feature = "manifest"))]
    fn manifest(&self, _: &Notes, _: u64) -> Result<MaybeManifest, Reason> {
        Ok(())
    }

    /// What the frame of the file alone decides.
    pub(super) fn frame(&self, kind: Kind, misplaced_signature: Option<u64>) -> Result<(), Reason> {
        match (self.policy.kind, misplaced_signature) {
            (Some(expected), _) if expected != kind => Err(Reason::KindMismatch { expected }),
            (_, Some(offset)) => Err(Reason::MisplacedSignature { offset }),
            _ => Ok(()),
        }
    }
}

fn not_looked_at(claims: &dyn Claims) -> Vec<Ignored> {
    let mut ignored = Vec::new();
    for set in 0..claims.set_count() {
        for entry in 0..claims.claim_count(set) {
            match claims.claim(set, entry).content {
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
