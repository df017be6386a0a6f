//! Public keys and signatures of ECDSA over secp256k1 (SEC 2) with SHA-256.

use alloc::string::ToString;
use alloc::vec::Vec;

use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::pkcs8::{DecodePublicKey, EncodePublicKey, LineEnding};

use super::error::KeyError;

/// A point of the curve, compressed: the sign of y as `02` or `03`, and x in big-endian order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Point([u8; 33]);

impl Point {
    pub(super) fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let key = k256::PublicKey::from_public_key_der(der)
            .map_err(|error| KeyError::Der { offset: None, reason: error.to_string() })?;
        Self::of(&VerifyingKey::from(key))
    }

    pub(super) fn of(key: &VerifyingKey) -> Result<Self, KeyError> {
        let point = key.as_affine().to_sec1_point(true);
        point.as_bytes().try_into().map(Self).map_err(|_| KeyError::NotAPoint)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 33] {
        &self.0
    }

    fn key(&self) -> Option<VerifyingKey> {
        VerifyingKey::from_sec1_bytes(&self.0).ok()
    }

    pub(super) fn verify(&self, digest: &[u8; 32], signature: &EcdsaSignature) -> bool {
        self.key().is_some_and(|key| key.verify_prehash(digest, &signature.0).is_ok())
    }

    /// SPKI in PEM.
    pub(super) fn to_pem(&self) -> Vec<u8> {
        let key = self.key().map(|key| k256::PublicKey::from(&key));
        let pem = key.and_then(|key| key.to_public_key_pem(LineEnding::LF).ok());
        pem.expect("a checked point has an encoding").into_bytes()
    }
}

/// An ECDSA signature with its S in the lower half, in which every signature has one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EcdsaSignature(Signature);

impl EcdsaSignature {
    /// The one of the two forms whose S is in the lower half.
    pub(super) fn low(signature: &Signature) -> Self {
        Self(signature.normalize_s())
    }

    /// Reads a signature in DER, of which only the shortest form is one. A high S becomes the low one that verifies the same.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let signature = Signature::from_der(der).ok()?;
        Some(Self::low(&signature))
    }

    /// The signature in DER: at most 72 bytes.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        self.0.to_der().as_bytes().to_vec()
    }
}
