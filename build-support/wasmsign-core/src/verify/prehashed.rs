//! Verifying a binary whose hashes somebody else computes.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::error::VerifyError;
use super::judge::{Criteria, Signatures};
use super::notes::{Notes, Noting};
#[cfg(feature = "trust")]
use super::roles::SignedRole;
use super::verdict::{Ignored, SignedBy, Verified};
use crate::stream::source::Slice;
use crate::wasm::{Body, Boundary, Kind, pass};

#[cfg(feature = "manifest")]
use crate::manifest::ModuleManifest;

/// A binary that was read to its end and still wants its hashes; made by [`Verifier::prehashed`](crate::Verifier::prehashed).
///
/// For platforms whose own SHA-256 is much faster than code can be there: WebCrypto in a browser, a hardware engine.
/// The platform hashes the file's bytes from [`Prehashed::start`] to each of [`Prehashed::ends`], and
/// [`Prehashed::judge`] decides as [`Verifier::verify`](crate::Verifier::verify) would.
///
/// **What comes of it is no proof about the file**, but one about the hashes: [`SignedHashes`]. It is one about the file
/// where they are those of the bytes that were read here, and that will run. So hold the bytes where nothing can change them
/// between the two, and hash them there. Everywhere else [`Verifier::verify_bytes`](crate::Verifier::verify_bytes) is the way.
///
/// ```
/// use sha2::{Digest, Sha256};
/// # use wasmsign_core::{SecretKey, Verifier, sign};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let signer = sign::NewSignature::by(&secret);
/// # let mut signed = std::io::Cursor::new(Vec::new());
/// # sign::embed(std::io::Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signer])?;
/// # let (file, public) = (signed.into_inner(), secret.public_key().clone());
/// let module = Verifier::new([public])?.prehashed(&file)?;
/// let hash = |&end: &u64| Sha256::digest(&file[module.start() as usize..end as usize]).into();
/// let hashes: Vec<[u8; 32]> = module.ends().iter().map(hash).collect();
/// let signed = module.judge(&hashes)?;
/// assert_eq!(signed.covered(), file.len() as u64);
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is verified before `judge`"]
pub struct Prehashed {
    criteria: Arc<Criteria>,
    body: Body,
    notes: Notes,
    signatures: Signatures,
    ends: Vec<u64>,
}

impl Prehashed {
    pub(super) fn new(
        criteria: &Arc<Criteria>,
        module: &[u8],
        detached: Option<&[u8]>,
    ) -> Result<Self, VerifyError> {
        let mut noting = Noting::new(&criteria.policy);
        let (body, ends) =
            pass::read_unhashed(Slice(module), criteria.hashing_beside(), &mut noting)?;
        let notes = noting.notes;
        let signatures = criteria.signatures(detached, body.embedded.as_ref());
        Ok(Self { criteria: Arc::clone(criteria), body, notes, signatures, ends })
    }

    /// File offset of the first byte that is hashed: behind the header, or behind the embedded signature section.
    pub fn start(&self) -> u64 {
        let header = self.body.kind.header().len() as u64;
        self.body.embedded.as_ref().map_or(header, |embedded| embedded.section.end())
    }

    /// File offsets of the ends of the parts, ascending, as many as can be signed. Never empty; of a module of one part
    /// the length of the file.
    pub fn ends(&self) -> &[u64] {
        &self.ends
    }

    /// What the header announces.
    pub fn kind(&self) -> Kind {
        self.body.kind
    }

    /// Bytes of the file.
    pub fn total(&self) -> u64 {
        self.body.total
    }

    /// Decides, by the SHA-256 of the bytes from [`Prehashed::start`] to each of [`Prehashed::ends`], in that order. A
    /// hash that is missing counts as one that nobody has signed.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Refused`] with the reason, and [`VerifyError::Malformed`] where the signature data is.
    pub fn judge(mut self, hashes: &[[u8; 32]]) -> Result<SignedHashes, VerifyError> {
        let boundary = |(&end, &hash)| Boundary { end, hash };
        self.body.boundaries = self.ends.iter().zip(hashes).map(boundary).collect();
        let mut work = self.criteria.work();
        let judged = self.criteria.judge(&self.body, &self.notes, self.signatures, &mut work);
        judged.map(SignedHashes)
    }
}

/// What [`Prehashed::judge`] gives: enough trusted keys have signed *hashes that a caller gave*.
///
/// Whoever has computed them over the file that was read knows that the file is signed; this library does not, and so
/// this is no [`Verified`], and nothing makes one of it.
#[derive(Debug, Clone)]
#[must_use]
pub struct SignedHashes(Verified);

impl SignedHashes {
    /// What the header announces. The signature does not cover it; the policy has checked it.
    pub fn kind(&self) -> Kind {
        self.0.kind()
    }

    /// How many bytes from the start of the file are covered, if the hashes are right: see [`Verified::covered`].
    pub fn covered(&self) -> u64 {
        self.0.covered()
    }

    /// Whether the file is exactly what was signed, if the hashes are right: see [`Verified::is_whole`].
    pub fn is_whole(&self) -> bool {
        self.0.is_whole()
    }

    /// Bytes of the file.
    pub fn total(&self) -> u64 {
        self.0.total()
    }

    /// The keys that have signed the hashes up to [`SignedHashes::covered`], in the order in which they were given.
    pub fn signers(&self) -> &[SignedBy] {
        self.0.signers()
    }

    /// What the module says of itself in the covered range, if the hashes are right: see [`Verified::manifest`].
    #[cfg(feature = "manifest")]
    pub fn manifest(&self) -> Option<&ModuleManifest> {
        self.0.manifest()
    }

    /// What had no part in the verdict.
    pub fn ignored(&self) -> &[Ignored] {
        self.0.ignored()
    }

    /// Index of the rule of the trust file that has decided, from 0. `None` where no rule matches the name, and where no
    /// trust file was asked.
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
