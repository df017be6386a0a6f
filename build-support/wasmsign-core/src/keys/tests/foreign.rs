//! Keys that OpenSSL and OpenSSH made: ours are read, others are named.

use std::borrow::ToOwned;
use std::string::{String, ToString};

use super::{KeyError, PublicKey, SecretKey, pem, testdata, unpem};

fn algorithm(error: Option<KeyError>) -> String {
    match error {
        Some(KeyError::WrongAlgorithm { found }) => found,
        other => panic!("expected a wrong algorithm, found {other:?}"),
    }
}

#[test]
fn keys_of_openssl_are_read() {
    let secret = SecretKey::decode(testdata!("openssl-ed.pem")).expect("PEM");
    let public = PublicKey::decode(testdata!("openssl-ed.pub.pem")).expect("PEM");
    assert_eq!(secret.public_key(), &public);
    let secret = SecretKey::decode(testdata!("openssl-ed.der")).expect("DER");
    assert_eq!(secret.public_key(), &public);
    assert_eq!(PublicKey::decode(testdata!("openssl-ed.pub.der")), Ok(public));
}

#[test]
fn keys_of_openssl_are_written_as_it_writes_them() {
    let key = SecretKey::decode(testdata!("openssl-ed.pem")).expect("PEM");
    assert_eq!(*key.encode(super::KeyEncoding::Pem), testdata!("openssl-ed.pem"));
    let public = key.public_key().encode(super::KeyEncoding::Pem);
    assert_eq!(public, testdata!("openssl-ed.pub.pem"));
}

#[test]
fn keys_of_ssh_keygen_are_read() {
    let secret = SecretKey::decode(testdata!("ssh-ed25519")).expect("OpenSSH");
    let public = PublicKey::decode(testdata!("ssh-ed25519.pub")).expect("OpenSSH");
    assert_eq!(secret.public_key(), &public);
    assert!(
        testdata!("ssh-ed25519.pub")
            .starts_with(public.encode(super::KeyEncoding::OpenSsh).trim_ascii_end())
    );
}

#[test]
fn the_version_2_key_of_rfc_8410_is_read() {
    let key = SecretKey::decode(testdata!("rfc8410-v2.pem")).expect("attributes and a public half");
    let public = b"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    assert_eq!(PublicKey::decode(public).as_ref(), Ok(key.public_key()));
}

#[test]
fn other_secret_keys_are_named() {
    let keys = [
        (testdata!("rsa.pem"), "RSA"),
        (testdata!("rsa.trad.pem"), "RSA"),
        (testdata!("ec-P-256.pem"), "EC P-256 (ECDSA)"),
        (testdata!("ec-secp256k1.pem"), "EC secp256k1 (ECDSA)"),
        (testdata!("ec.trad.pem"), "EC (ECDSA)"),
        (testdata!("ed448.pem"), "Ed448"),
        (testdata!("x25519.pem"), "X25519"),
        (testdata!("ssh-rsa"), "RSA"),
        (testdata!("ssh-ecdsa"), "EC P-256 (ECDSA)"),
    ];
    for (key, name) in keys {
        assert_eq!(algorithm(SecretKey::decode(key).err()), name);
    }
}

#[test]
fn other_public_keys_are_named() {
    let keys = [
        (testdata!("rsa.pub.pem"), "RSA"),
        (testdata!("ec-P-256.pub.pem"), "EC P-256 (ECDSA)"),
        (testdata!("ec-P-384.pub.pem"), "EC P-384 (ECDSA)"),
        (testdata!("ec-secp256k1.pub.pem"), "EC secp256k1 (ECDSA)"),
        (testdata!("ed448.pub.pem"), "Ed448"),
        (testdata!("x25519.pub.pem"), "X25519"),
        (testdata!("ssh-rsa.pub"), "RSA"),
        (testdata!("ssh-ecdsa.pub"), "EC P-256 (ECDSA)"),
        (b"ssh-ed25519-cert-v01@openssh.com AAAA", "ssh-ed25519-cert-v01@openssh.com"),
        (b"sk-ssh-ed25519@openssh.com AAAA", "sk-ssh-ed25519@openssh.com"),
    ];
    for (key, name) in keys {
        assert_eq!(algorithm(PublicKey::decode(key).err()), name);
    }
}

#[test]
fn der_without_pem_is_named_too() {
    assert_eq!(algorithm(SecretKey::decode(&unpem(testdata!("rsa.pem"))).err()), "RSA");
    assert_eq!(algorithm(SecretKey::decode(&unpem(testdata!("rsa.trad.pem"))).err()), "RSA");
    assert_eq!(algorithm(PublicKey::decode(&unpem(testdata!("ed448.pub.pem"))).err()), "Ed448");
    let mut unknown = testdata!("openssl-ed.pub.der").to_vec();
    unknown[8] = 127;
    assert_eq!(algorithm(PublicKey::decode(&unknown).err()), "1.3.101.127");
}

#[test]
fn encrypted_keys_are_named() {
    let keys = [
        testdata!("openssl-encrypted.pem"),
        testdata!("openssl-encrypted.der"),
        testdata!("ssh-encrypted"),
    ];
    for key in keys {
        assert_eq!(SecretKey::decode(key).err(), Some(KeyError::Encrypted));
        assert_eq!(PublicKey::decode(key), Err(KeyError::SecretGiven));
    }
    #[cfg(not(feature = "encrypted-keys"))]
    {
        let text = std::string::ToString::to_string(&KeyError::Encrypted);
        assert!(text.contains("openssl pkey") && text.contains("ssh-keygen -p"));
    }
}

#[test]
fn certificates_are_no_keys() {
    let found = "CERTIFICATE".to_owned();
    let certificate = testdata!("openssl-certificate.pem");
    assert_eq!(PublicKey::decode(certificate), Err(KeyError::PemLabel { found }));
    let error = PublicKey::decode(&unpem(certificate)).expect_err("no key");
    assert!(error.to_string().contains("X.509 certificate"), "{error}");
    let relabelled = pem("PUBLIC KEY", &unpem(certificate));
    assert!(matches!(PublicKey::decode(relabelled.as_bytes()), Err(KeyError::Der { .. })));
}
