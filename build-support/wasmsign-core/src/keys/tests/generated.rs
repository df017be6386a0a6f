//! Generated keys and files: nothing panics, and what is written is read again.

use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::super::KeyDescription;
use super::{ENCODINGS, KeyError, PublicKey, SecretKey, base64, pem, seed, testdata};

/// The files that are changed.
fn files() -> Vec<&'static [u8]> {
    Vec::from([
        testdata!("openssl-encrypted.der"),
        testdata!("openssl-scrypt.pem"),
        testdata!("ssh-encrypted"),
        testdata!("ssh-chacha20"),
        testdata!("minisign-encrypted.key"),
        testdata!("minisign.key"),
        testdata!("minisign.pub"),
        testdata!("ssh-ed25519"),
    ])
}

/// Reads a file in every way that asks for no passphrase.
fn look(file: &[u8]) -> Result<(), TestCaseError> {
    let (public, secret) = (PublicKey::decode(file), SecretKey::decode(file));
    prop_assert!(public.is_err() || secret.is_err());
    match KeyDescription::of(file) {
        Ok(found) if found.is_encrypted => {
            prop_assert_eq!(secret.err(), Some(KeyError::Encrypted));
        }
        Ok(found) => {
            let secret = secret.ok();
            prop_assert_eq!(found.is_secret, secret.is_some());
            let key = public.ok().or(secret.map(|key| key.public_key().clone()));
            prop_assert_eq!(found.public_key, key);
        }
        Err(error) => prop_assert!(!error.to_string().contains(char::is_control)),
    }
    #[cfg(feature = "encrypted-keys")]
    if let Err(error) = SecretKey::check_encryption(file) {
        prop_assert!(!error.to_string().contains(char::is_control));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_key_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        look(&bytes)?;
        for label in ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "PUBLIC KEY"] {
            look(pem(label, &bytes).as_bytes())?;
        }
        look(base64(&bytes).as_bytes())?;
        look(&[b"untrusted comment: key\n", base64(&bytes).as_bytes()].concat())?;
    }

    #[test]
    fn changed_files_are_keys_or_refused(
        which in 0..8_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let mut file = files()[which].to_vec();
        let at = at.index(file.len());
        file[at] = byte;
        look(&file)?;
        look(&file[..cut.index(file.len())])?;
    }

    #[test]
    fn every_seed_is_written_and_read_again(bytes in any::<[u8; 32]>()) {
        let key = SecretKey::from_seed(&bytes);
        for &encoding in ENCODINGS {
            let read = SecretKey::decode(&key.encode(encoding)).expect("what is written is read");
            prop_assert_eq!(seed(&read), bytes);
            let public = key.public_key().encode(encoding);
            prop_assert_eq!(PublicKey::decode(&public), Ok(key.public_key().clone()));
        }
    }
}

#[cfg(feature = "encrypted-keys")]
proptest! {
    // Each case takes as long as a passphrase is meant to.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4) })]

    #[test]
    fn every_passphrase_opens_what_it_has_closed(
        bytes in any::<[u8; 32]>(), passphrase in prop::collection::vec(any::<u8>(), 1..100), random in any::<[u8; 32]>(),
    ) {
        use super::KeyEncoding;
        let key = SecretKey::from_seed(&bytes);
        for encoding in [KeyEncoding::Pem, KeyEncoding::OpenSsh] {
            let written = key.encode_encrypted(encoding, &passphrase, &random).expect("it can be");
            let read = SecretKey::decode_encrypted(&written, &passphrase).expect("as before");
            prop_assert_eq!(seed(&read), bytes);
        }
    }
}
