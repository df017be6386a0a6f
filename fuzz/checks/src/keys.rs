//! Key files: whatever is read as a key is written as the same key.

use wasmsign_core::keys::KeyDescription;
use wasmsign_core::{KeyEncoding, KeyError, PublicKey, SecretKey};

use crate::text::{base64, hex, pem};

const ENCODINGS: [KeyEncoding; 4] =
    [KeyEncoding::Pem, KeyEncoding::Compact, KeyEncoding::OpenSsh, KeyEncoding::Minisign];

/// Takes the input for a key file, and for the bytes inside of each kind of text.
pub fn check_keys(data: &[u8]) {
    key_file(data);
    for text in [
        pem("PUBLIC KEY", data),
        pem("PRIVATE KEY", data),
        pem("OPENSSH PRIVATE KEY", data),
        pem("ENCRYPTED PRIVATE KEY", data),
        format!("untrusted comment: key\n{}\n", base64(data)),
        format!("ssh-ed25519 {} comment", base64(data)),
        base64(data),
        hex(data),
    ] {
        key_file(text.as_bytes());
    }
}

/// Reads a file as a public and as a secret key; it is one of them at most.
pub fn key_file(file: &[u8]) {
    let (public, secret) = (PublicKey::decode(file), SecretKey::decode(file));
    assert!(public.is_err() || secret.is_err(), "both a public and a secret key");
    description(file, &public, &secret);
    match public {
        Ok(key) => public_key(&key),
        Err(error) => harmless(&error),
    }
    match secret {
        Ok(key) => secret_key(&key),
        Err(error) => harmless(&error),
    }
}

/// What is said without a passphrase is what is read; the work of an encrypted key is bounded or refused.
fn description(
    file: &[u8],
    public: &Result<PublicKey, KeyError>,
    secret: &Result<SecretKey, KeyError>,
) {
    let key = public.as_ref().ok().or(secret.as_ref().ok().map(SecretKey::public_key));
    match KeyDescription::of(file) {
        Ok(found) if found.is_encrypted => {
            assert!(matches!(secret, Err(KeyError::Encrypted)) && found.is_secret);
            if let Err(error) = SecretKey::check_encryption(file) {
                harmless(&error);
            }
        }
        Ok(found) => {
            assert_eq!(found.public_key.as_ref(), key);
            assert_eq!(found.is_secret, secret.is_ok());
        }
        Err(error) => {
            assert!(key.is_none());
            harmless(&error);
        }
    }
}

fn public_key(key: &PublicKey) {
    assert_eq!(key.ed25519_bytes().map(PublicKey::from_bytes), Some(Ok(key.clone())));
    for encoding in ENCODINGS {
        let written = key.encode(encoding);
        assert_eq!(PublicKey::decode(&written).as_ref(), Ok(key), "{encoding:?}");
        assert!(matches!(SecretKey::decode(&written), Err(KeyError::PublicGiven)));
    }
}

fn secret_key(key: &SecretKey) {
    let compact = key.encode(KeyEncoding::Compact);
    for encoding in ENCODINGS {
        let written = key.encode(encoding);
        let again = SecretKey::decode(&written).expect("what was written can be read");
        assert_eq!(again.encode(KeyEncoding::Compact), compact, "{encoding:?}");
        assert_eq!(again.encode(encoding), written, "{encoding:?}");
        assert_eq!(PublicKey::decode(&written), Err(KeyError::SecretGiven));
    }
    public_key(key.public_key());
}

/// Errors go to a terminal, with words of the file in them.
fn harmless(error: &KeyError) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 1000, "{} bytes", text.len());
}
