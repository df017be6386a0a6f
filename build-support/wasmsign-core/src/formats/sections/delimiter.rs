//! Delimiters that a build makes again, and that nobody but its signer can predict.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What the signer signs for the key. No signed message of a module begins like it: those begin with `wasmsig`.
pub(crate) const DELIMITER_KEY_TEXT: &[u8] = b"cargo-wasmsign delimiter v1";

/// The key of the delimiters of one signer's builds.
///
/// Whoever has it can predict delimiters, so it is overwritten when it is dropped, and has no `Debug`.
///
/// [`sign::delimiter_key`](crate::sign::delimiter_key) makes it.
///
/// ```
/// use wasmsign_core::{SecretKey, sign};
///
/// let secret = SecretKey::from_seed(&[7; 32]);
/// let key = sign::delimiter_key(&secret)?.expect("a secret key always signs alike");
/// assert_ne!(key.delimiter(&[0; 32]), key.delimiter(&[1; 32]));
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
pub struct DelimiterKey(Zeroizing<[u8; 32]>);

impl DelimiterKey {
    /// The content of the delimiter that stands behind a body with this SHA-256.
    pub fn delimiter(&self, before: &[u8; 32]) -> [u8; 16] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice())
            .expect("HMAC takes keys of every length");
        mac.update(before);
        let mut content = [0; 16];
        content.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        content
    }
}

/// The key that a signer's signature over [`DELIMITER_KEY_TEXT`] gives.
pub(crate) fn key_from_signature(signature: &[u8; 64]) -> DelimiterKey {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, signature)
        .expand(&[], key.as_mut_slice())
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    DelimiterKey(key)
}
