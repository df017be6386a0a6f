//! The secret key.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use super::encoding::{self, KeyEncoding};
use super::error::KeyError;
use super::parsed::Halves;
use super::public::PublicKey;
use super::stack;

/// An Ed25519 secret key. Its public half is always the one computed from the seed.
///
/// The seed is in one place, and overwritten when the key is dropped; what signs with it overwrites the stack that it has
/// used. `Debug` shows the public key only.
pub struct SecretKey {
    /// Where moving the key moves no secret.
    signing: Box<SigningKey>,
    public: PublicKey,
}

impl SecretKey {
    /// Takes the 32-byte seed (the "private key" of RFC 8032). Every seed is a key.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        stack::cleared(|| {
            let signing = Box::new(SigningKey::from_bytes(seed));
            let public = PublicKey::computed(signing.verifying_key());
            Self { signing, public }
        })
    }

    /// Reads a key whose encoding is told by its bytes: compact (65 bytes, nothing after them),
    /// PKCS#8 v1 or v2 in DER or PEM, OpenSSH without passphrase, or one line of hex or standard
    /// base64 of the compact or the DER form. White space around text is ignored, and so is a byte order mark; the
    /// lines of PEM may be indented, or joined by spaces or by `\n` as text.
    ///
    /// # Errors
    /// A [`KeyError`] that says what was found instead; [`KeyError::MismatchedHalves`] where the
    /// encoding carries a public half that is not that of the seed; [`KeyError::PublicGiven`] for
    /// public keys of every one of these encodings; [`KeyError::Encrypted`].
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::from_halves(encoding::read_secret(bytes)?)
    }

    /// Signing with a wrong public half gives the secret scalar away: refuse the key instead.
    fn from_halves(halves: Halves) -> Result<Self, KeyError> {
        let key = Self::from_seed(halves.seed.bytes());
        match halves.public {
            Some(public) if public != *key.public.as_bytes() => Err(KeyError::MismatchedHalves),
            _ => Ok(key),
        }
    }

    /// Writes the key: `Pem` is PKCS#8 v1 in PEM (`openssl` 3.0 does not read v2, which has
    /// the public half), `Compact` is `81 ‖ seed ‖ public key` (65 bytes), `OpenSsh` is an unencrypted
    /// `OPENSSH PRIVATE KEY` without comment. The same key always gives the same bytes.
    #[must_use]
    pub fn encode(&self, encoding: KeyEncoding) -> Zeroizing<Vec<u8>> {
        let (seed, public) = (self.signing.as_bytes(), self.public.as_bytes());
        stack::cleared(|| encoding::write_secret(encoding, seed, public))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The Ed25519 signature (R ‖ S, 64 bytes) over `message`; deterministic, as in RFC 8032.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        stack::cleared(|| self.signing.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("public", &self.public).finish_non_exhaustive()
    }
}
