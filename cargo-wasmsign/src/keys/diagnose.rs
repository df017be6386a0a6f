//! What was signed in place of the message, where a signature does not verify.

use ed25519_dalek::{Digest, Sha512, VerifyingKey};
use sha2::Sha256;
use wasmsign_core::PublicKey;

/// Tells a signature that the right key has made of something else, or in another way.
pub(crate) fn mistake(
    key: &PublicKey,
    message: &[u8],
    signature: &[u8; 64],
) -> Option<&'static str> {
    let is_of = |bytes: &[u8]| key.verify(bytes, signature);
    let mut line = message.to_vec();
    line.push(b'\n');
    if is_prehashed(key, message, signature) {
        Some("it is an Ed25519ph signature, not pure Ed25519")
    } else if is_of(&Sha512::digest(message)) {
        Some("it signs the SHA-512 hash of the message, not the message")
    } else if is_of(&Sha256::digest(message)) {
        Some("it signs the SHA-256 hash of the message, not the message")
    } else if is_of(&line) {
        Some("it signs the message followed by a newline")
    } else if is_of(b"") {
        Some("it signs an empty message: the message was not read")
    } else {
        None
    }
}

/// Whether a signature is one of Ed25519ph (RFC 8032) without a context.
fn is_prehashed(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    let prehashed = Sha512::new_with_prefix(message);
    key.ed25519_bytes().and_then(|bytes| VerifyingKey::from_bytes(bytes).ok()).is_some_and(|key| {
        key.verify_prehashed_strict(prehashed, None, &(*signature).into()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use wasmsign_core::SecretKey;

    use super::*;

    #[test]
    fn each_is_told_from_the_others() {
        let (key, message) = (SecretKey::from_seed(&[1; 32]), &b"wasmsig"[..]);
        let prehashed = SigningKey::from_bytes(&[1; 32])
            .sign_prehashed(Sha512::new_with_prefix(message), None)
            .unwrap()
            .to_bytes();
        let told = |signature: [u8; 64]| mistake(key.public_key(), message, &signature);
        assert!(told(prehashed).unwrap().contains("Ed25519ph"));
        assert!(told(key.sign(&Sha512::digest(message))).unwrap().contains("SHA-512"));
        assert!(told(key.sign(&Sha256::digest(message))).unwrap().contains("SHA-256"));
        assert!(told(key.sign(b"wasmsig\n")).unwrap().contains("newline"));
        assert!(told(key.sign(b"")).unwrap().contains("was not read"));
        assert_eq!(told(key.sign(b"other")), None);
        assert_eq!(told(SecretKey::from_seed(&[2; 32]).sign(message)), None);
    }
}
