//! The verifier.

use alloc::borrow::Cow;
use alloc::sync::Arc;

use super::error::VerifyError;
use super::judge::Criteria;
use super::module::VerifiedModule;
use super::notes::Noting;
use super::policy::Policy;
use super::prehashed::Prehashed;
use super::verdict::Verified;
use crate::keys::PublicKey;
use crate::stream::source::{Slice, Source};
use crate::wasm::pass;

/// Verifies binaries against a set of trusted keys and a policy. Cheap to clone; made by a
/// [`VerifierBuilder`](super::VerifierBuilder).
///
/// ```
/// # use wasmsign_core::{SecretKey, Verifier, sign};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let mut signed = std::io::Cursor::new(Vec::new());
/// # sign::embed(std::io::Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[sign::NewSignature::by(&secret)])?;
/// # let (file, public) = (signed.into_inner(), secret.public_key().clone());
/// let module = Verifier::new([public])?.verify_bytes(&file)?;
/// assert_eq!(module.covered_bytes(), file);
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier {
    pub(super) criteria: Arc<Criteria>,
}

impl Verifier {
    pub(crate) fn of(criteria: Arc<Criteria>) -> Self {
        Self { criteria }
    }

    /// The trusted keys, each once.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        self.criteria.keys.trusted()
    }

    /// What is asked for. Of a verifier that a trust file has made it is the coverage and the kind that the rule asks for, and
    /// the package and version; the rule's roles say who must have signed.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.criteria.policy
    }

    /// Verifies a module in memory by its embedded signature, and gives the bytes back with the proof for them.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Malformed`], or [`VerifyError::Refused`] with the reason.
    pub fn verify_bytes<'a>(
        &self,
        module: impl Into<Cow<'a, [u8]>>,
    ) -> Result<VerifiedModule<'a>, VerifyError> {
        let bytes = module.into();
        let verified = self.verify_source(Slice(&bytes), None)?;
        Ok(VerifiedModule::new(bytes, verified))
    }

    /// Verifies a module in memory by detached signature data, as in a `.sig` file. An embedded signature has no
    /// part in it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify_bytes`].
    pub fn verify_bytes_detached<'a>(
        &self,
        module: impl Into<Cow<'a, [u8]>>,
        signature: &[u8],
    ) -> Result<VerifiedModule<'a>, VerifyError> {
        let bytes = module.into();
        let verified = self.verify_source(Slice(&bytes), Some(signature))?;
        Ok(VerifiedModule::new(bytes, verified))
    }

    /// Reads a module without hashing it, for a platform that has a SHA-256 of its own: see [`Prehashed`].
    ///
    /// # Errors
    ///
    /// [`VerifyError::Malformed`]. What can be refused is refused by [`Prehashed::judge`].
    pub fn prehashed(&self, module: &[u8]) -> Result<Prehashed, VerifyError> {
        Prehashed::new(&self.criteria, module, None)
    }

    /// As [`Verifier::prehashed`], by detached signature data. An embedded signature has no part in it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::prehashed`].
    pub fn prehashed_detached(
        &self,
        module: &[u8],
        signature: &[u8],
    ) -> Result<Prehashed, VerifyError> {
        Prehashed::new(&self.criteria, module, Some(signature))
    }

    pub(super) fn verify_source(
        &self,
        module: impl Source,
        detached: Option<&[u8]>,
    ) -> Result<Verified, VerifyError> {
        let criteria = &*self.criteria;
        let mut noting = Noting::new(&criteria.policy);
        let body = pass::read(module, criteria.hashing(), &mut noting)?;
        let signatures = criteria.signatures(detached, body.embedded.as_ref());
        criteria.judge(&body, &noting.notes, signatures, &mut criteria.work())
    }
}
