//! Delimiters that a build makes again, and that nobody but its signer can predict.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::Result;
use crate::sign::{Signer, signature};

/// What the signer signs for the key. No signed message of a module begins like it: those begin with `wasmsig`.
const TEXT: &[u8] = b"cargo-wasmsign delimiter v1";

/// The key of the delimiters of one signer's builds.
///
/// Whoever has it can predict delimiters, so it is overwritten when it is dropped, and has no `Debug`.
///
/// ```
/// use wasmsign_core::{SecretKey, delimiter::DelimiterKey};
///
/// let secret = SecretKey::from_seed(&[7; 32]);
/// let key = DelimiterKey::derive(&secret)?.expect("a secret key always signs alike");
/// assert_ne!(key.delimiter(&[0; 32]), key.delimiter(&[1; 32]));
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
pub struct DelimiterKey(Zeroizing<[u8; 32]>);

impl DelimiterKey {
    /// Asks the signer for two signatures over a text of fixed wording, and makes the key of them. It takes no seed, so
    /// that an agent or a token is as good as a key in a file.
    ///
    /// `None` where the two signatures differ: no second build could make these delimiters again, and random ones
    /// serve as well.
    ///
    /// # Errors
    ///
    /// [`Error::Signer`](crate::Error::Signer), where a signature does not verify too.
    pub fn derive(signer: &dyn Signer) -> Result<Option<Self>> {
        let first = Zeroizing::new(signature(signer, TEXT)?);
        let second = Zeroizing::new(signature(signer, TEXT)?);
        Ok((first == second).then(|| Self::from_signature(&first)))
    }

    /// The content of the delimiter that stands behind a body with this SHA-256.
    pub fn delimiter(&self, before: &[u8; 32]) -> [u8; 16] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice())
            .expect("HMAC takes keys of every length");
        mac.update(before);
        let mut content = [0; 16];
        content.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        content
    }

    fn from_signature(signature: &[u8; 64]) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, signature)
            .expand(&[], key.as_mut_slice())
            .expect("HKDF-SHA256 gives up to 8160 bytes");
        Self(key)
    }
}

#[cfg(test)]
mod tests;
