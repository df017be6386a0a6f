//! The public key.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};

use super::encoding::{self, KeyEncoding};
use super::error::KeyError;
use super::{key_id, strict};

/// An Ed25519 public key: canonically encoded, on the curve, not of small order.
///
/// It holds the checked bytes rather than the point, so that a key can be a constant. To find the point again costs a
/// verification a few microseconds of some forty.
///
/// Displayed as its compact form, 66 hexadecimal digits that begin with `01`. [`FromStr`] reads that, and every other
/// text that [`PublicKey::decode`] reads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Takes the 32 bytes of RFC 8032, section 5.1.2: y in little-endian order, and the sign of x
    /// in the highest bit.
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`]; [`KeyError::NonCanonical`] where y ≥ 2²⁵⁵−19 or x is "−0";
    /// [`KeyError::SmallOrder`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NonCanonical);
        }
        if key.is_weak() {
            return Err(KeyError::SmallOrder);
        }
        Ok(Self(*bytes))
    }

    /// A key of bytes that were checked elsewhere. Bytes that are no point make a key under which nothing verifies.
    pub(crate) const fn from_checked(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key that was computed from a seed: a reduced multiple of the base point that is never
    /// zero modulo its order, so every rule of [`PublicKey::from_bytes`] holds.
    pub(super) fn computed(key: VerifyingKey) -> Self {
        Self(key.to_bytes())
    }

    /// The 32 bytes, as [`PublicKey::from_bytes`] takes them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `signature` (R ‖ S, 64 bytes) is this key's over `message`.
    ///
    /// Strict: S ≥ L, and a key or an R that is not canonical or of small order, are refused, so that
    /// every verifier agrees. That is our own check: features of `ed25519-dalek`, which any crate of a program can switch
    /// on, have no part in it.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        strict::is_reduced(signature.s_bytes())
            && strict::is_strict_point(signature.r_bytes())
            && strict::is_strict_point(&self.0)
            && VerifyingKey::from_bytes(&self.0)
                .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    /// The key id that the field uses by default: the first 12 bytes of HMAC-SHA256, keyed with
    /// the 32 bytes of this key, over the text `key_id`. A hint, never a proof.
    #[must_use]
    pub fn default_key_id(&self) -> [u8; 12] {
        key_id::of(self.as_bytes())
    }

    /// Reads a key whose encoding is told by its bytes: compact (33 bytes, nothing after them),
    /// SPKI in DER or PEM, an OpenSSH line, minisign's two lines or the second alone, or one line of hex or standard
    /// base64 of the 32 bytes, the compact or the DER form. White space around text is ignored, and so is a byte order mark; the lines of PEM may be
    /// indented, or joined by spaces or by `\n` as text.
    ///
    /// # Errors
    /// A [`KeyError`] that says what was found instead; [`KeyError::SecretGiven`] for secret keys
    /// of every one of these encodings.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::from_bytes(&encoding::read_public(bytes)?)
    }

    /// Writes the key: `Pem` is SPKI in PEM, `Compact` is `01 ‖ key` (33 bytes), `OpenSsh` is
    /// `ssh-ed25519 AAAA…` without comment, `Minisign` its two lines with a number made from the key: the first 8 bytes of
    /// [`PublicKey::default_key_id`]. Texts end with a newline.
    #[must_use]
    pub fn encode(&self, encoding: KeyEncoding) -> Vec<u8> {
        encoding::write_public(encoding, self.as_bytes())
    }

    /// Writes the key in minisign's two lines, with the number by which existing signatures name it:
    /// [`SecretKey::minisign_number`](super::SecretKey::minisign_number) or
    /// [`KeyDescription::minisign_number`](super::KeyDescription::minisign_number).
    #[cfg(feature = "minisign")]
    #[must_use]
    pub fn encode_minisign(&self, number: &[u8; 8]) -> Vec<u8> {
        encoding::write_minisign_public(number, self.as_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.encode(KeyEncoding::Compact)))
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::decode(text.as_bytes())
    }
}

#[cfg(feature = "serde")]
crate::serde_text::serde_as_text!(PublicKey, "a public key");

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.as_bytes()))
    }
}
