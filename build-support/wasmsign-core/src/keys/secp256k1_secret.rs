//! Secret keys of ECDSA over secp256k1, as `openssl ecparam -name secp256k1 -genkey` writes them.

use alloc::borrow::ToOwned;
use core::fmt;

use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use k256::pkcs8::DecodePrivateKey;

use super::error::KeyError;
use super::public::PublicKey;
use super::secp256k1::{EcdsaSignature, Point};
use super::secret::SecretKey;
use super::stack;

/// A secret key of ECDSA over secp256k1. `Debug` shows the public key only.
pub struct Secp256k1SecretKey {
    signing: SigningKey,
    public: PublicKey,
}

impl Secp256k1SecretKey {
    /// Reads a key in PEM: `EC PRIVATE KEY` (SEC 1, RFC 5915), also behind `EC PARAMETERS`, or `PRIVATE KEY` (PKCS#8).
    ///
    /// # Errors
    /// [`KeyError::Pem`] and [`KeyError::PemLabel`] where it is none; [`KeyError::WrongAlgorithm`] where it is one of another
    /// algorithm or curve; [`KeyError::Der`]; [`KeyError::PublicGiven`].
    pub fn decode(bytes: &[u8]) -> Result<Self, KeyError> {
        let text = core::str::from_utf8(bytes).map_err(|_| no_pem())?;
        // `openssl ecparam -genkey` writes the curve before the key.
        let text = text.trim_ascii_start();
        let text = block(text, PARAMETERS).map_or(text, |(_, behind)| behind.trim_ascii_start());
        let secret = stack::cleared(|| match (only_block(text, SEC1), only_block(text, PKCS8)) {
            (Some(block), _) => k256::SecretKey::from_sec1_pem(block).map_err(|_| of_sec1()),
            (None, Some(block)) => {
                k256::SecretKey::from_pkcs8_pem(block).map_err(|_| of_pkcs8(bytes))
            }
            (None, None) => Err(stranger(bytes)),
        })?;
        let signing = SigningKey::from(secret);
        let public = PublicKey::secp256k1(Point::of(signing.verifying_key())?);
        Ok(Self { signing, public })
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The signature over a SHA-256 digest, deterministic (RFC 6979), its S in the lower half.
    ///
    /// # Errors
    /// None that a digest of 32 bytes gives.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Option<EcdsaSignature> {
        let signature: Option<Signature> =
            stack::cleared(|| self.signing.sign_prehash(digest).ok());
        signature.as_ref().map(EcdsaSignature::low)
    }
}

impl fmt::Debug for Secp256k1SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secp256k1SecretKey").field("public", &self.public).finish_non_exhaustive()
    }
}

const PARAMETERS: &str = "EC PARAMETERS";
const SEC1: &str = "EC PRIVATE KEY";
const PKCS8: &str = "PRIVATE KEY";

/// The block of this label that a text begins with, from its first line to its last, and what stands behind it.
fn block<'a>(text: &'a str, label: &str) -> Option<(&'a str, &'a str)> {
    let end = alloc::format!("-----END {label}-----");
    text.starts_with(&alloc::format!("-----BEGIN {label}-----")).then_some(())?;
    Some(text.split_at(text.find(&end)? + end.len()))
}

/// The block of this label, where it is all that the text has: of two keys nobody knows which one is meant.
fn only_block<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (block, behind) = block(text, label)?;
    behind.trim_ascii().is_empty().then_some(block)
}

fn no_pem() -> KeyError {
    KeyError::Pem { offset: None, reason: "expected a key of secp256k1 in PEM".to_owned() }
}

fn of_sec1() -> KeyError {
    KeyError::WrongAlgorithm { found: "EC (ECDSA) over another curve, or damaged".to_owned() }
}

/// What a PKCS#8 key is that is none of secp256k1.
fn of_pkcs8(bytes: &[u8]) -> KeyError {
    match SecretKey::decode(bytes) {
        Ok(_) => KeyError::WrongAlgorithm { found: "Ed25519".to_owned() },
        Err(error) => error,
    }
}

fn stranger(bytes: &[u8]) -> KeyError {
    match PublicKey::decode_any(bytes) {
        Ok(_) => KeyError::PublicGiven,
        Err(KeyError::SecretGiven) => KeyError::WrongAlgorithm { found: "Ed25519".to_owned() },
        Err(_) => no_pem(),
    }
}
