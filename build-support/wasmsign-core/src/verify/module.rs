//! Bytes and the proof for them, in one value.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use super::verdict::Verified;

/// The bytes of a module together with the proof that they met a policy. Take it as a parameter where only verified modules
/// may go: only verifying makes one.
///
/// | made by | bytes |
/// | --- | --- |
/// | [`Verifier::verify_bytes`](crate::Verifier::verify_bytes) | those that were given, with an embedded signature |
/// | [`VerifyingReader::into_module`](crate::VerifyingReader::into_module) | the covered ones, without the signature section |
/// | `include_signed!` of the crate `wasmsign-macros` | those of a file, verified while the program was compiled |
///
/// ```
/// use wasmsign_core::VerifiedModule;
///
/// fn instantiate(module: &VerifiedModule<'_>) {
///     println!("{} bytes, signed by {}", module.covered_bytes().len(), module.verified().signers()[0].public_key);
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct VerifiedModule<'a> {
    bytes: Cow<'a, [u8]>,
    verified: Verified,
}

impl<'a> VerifiedModule<'a> {
    /// The caller has seen to it that the proof is about these bytes.
    pub(crate) const fn new(bytes: Cow<'a, [u8]>, verified: Verified) -> Self {
        Self { bytes, verified }
    }

    /// The bytes that the proof is about: all that were read, also what is not covered.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Cow::Borrowed(bytes) => bytes,
            Cow::Owned(bytes) => bytes.as_slice(),
        }
    }

    /// The bytes that the signers have signed, with the header, and the signature section where it is among them: a
    /// whole module for an engine. All of them, unless the policy was content with a prefix.
    #[must_use]
    pub const fn covered_bytes(&self) -> &[u8] {
        // What is covered lies in the bytes, so this fits.
        self.bytes().split_at(self.verified.covered() as usize).0
    }

    /// The proof.
    pub const fn verified(&self) -> &Verified {
        &self.verified
    }

    /// The two apart. From here on nothing holds them together.
    pub fn into_parts(self) -> (Cow<'a, [u8]>, Verified) {
        (self.bytes, self.verified)
    }

    /// The same, in memory of its own.
    pub fn into_owned(self) -> VerifiedModule<'static> {
        VerifiedModule::new(Cow::Owned(Vec::from(self.bytes)), self.verified)
    }
}

/// Without the bytes, of which there may be millions.
impl fmt::Debug for VerifiedModule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedModule")
            .field("length", &self.bytes.len())
            .field("verified", &self.verified)
            .finish()
    }
}
