//! Who signs, and what stands beside a signature.

use std::boxed::Box;
use std::vec::Vec;

use super::error::SignError;
use crate::keys::{PublicKey, SecretKey};

/// Whatever kept a signer from signing.
pub type SignerError = Box<dyn std::error::Error + Send + Sync>;

/// Something that signs with an Ed25519 key: a [`SecretKey`], or a program or device
/// that never shows its seed.
pub trait Signer {
    /// The public key that belongs to the signatures.
    fn public_key(&self) -> &PublicKey;

    /// The Ed25519 signature (RFC 8032, pure) of `message`.
    ///
    /// # Errors
    ///
    /// Whatever kept the signer from signing.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError>;
}

impl Signer for SecretKey {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.sign(message))
    }
}

/// The hint at the key that is stored beside a signature. It is not signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyId {
    /// [`PublicKey::default_key_id`].
    #[default]
    Auto,
    /// None.
    None,
    /// These bytes, at most [`MAX_KEY_ID_BYTES`](crate::limits::MAX_KEY_ID_BYTES).
    Bytes(Vec<u8>),
}

impl KeyId {
    /// The bytes that stand for `key`.
    pub fn for_key(&self, key: &PublicKey) -> Vec<u8> {
        match self {
            Self::Auto => key.default_key_id().to_vec(),
            Self::None => Vec::new(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

/// A signature that is to be made.
#[derive(Clone)]
pub struct NewSignature<'a> {
    /// Who signs.
    pub signer: &'a dyn Signer,
    /// The hint beside the signature.
    pub key_id: KeyId,
}

impl<'a> NewSignature<'a> {
    /// One by this signer, with the usual hint.
    #[must_use]
    pub fn by(signer: &'a dyn Signer) -> Self {
        Self { signer, key_id: KeyId::Auto }
    }
}

/// A signature that was seen to be valid.
pub(super) fn signature(signer: &dyn Signer, message: &[u8]) -> Result<[u8; 64], SignError> {
    let public_key = signer.public_key();
    let signature =
        signer.sign(message).map_err(|source| SignError::of_signer(public_key, source))?;
    checked(public_key, message, &signature)?;
    Ok(signature)
}

/// Refuses a signature that is not valid under this key.
pub(super) fn checked(
    public_key: &PublicKey,
    message: &[u8],
    signature: &[u8; 64],
) -> Result<(), SignError> {
    match public_key.verify(message, signature) {
        true => Ok(()),
        false => {
            let source = "its signature is not valid under this key".into();
            Err(SignError::of_signer(public_key, source))
        }
    }
}
