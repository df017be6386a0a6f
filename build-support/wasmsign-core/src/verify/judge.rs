//! From what was read of a file to the verdict.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::coverage::{self, Asked, Denied, Granted, Seen};
use super::error::VerifyError;
use super::notes::Notes;
use super::policy::Policy;
use super::requirement::Requirement;
#[cfg(feature = "trust")]
use super::ruling::Ruling;
use super::search::{Keys, Search, Work};
use super::verdict::{Facts, Ignored, MaybeManifest, Reason, Refusal, Verified};
use crate::digest::Identity;
use crate::formats::sections::{Layout, SignatureData, decode, decode_embedded};
use crate::formats::{Claims, Content, FormatError};
use crate::wasm::{Body, Embedded, Hashing, Kind, Place};

/// What a verifier asks of every file.
#[derive(Debug)]
pub(crate) struct Criteria {
    pub(crate) keys: Keys,
    /// Which of the keys must have signed.
    pub(crate) requirement: Requirement,
    pub(crate) policy: Policy,
    /// Whether the identity is computed.
    pub(crate) identity: bool,
    pub(crate) layout: Layout,
    /// What a trust file adds, for a verifier that was made of one.
    #[cfg(feature = "trust")]
    pub(crate) ruling: Option<Ruling>,
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

    /// The hashes that are computed here where somebody else computes those that are signed.
    pub(super) fn hashing_beside(&self) -> Hashing {
        #[cfg(feature = "trust")]
        if self.ruling.is_some() && self.identity {
            return Hashing::Identity;
        }
        Hashing::Nothing
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
        Work::new(self.keys.count())
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
        #[cfg_attr(not(feature = "trust"), expect(unused_mut, reason = "trust files add to it"))]
        let mut facts = Facts {
            kind: body.kind,
            total: body.total,
            #[cfg(feature = "std")]
            signature_section: body.embedded.as_ref().map_or(0, Embedded::len),
            identity: body.identity,
            ignored,
            #[cfg(feature = "trust")]
            ruled: self.ruling.as_ref().map(Ruling::nobody_has_signed),
        };
        let seen = Seen {
            boundaries: &body.boundaries,
            boundary_count: body.boundary_count,
            required_end: notes.required_end,
            #[cfg(feature = "trust")]
            total: body.total,
        };
        let frame = self.frame(body.kind, body.misplaced_signature, body.identity);
        let verdict = frame.and(data).and_then(|data| {
            let mut search = Search::new(&data, &self.keys, work);
            let manifest = |covered| self.manifest(notes, covered);
            let asked = self.asked(&manifest);
            let granted = coverage::covered(&asked, &seen, &mut search);
            #[cfg(feature = "trust")]
            if let (Some(ruling), Some(ruled)) = (&self.ruling, &mut facts.ruled) {
                ruled.roles = ruling.roles(&asked, &seen, &mut search, granted.as_ref().ok());
                return ruling.complete(granted, &ruled.roles, &asked, &seen, &mut search);
            }
            self.complete(granted, &seen, &mut search)
        });
        match verdict {
            Ok(Granted { covered, signers, manifest }) => {
                let signers = Cow::Owned(signers);
                Ok(Verified { facts, covered, signers, manifest })
            }
            Err(reason) => Err(VerifyError::Refused(Box::new(Refusal { reason, facts }))),
        }
    }

    /// What a file is judged by.
    pub(super) fn asked<'a>(
        &'a self,
        manifest: &'a dyn Fn(u64) -> Result<MaybeManifest, Reason>,
    ) -> Asked<'a> {
        Asked { policy: &self.policy, requirement: &self.requirement, manifest }
    }

    /// Finds the reason, where too few keys have signed.
    fn complete(
        &self,
        granted: Result<Granted, Denied>,
        seen: &Seen<'_>,
        search: &mut Search<'_>,
    ) -> Result<Granted, Reason> {
        granted.map_err(|denied| match denied {
            Denied::Because(reason) => reason,
            Denied::NotEnough(0) => coverage::why_none(&self.policy, seen, search),
            Denied::NotEnough(found) => {
                let wanted = self.policy.require.count(search.keys().len());
                Reason::PolicyNotMet { found, wanted }
            }
        })
    }

    /// The manifest in the covered range, where the policy agrees with it.
    #[cfg(feature = "manifest")]
    pub(super) fn manifest(&self, notes: &Notes, covered: u64) -> Result<MaybeManifest, Reason> {
        notes.manifest(&self.policy, covered)
    }

    #[cfg(not(feature = "manifest"))]
    pub(super) fn manifest(&self, _: &Notes, _: u64) -> Result<MaybeManifest, Reason> {
        Ok(())
    }

    /// Whether the trust file lets the module be unsigned.
    #[cfg(feature = "std")]
    pub(super) fn may_be_unsigned(&self) -> bool {
        #[cfg(feature = "trust")]
        return self.ruling.as_ref().is_some_and(|ruling| ruling.unsigned.is_some());
        #[cfg(not(feature = "trust"))]
        false
    }

    /// What is decided before any signature is looked at.
    pub(super) fn frame(
        &self,
        kind: Kind,
        misplaced_signature: Option<u64>,
        #[cfg_attr(
            not(feature = "trust"),
            expect(unused_variables, reason = "it is for trust files")
        )]
        identity: Option<Identity>,
    ) -> Result<(), Reason> {
        #[cfg(feature = "trust")]
        if let Some(ruling) = &self.ruling {
            ruling.before_signatures(identity)?;
        }
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
