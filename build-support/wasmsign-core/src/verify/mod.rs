//! Verification: [`Verifier`] reads a binary once and gives a [`Verified`], or says why not.

use std::io::Read;

use crate::PublicKey;
use crate::error::{Error, Place, Result};
use crate::parts::{self, Body, Visitor};
use crate::policy::Policy;
use crate::search::{Hit, Search};
use crate::section::Section;
use crate::signature_data::{Content, DecodeError, Form, SignatureData};

mod verdict;

use verdict::{Coverage, Facts};
pub use verdict::{Ignored, Reason, Refusal, Signer, Verified};

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
    keys: Vec<PublicKey>,
    policy: Policy,
    with_identity: bool,
    form: Form,
}

impl Verifier {
    /// A verifier of whole modules, content with one signature of any of `keys`.
    ///
    /// A key that is given twice counts once. Without keys nothing verifies.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        let mut distinct: Vec<PublicKey> = Vec::new();
        for key in keys {
            if !distinct.contains(&key) {
                distinct.push(key);
            }
        }
        Self {
            keys: distinct,
            policy: Policy::default(),
            with_identity: false,
            form: Form::Deployed,
        }
    }

    /// Sets what is asked for.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Computes the [`Identity`] as well: a second hash over the file, on a thread of its own.
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
        let Some(embedded) = &body.embedded else {
            return self.judge(&body, required_end, Ok(SignatureData::default()), Vec::new());
        };
        let decoded = embedded.decode(self.form);
        self.judge(&body, required_end, decoded, Vec::new())
    }

    /// Verifies a binary by detached signature data, as in a `.sig` file. An embedded signature has no
    /// part in it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn verify_detached(&self, module: impl Read, signature: &[u8]) -> Result<Verified> {
        let (body, required_end) = self.read(module)?;
        let decoded = SignatureData::decode(signature, 0, Place::DetachedSignature, self.form);
        let embedded = body.embedded.as_ref().map(|_| Ignored::EmbeddedSignature);
        self.judge(&body, required_end, decoded, embedded.into_iter().collect())
    }

    fn read(&self, module: impl Read) -> Result<(Body, u64)> {
        let mut required = Required { policy: &self.policy, end: 0 };
        let body = parts::read(module, self.with_identity, &mut required)?;
        Ok((body, required.end))
    }

    fn judge(
        &self,
        body: &Body,
        required_end: u64,
        decoded: Result<SignatureData, DecodeError>,
        mut ignored: Vec<Ignored>,
    ) -> Result<Verified> {
        let data = match decoded {
            Err(DecodeError::Malformed(fault)) => return Err(fault.into()),
            Err(DecodeError::Unknown(unknown)) => Err(Reason::Unknown(unknown)),
            Err(DecodeError::OverLimit { what, limit }) => {
                Err(Reason::TooManySignatures { what, limit })
            }
            Ok(data) => Ok(data),
        };
        ignored.extend(data.iter().flat_map(not_looked_at));
        let facts = Facts { kind: body.kind, total: body.total, identity: body.identity, ignored };
        let verdict =
            self.frame(body).and(data).and_then(|data| self.signed(body, required_end, &data));
        match verdict {
            Ok((coverage, signers)) => Ok(Verified { facts, coverage, signers }),
            Err(reason) => Err(Error::Refused(Box::new(Refusal { reason, facts }))),
        }
    }

    /// What the frame of the file alone decides.
    fn frame(&self, body: &Body) -> Result<(), Reason> {
        match (self.policy.expect, body.stray_signature) {
            (Some(expected), _) if expected != body.kind => Err(Reason::KindMismatch { expected }),
            (_, Some(offset)) => Err(Reason::StraySignature { offset }),
            _ => Ok(()),
        }
    }

    /// What is covered and the signers, if they are enough.
    fn signed(
        &self,
        body: &Body,
        required_end: u64,
        data: &SignatureData,
    ) -> Result<(Coverage, Vec<Signer>), Reason> {
        let reaches: Vec<Reach> =
            data.sets.iter().map(|set| self.reach(&set.hashes, body, required_end)).collect();
        let mut enough = sets_where(&reaches, |reach| matches!(reach, Reach::Enough(_)));
        enough.sort_by_key(|&set| std::cmp::Reverse(reaches[set]));
        let mut search = Search::new(data, &self.keys);
        let (hits, exhausted) = search.run(&enough);
        let signers = self.signers(&hits);
        let wanted = self.policy.require.count(self.keys.len());
        if signers.len() >= wanted {
            let reach_of = |hit: &Hit| reaches[enough[hit.rank]].coverage();
            let covered = hits.iter().flatten().map(reach_of).min().unwrap_or_default();
            return Ok((covered, signers));
        }
        exhausted.map_err(|_| TOO_MANY_OPERATIONS)?;
        match signers.len() {
            0 => Err(why_none(&mut search, data, &reaches)),
            found => Err(Reason::PolicyNotMet { found, wanted }),
        }
    }

    fn signers(&self, hits: &[Option<Hit>]) -> Vec<Signer> {
        let keys = self.keys.iter().zip(hits);
        keys.filter_map(|(key, hit)| {
            let key_id = hit.as_ref()?.key_id.clone();
            Some(Signer { public_key: key.clone(), key_id })
        })
        .collect()
    }

    /// How far the hashes of one set go with the file: each is met at its own boundary, in order.
    fn reach(&self, hashes: &[[u8; 32]], body: &Body, required_end: u64) -> Reach {
        let met = parts::boundaries_met(hashes, &body.boundaries);
        let Some(last) = met.checked_sub(1) else { return Reach::Nothing };
        let end = body.boundaries[last].end;
        let whole = met == hashes.len() && met == body.boundary_count;
        let enough = match self.policy.prefix {
            None => whole,
            Some(_) => end >= required_end,
        };
        match enough {
            true => Reach::Enough(Coverage { end, whole }),
            false if self.policy.prefix.is_some() || met == hashes.len() => Reach::Short,
            false => Reach::Differs,
        }
    }
}

