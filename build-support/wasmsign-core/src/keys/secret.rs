//! The secret key.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

use super::encoding::{self, KeyEncoding, Written};
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
    /// PKCS#8 v1 or v2 in DER or PEM, OpenSSH and minisign without passphrase, or one line of hex or standard
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

    /// Reads a key that may be under a passphrase: PKCS#8 by PBES2 (scrypt, or PBKDF2 with HMAC of SHA-1, SHA-256,
    /// SHA-384 or SHA-512, and AES-CBC), OpenSSH (bcrypt, and AES or ChaCha20), minisign (scrypt). A key that is not
    /// encrypted is read as [`SecretKey::decode`] does, whatever the passphrase.
    ///
    /// The work that a file asks for is bounded by [`limits`](crate::limits), and checked before it begins. Within them it
    /// takes some seconds, and 1 GiB of memory.
    ///
    /// # Errors
    /// As [`SecretKey::decode`]; [`KeyError::WrongPassphrase`]; [`KeyError::TooMuchWork`] and
    /// [`KeyError::UnknownCipher`], before the passphrase is looked at.
    #[cfg(feature = "encrypted-keys")]
    pub fn decode_encrypted(bytes: &[u8], passphrase: &[u8]) -> Result<Self, KeyError> {
        Self::from_halves(stack::cleared(|| encoding::read_encrypted(bytes, passphrase))?)
    }

    /// Checks what an encrypted key asks for, before anybody is asked for its passphrase. There is nothing to check of others.
    ///
    /// # Errors
    /// [`KeyError::TooMuchWork`], [`KeyError::UnknownCipher`], and those of a file that is damaged where that can be seen.
    #[cfg(feature = "encrypted-keys")]
    pub fn check_encryption(bytes: &[u8]) -> Result<(), KeyError> {
        encoding::check_encryption(bytes)
    }

    /// Signing with a wrong public half gives the secret scalar away: refuse the key instead.
    fn from_halves(halves: Halves) -> Result<Self, KeyError> {
        let key = Self::from_seed(halves.seed.bytes());
        match halves.public {
            Some(public) if public != key.public_bytes() => Err(KeyError::MismatchedHalves),
            _ => Ok(Self { public: key.public.numbered(halves.minisign_number), ..key }),
        }
    }

    /// Writes the key: `Pem` is PKCS#8 v1 in PEM (`openssl` 3.0 does not read v2, which has
    /// the public half), `Compact` is `81 ‖ seed ‖ public key` (65 bytes), `OpenSsh` is an unencrypted
    /// `OPENSSH PRIVATE KEY` without comment, `Minisign` its two lines. The same key always gives the same bytes.
    #[must_use]
    pub fn encode(&self, encoding: KeyEncoding) -> Zeroizing<Vec<u8>> {
        stack::cleared(|| encoding::write_secret(encoding, &self.written()))
    }

    /// Writes the key under a passphrase: `Pem` is PKCS#8 by PBES2 with scrypt (N = 2¹⁴, r = 8, p = 5, the most that
    /// OpenSSL reads) and AES-256-CBC, `OpenSsh` has bcrypt (24 rounds) and AES-256-CTR, `Minisign` has scrypt with 128 MiB.
    ///
    /// `random` are random bytes that were used for nothing else.
    ///
    /// # Errors
    /// [`KeyError::NotEncryptable`] for `Compact`; [`KeyError::WrongPassphrase`] for an empty passphrase.
    #[cfg(feature = "encrypted-keys")]
    pub fn encode_encrypted(
        &self,
        encoding: KeyEncoding,
        passphrase: &[u8],
        random: &[u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if passphrase.is_empty() {
            return Err(KeyError::WrongPassphrase);
        }
        let written = self.written();
        stack::cleared(|| encoding::write_encrypted(encoding, &written, passphrase, random))
    }

    fn written(&self) -> Written<'_> {
        let (seed, public) = (self.signing.as_bytes(), self.public_bytes());
        Written { seed, public, minisign_number: self.minisign_number() }
    }

    fn public_bytes(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }

    /// The number by which minisign's signatures name this key, where it was read from one of minisign's files. It is kept
    /// where the key is written as one.
    #[must_use]
    pub fn minisign_number(&self) -> Option<[u8; 8]> {
        self.public.minisign_number()
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The Ed25519 signature over a message that `feed` gives piece by piece, twice, and both times the same: a message that
    /// differs gives a signature that is not valid, and may give the key away, so the caller must see to that.
    #[cfg(all(feature = "minisign", feature = "sign"))]
    pub(crate) fn sign_stream(
        &self,
        feed: impl Fn(&mut dyn FnMut(&[u8])) -> bool,
    ) -> Option<[u8; 64]> {
        use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign_byupdate};
        use sha2::{Digest, Sha512};

        let failed = || ed25519_dalek::SignatureError::new();
        let update = |hash: &mut Sha512| {
            feed(&mut |bytes| hash.update(bytes)).then_some(()).ok_or_else(failed)
        };
        let sign = || {
            let expanded = ExpandedSecretKey::from(self.signing.as_bytes());
            raw_sign_byupdate::<Sha512, _>(&expanded, update, &self.signing.verifying_key())
        };
        stack::cleared(sign).ok().map(|signature| signature.to_bytes())
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
