//! Key files: whatever is read as a key is written as the same key.

use wasmsign_core::{KeyEncoding, KeyError, PublicKey, SecretKey};

use crate::text::{base64, hex, pem};

const ENCODINGS: [KeyEncoding; 3] = [KeyEncoding::Pem, KeyEncoding::Compact, KeyEncoding::OpenSsh];

/// Takes the input for a key file, and for the bytes inside of each kind of text.
pub fn check_keys(data: &[u8]) {
    key_file(data);
    for text in [
        pem("PUBLIC KEY", data),
        pem("PRIVATE KEY", data),
        pem("OPENSSH PRIVATE KEY", data),
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
    match public {
        Ok(key) => public_key(&key),
        Err(error) => harmless(&error),
    }
    match secret {
        Ok(key) => secret_key(&key),
        Err(error) => harmless(&error),
    }
}

fn public_key(key: &PublicKey) {
    assert_eq!(PublicKey::from_bytes(key.as_bytes()).as_ref(), Ok(key));
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