/// How far a set's hashes go with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Not even the first part is the signed one.
    Nothing,
    /// Some parts are, others are not or are gone.
    Differs,
    /// All that was signed is there, but there is more.
    Short,
    /// As far as the policy wants.
    Enough(Coverage),
}

impl Reach {
    fn coverage(self) -> Coverage {
        if let Self::Enough(coverage) = self { coverage } else { Coverage::default() }
    }
}

const TOO_MANY_OPERATIONS: Reason = Reason::TooManySignatures {
    what: "signatures to try",
    limit: crate::limits::MAX_PUBLIC_KEY_OPERATIONS,
};

fn sets_where(reaches: &[Reach], test: impl Fn(&Reach) -> bool) -> Vec<usize> {
    reaches.iter().enumerate().filter(|(_, reach)| test(reach)).map(|(set, _)| set).collect()
}

/// Why no wanted key has signed enough of the file: the most telling of the possible reasons.
fn why_none(search: &mut Search<'_>, data: &SignatureData, reaches: &[Reach]) -> Reason {
    if data.sets.iter().all(|set| set.entries.is_empty()) {
        return Reason::NoSignature;
    }
    let mut others = sets_where(reaches, |reach| !matches!(reach, Reach::Enough(_)));
    others.sort_by_key(|&set| std::cmp::Reverse(reaches[set]));
    others.retain(|&set| !data.sets[set].hashes.is_empty());
    let (hits, exhausted) = search.run(&others);
    match hits.iter().flatten().map(|hit| reaches[others[hit.rank]]).max() {
        Some(Reach::Short) => Reason::NotCovered,
        Some(_) => Reason::BodyChanged,
        None if exhausted.is_err() => TOO_MANY_OPERATIONS,
        None => Reason::NoTrustedSignature,
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

/// Finds the end of the last section that a prefix must hold.
struct Required<'a> {
    policy: &'a Policy,
    end: u64,
}

impl Visitor for Required<'_> {
    fn section(&mut self, section: &Section) {
        if !section.is_signature() && self.policy.must_cover(section) {
            self.end = section.end();
        }
    }
}
