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
use crate::formats::{Content, Format, FormatError};
#[cfg(feature = "whole-file")]
use crate::limits::MAX_KEYS_OVER_FILE;
use crate::wasm::{Body, Embedded, Hashing, Kind, Place};
#[cfg(feature = "whole-file")]
use {super::all_claims::AllClaims, crate::formats::whole_file::FileClaim};

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
    /// Those over the file as a whole, where somebody asked for such.
    #[cfg(feature = "whole-file")]
    pub(super) files: Option<FileClaims>,
}

/// Signatures over a file as a whole.
#[cfg(feature = "whole-file")]
#[derive(Debug)]
pub(super) struct FileClaims {
    pub(super) claims: Vec<FileClaim>,
    /// Whether the file is WebAssembly.
    pub(super) is_module: bool,
    /// Whether the signature section counts too.
    pub(super) with_sections: bool,
    /// Whether there is a signature that is not read.
    pub(super) has_unread: bool,
    /// Whether each signature was tried with each key.
    pub(super) all_tried: bool,
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
        Signatures {
            decoded,
            ignored: Vec::new(),
            #[cfg(feature = "whole-file")]
            files: None,
        }
    }

    /// The signatures that count where only the detached ones do.
    pub(super) fn detached(&self, signature: &[u8], embedded: Option<&Embedded>) -> Signatures {
        let decoded = decode(signature, 0, Place::DetachedSignature, self.layout);
        let ignored = embedded.map(|_| Ignored::EmbeddedSignature).into_iter().collect();
        Signatures {
            decoded,
            ignored,
            #[cfg(feature = "whole-file")]
            files: None,
        }
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
        let Signatures { decoded, mut ignored, .. } = signatures;
        #[cfg(feature = "whole-file")]
        let files = signatures.files;
        #[cfg(feature = "whole-file")]
        let has_unread = files.as_ref().is_some_and(|files| files.has_unread);
        #[cfg(feature = "whole-file")]
        let all_tried = files.as_ref().is_none_or(|files| files.all_tried);
        #[cfg(feature = "whole-file")]
        let is_module = files.as_ref().is_none_or(|files| files.is_module);
        #[cfg(not(feature = "whole-file"))]
        let is_module = true;
        let data = match decoded {
            Err(FormatError::Malformed(fault)) => return Err(fault.into()),
            Err(FormatError::Unknown(unknown)) => Err(Reason::Unknown(unknown)),
            Err(FormatError::OverLimit { what, limit }) => {
                Err(Reason::TooManySignatures { what, limit })
            }
            Ok(data) => Ok(data),
        };
        ignored.extend(data.iter().flat_map(not_looked_at));
        #[cfg_attr(not(feature = "trust"), expect(unused_mut, reason = "trust files add to it"))]
        let mut facts = Facts {
            kind: is_module.then_some(body.kind),
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
        let misplaced = body.misplaced_signature;
        // A section that nobody asks for may stand anywhere.
        #[cfg(feature = "whole-file")]
        let misplaced =
            misplaced.filter(|_| files.as_ref().is_none_or(|files| files.with_sections));
        let frame = self.frame(facts.kind, misplaced, body.identity);
        let verdict = frame.and(data).and_then(|data| {
            let data = match self.counts(Format::Wasmsign2) {
                true => data,
                false => SignatureData::default(),
            };
            #[cfg(feature = "whole-file")]
            let data = self.all_claims(data, files, body);
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
        #[cfg(feature = "whole-file")]
        let verdict = verdict.map_err(|reason| match reason {
            Reason::NoSignature if has_unread => Reason::SymbolMode,
            #[cfg(feature = "whole-file")]
            Reason::NoTrustedSignature if !all_tried => Reason::TooManySignatures {
                what: "keys that may have signed the file itself (`Ed`)",
                limit: MAX_KEYS_OVER_FILE as u32,
            },
            reason => reason,
        });
        match verdict {
            Ok(Granted { covered, signers, manifest }) => {
                let signers = Cow::Owned(signers);
                Ok(Verified { facts, covered, signers, manifest })
            }
            Err(reason) => Err(VerifyError::Refused(Box::new(Refusal { reason, facts }))),
        }
    }

    /// Whether signatures of this format have a part in the verdict.
    #[cfg_attr(not(feature = "trust"), expect(clippy::unused_self, reason = "trust files say it"))]
    fn counts(&self, format: Format) -> bool {
        #[cfg(feature = "trust")]
        if let Some(ruling) = &self.ruling {
            return ruling.formats.contains(&format);
        }
        let _ = format;
        true
    }

    /// What counts of the signature data and of the signatures over the whole file.
    #[cfg(feature = "whole-file")]
    fn all_claims(&self, data: SignatureData, files: Option<FileClaims>, body: &Body) -> AllClaims {
        let files = files.map(|files| files.claims).unwrap_or_default();
        let files = files.into_iter().filter(|claim| self.counts(claim.format)).collect();
        AllClaims::new(data, files, body)
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
        kind: Option<Kind>,
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
            (Some(expected), _) if kind.is_some_and(|kind| kind != expected) => {
                Err(Reason::KindMismatch { expected })
            }
            (_, Some(offset)) => Err(Reason::MisplacedSignature { offset }),
            _ => Ok(()),
        }
    }
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
