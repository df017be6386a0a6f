//! The secret key.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};
use zeroize::{Zeroize, Zeroizing};

use super::encoding::{Form, compact, der, openssh};
use super::{KeyEncoding, KeyError, PublicKey, stack};

/// A seed, and the public half that some encodings keep beside it.
pub(in crate::keys) struct Halves {
    pub(in crate::keys) seed: Seed,
    pub(in crate::keys) public: Option<[u8; 32]>,
}

/// A seed in a place of its own. Decoding copies it there from where it was read, and nowhere else: a value on the stack
/// would leave copies wherever it is moved, and in the unused bytes of whatever comes to lie there, such as an error.
pub(in crate::keys) struct Seed(Box<[u8; 32]>);

impl Seed {
    /// Takes 32 bytes, and no other number of them.
    pub(in crate::keys) fn copy(bytes: &[u8]) -> Option<Self> {
        let seed: &[u8; 32] = bytes.try_into().ok()?;
        // Straight to the heap, which `Box::new` would not do.
        let seed: Box<[u8]> = seed.as_slice().into();
        seed.try_into().ok().map(Self)
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

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
        match Form::read(bytes)? {
            Form::CompactSecret(key) => Self::from_halves(compact::halves(&key)?),
            Form::Pkcs8(info) => Self::from_halves(der::decode_pkcs8(&info)?),
            Form::OpenSshSecret(key) => Self::from_halves(openssh::decode_secret(&key)?),
            Form::Encrypted => Err(KeyError::Encrypted),
            Form::CompactPublic(_) | Form::Spki(_) | Form::OpenSshPublic(_) => {
                Err(KeyError::PublicGiven)
            }
        }
    }

    /// Signing with a wrong public half gives the secret scalar away: refuse the key instead.
    fn from_halves(halves: Halves) -> Result<Self, KeyError> {
        let key = Self::from_seed(&halves.seed.0);
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
        stack::cleared(|| match encoding {
            KeyEncoding::Pem => into_bytes(der::encode_pkcs8_pem(seed)),
            KeyEncoding::Compact => compact::encode_secret(seed, public),
            KeyEncoding::OpenSsh => into_bytes(openssh::encode_secret(seed, public)),
        })
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

/// Moves the text: a copy would leave one behind.
fn into_bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("public", &self.public).finish_non_exhaustive()
    }
}
