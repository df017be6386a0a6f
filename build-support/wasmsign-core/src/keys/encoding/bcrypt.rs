//! How OpenSSH puts a secret key under a passphrase: bcrypt, and a cipher.

use alloc::format;
use alloc::vec::Vec;

use ssh_key::{Cipher, Kdf, PrivateKey};
use zeroize::Zeroizing;

use crate::keys::error::KeyError;
use crate::limits::MAX_BCRYPT_ROUNDS;

/// As many as ssh-keygen takes.
const ROUNDS: u32 = 24;

/// The cipher of this name, where it is one that is read.
pub(super) fn cipher(name: &str) -> Option<Cipher> {
    let cipher: Cipher = name.parse().ok()?;
    (!matches!(cipher, Cipher::None | Cipher::TdesCbc)).then_some(cipher)
}

/// An encrypted key.
pub(super) struct Sealed<'a> {
    pub(super) cipher: Cipher,
    pub(super) salt: &'a [u8],
    pub(super) rounds: u32,
    pub(super) secret: &'a [u8],
    /// Empty with ciphers that authenticate nothing.
    pub(super) tag: &'a [u8],
}

impl Sealed<'_> {
    /// Whether it can be decrypted at all.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        if self.rounds > MAX_BCRYPT_ROUNDS {
            return Err(KeyError::TooMuchWork {
                asked: format!("bcrypt with {} rounds", self.rounds),
                limit: "1024",
            });
        }
        let is_whole = self.secret.len().is_multiple_of(self.cipher.block_size());
        if !is_whole || self.secret.is_empty() || self.cipher.has_tag() == self.tag.is_empty() {
            let reason = "its data is truncated or damaged".into();
            return Err(KeyError::OpenSsh { reason });
        }
        Ok(())
    }

    /// Decrypts the key. With most ciphers, a wrong passphrase gives other bytes and no error.
    pub(super) fn open(&self, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.check()?;
        let tag = self.tag.try_into().ok().filter(|_| self.cipher.has_tag());
        let derivation = Kdf::Bcrypt { salt: self.salt.to_vec(), rounds: self.rounds };
        let mut bytes = Zeroizing::new(self.secret.to_vec());
        let opened = derivation
            .derive_key_and_iv(self.cipher, passphrase)
            .and_then(|(key, iv)| Ok(self.cipher.decrypt(&key, &iv, &mut bytes, tag)?));
        opened.map(|()| bytes).map_err(|_| KeyError::WrongPassphrase)
    }
}

/// Encrypts a key, with random bytes that no other key has.
pub(super) fn seal(key: &PrivateKey, passphrase: &[u8], random: &[u8; 32]) -> PrivateKey {
    let (salt, rest) = random.split_at(16);
    let check = u32::from_be_bytes(*rest.first_chunk().expect("16 bytes are more than 4"));
    let derivation = Kdf::Bcrypt { salt: salt.to_vec(), rounds: ROUNDS };
    key.encrypt_with(Cipher::Aes256Ctr, derivation, check, passphrase)
        .expect("the key is not encrypted, and the passphrase not empty")
}
