//! The public key.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

#[cfg(feature = "minisign")]
use ed25519_dalek::StreamVerifier;
use ed25519_dalek::{Signature, VerifyingKey};

use super::Algorithm;
use super::encoding::{self, KeyEncoding};
use super::error::KeyError;
#[cfg(feature = "wasm-sign")]
use super::secp256k1::EcdsaSignature;
use super::{key_id, strict};

/// A public key: Ed25519, canonically encoded, on the curve, not of small order; with the feature `wasm-sign` also ECDSA over
/// secp256k1.
///
/// It holds the checked bytes rather than the point, so that a key can be a constant. To find the point again costs a
/// verification a few microseconds of some forty.
///
/// Displayed as 66 hexadecimal digits: Ed25519 in its compact form, which begins with `01`, secp256k1 as its compressed
/// point (SEC 1), which begins with `02` or `03`. [`FromStr`] reads every text that [`PublicKey::decode`] reads, the compact
/// form among them.
#[derive(Clone)]
pub struct PublicKey {
    point: Point,
    /// That of minisign's encoding, which is no part of the key.
    minisign_number: Option<[u8; 8]>,
}

/// The checked bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Point {
    Ed25519([u8; 32]),
    #[cfg(feature = "wasm-sign")]
    Secp256k1(super::secp256k1::Point),
}

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
        Ok(Self::from_checked(*bytes))
    }

    /// An Ed25519 key of bytes that were checked elsewhere. Bytes that are no point make a key under which nothing verifies.
    pub(crate) const fn from_checked(bytes: [u8; 32]) -> Self {
        Self { point: Point::Ed25519(bytes), minisign_number: None }
    }

    /// A key that was computed from a seed: a reduced multiple of the base point that is never
    /// zero modulo its order, so every rule of [`PublicKey::from_bytes`] holds.
    pub(super) fn computed(key: VerifyingKey) -> Self {
        Self::from_checked(key.to_bytes())
    }

    /// The same key, by this number of minisign's.
    pub(super) fn numbered(self, minisign_number: Option<[u8; 8]>) -> Self {
        Self { minisign_number, ..self }
    }

    /// The bytes of the key: of Ed25519 the 32 that [`PublicKey::from_bytes`] takes, of secp256k1 the 33 of the compressed
    /// point.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match &self.point {
            Point::Ed25519(bytes) => bytes,
            #[cfg(feature = "wasm-sign")]
            Point::Secp256k1(point) => point.as_bytes(),
        }
    }

    /// The 32 bytes of an Ed25519 key, as [`PublicKey::from_bytes`] takes them.
    #[must_use]
    pub const fn ed25519_bytes(&self) -> Option<&[u8; 32]> {
        match &self.point {
            Point::Ed25519(bytes) => Some(bytes),
            #[cfg(feature = "wasm-sign")]
            Point::Secp256k1(_) => None,
        }
    }

    /// What the key verifies.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match &self.point {
            Point::Ed25519(_) => Algorithm::Ed25519,
            #[cfg(feature = "wasm-sign")]
            Point::Secp256k1(_) => Algorithm::EcdsaSecp256k1,
        }
    }

    /// The number by which minisign's signatures name this key, where it was read from one of minisign's files.
    ///
    /// Two keys that differ in it alone are the same key.
    #[must_use]
    pub const fn minisign_number(&self) -> Option<[u8; 8]> {
        self.minisign_number
    }

    /// That number, else the one that signatures of this key have: the first 8 bytes of its usual id.
    #[cfg(feature = "minisign")]
    pub(crate) fn minisign_number_or_usual(&self) -> [u8; 8] {
        let usual = || *self.default_key_id().first_chunk().expect("12 bytes are more than 8");
        self.minisign_number.unwrap_or_else(usual)
    }

    /// Whether `signature` (R ‖ S, 64 bytes) is this Ed25519 key's over `message`. Nothing is one of a key of another
    /// algorithm.
    ///
    /// Strict: S ≥ L, and a key or an R that is not canonical or of small order, are refused, so that
    /// every verifier agrees. That is our own check: features of `ed25519-dalek`, which any crate of a program can switch
    /// on, have no part in it.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.strict_for(&signature)
            .is_some_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    /// The key, where it and the signature are of the only form that is taken.
    fn strict_for(&self, signature: &Signature) -> Option<VerifyingKey> {
        let bytes = self.ed25519_bytes()?;
        let strict = strict::is_reduced(signature.s_bytes())
            && strict::is_strict_point(signature.r_bytes())
            && strict::is_strict_point(bytes);
        strict.then(|| VerifyingKey::from_bytes(bytes).ok()).flatten()
    }

    /// Verifies a signature of this Ed25519 key over a message that comes piece by piece, as strictly as
    /// [`PublicKey::verify`]. `None` where the form of the signature refuses it.
    #[cfg(feature = "minisign")]
    pub(crate) fn verify_stream(&self, signature: &[u8; 64]) -> Option<StreamVerifier> {
        let signature = Signature::from_bytes(signature);
        self.strict_for(&signature)?.verify_stream(&signature).ok()
    }

    /// Whether this is a signature of this secp256k1 key over a SHA-256 digest.
    #[cfg(feature = "wasm-sign")]
    pub(crate) fn verify_ecdsa(&self, digest: &[u8; 32], signature: &EcdsaSignature) -> bool {
        match &self.point {
            Point::Ed25519(_) => false,
            Point::Secp256k1(point) => point.verify(digest, signature),
        }
    }

    /// The key id that the field uses by default: the first 12 bytes of HMAC-SHA256, keyed with
    /// the bytes of this key, over the text `key_id`. A hint, never a proof.
    #[must_use]
    pub fn default_key_id(&self) -> [u8; 12] {
        key_id::of(self.as_bytes())
    }

    /// Reads an Ed25519 key whose encoding is told by its bytes: compact (33 bytes, nothing after them),
    /// SPKI in DER or PEM, an OpenSSH line, minisign's two lines or the second alone, or one line of hex or standard
    /// base64 of the 32 bytes, the compact or the DER form. White space around text is ignored, and so is a byte order mark; the lines of PEM may be
    /// indented, or joined by spaces or by `\n` as text.
    ///
    /// # Errors
    /// A [`KeyError`] that says what was found instead; [`KeyError::SecretGiven`] for secret keys
    /// of every one of these encodings.
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        let (key, minisign_number) = encoding::read_public(bytes)?;
        Ok(Self::from_bytes(&key)?.numbered(minisign_number))
    }

    /// Reads a key of any algorithm that has a format: as [`PublicKey::decode`], and ECDSA keys over secp256k1 as SPKI in
    /// DER or PEM.
    ///
    /// # Errors
    /// As [`PublicKey::decode`].
    #[cfg(feature = "wasm-sign")]
    pub fn decode_any(bytes: &[u8]) -> Result<Self, KeyError> {
        match encoding::read_secp256k1(bytes) {
            Some(spki) => Ok(Self {
                point: Point::Secp256k1(super::secp256k1::Point::from_spki(&spki)?),
                minisign_number: None,
            }),
            None => Self::decode(bytes),
        }
    }

    /// The public half of a secp256k1 key.
    #[cfg(feature = "wasm-sign")]
    pub(super) fn secp256k1(point: super::secp256k1::Point) -> Self {
        Self { point: Point::Secp256k1(point), minisign_number: None }
    }

    /// Writes the key: `Pem` is SPKI in PEM, `Compact` is `01 ‖ key` (33 bytes), `OpenSsh` is
    /// `ssh-ed25519 AAAA…` without comment, `Minisign` its two lines, with the number that the key came with, else one made
    /// from the key: the first 8 bytes of [`PublicKey::default_key_id`]. Texts end with a newline. Keys of secp256k1 have
    /// `Pem`, and the compressed point in every other encoding.
    #[must_use]
    pub fn encode(&self, encoding: KeyEncoding) -> Vec<u8> {
        match &self.point {
            Point::Ed25519(key) => {
                encoding::write_public(encoding, key, self.minisign_number.as_ref())
            }
            #[cfg(feature = "wasm-sign")]
            Point::Secp256k1(point) => match encoding {
                KeyEncoding::Pem => point.to_pem(),
                _ => point.as_bytes().to_vec(),
            },
        }
    }

    /// Writes an Ed25519 key in minisign's two lines, with the number by which existing signatures name it. A key of another
    /// algorithm gives nothing.
    #[cfg(feature = "minisign")]
    #[must_use]
    pub fn encode_minisign(&self, number: &[u8; 8]) -> Vec<u8> {
        let key = self.ed25519_bytes();
        key.map(|key| encoding::write_minisign_public(number, key)).unwrap_or_default()
    }
}

/// By the key, whatever its number.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.point == other.point
    }
}

impl Eq for PublicKey {}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.point.cmp(&other.point)
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.point.hash(state);
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
