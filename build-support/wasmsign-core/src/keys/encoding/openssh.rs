//! OpenSSH keys: the line of a `.pub` file, and the `openssh-key-v1` container. What the passphrase does to it is in
//! `bcrypt`.

use alloc::string::String;

use ssh_key::{
    LineEnding, PrivateKey, PublicKey,
    private::{Ed25519Keypair, Ed25519PrivateKey},
    public::{Ed25519PublicKey, KeyData},
};
use zeroize::Zeroizing;

#[cfg(feature = "encrypted-keys")]
use super::bcrypt::{self, Sealed};
use crate::keys::error::KeyError;
use crate::keys::foreign;
use crate::keys::parsed::{Encrypted, Halves, Seed};

const NAME: &str = "ssh-ed25519";
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// The cipher of what is not encrypted.
const PLAIN: &[u8] = b"none";
/// Every cipher that authenticates has so many.
const TAG_BYTES: usize = 16;

/// Whether the text starts as a public key of any algorithm does.
pub(super) fn is_public(line: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| line.starts_with(start))
}

pub(super) fn decode_public(line: &str) -> Result<[u8; 32], KeyError> {
    let name = line.split_ascii_whitespace().next().unwrap_or_default();
    require_ed25519(name)?;
    if line.contains(['\n', '\r']) {
        return Err(malformed("expected one key on one line, found several lines".into()));
    }
    let key = PublicKey::from_openssh(line).map_err(|_| damaged())?;
    let key = key.key_data().ed25519().ok_or_else(|| malformed("no Ed25519 key inside".into()))?;
    Ok(key.0)
}

/// What an encrypted container shows; `None` where it is not encrypted.
pub(super) fn encrypted(container: &[u8]) -> Result<Option<Encrypted>, KeyError> {
    let container = Container::of_ed25519(container)?;
    let is_encrypted = container.cipher != PLAIN;
    Ok(is_encrypted.then(|| Encrypted { public: container.public.try_into().ok() }))
}

pub(super) fn decode_secret(container: &[u8]) -> Result<Halves, KeyError> {
    let container = Container::of_ed25519(container)?;
    if container.cipher != PLAIN {
        return Err(KeyError::Encrypted);
    }
    let differ = || malformed("its two check values differ: the file is damaged".into());
    container.halves(container.secret, differ)
}

/// Whether a container, which may be encrypted, can be decrypted at all.
#[cfg(feature = "encrypted-keys")]
pub(super) fn check(container: &[u8]) -> Result<(), KeyError> {
    let found = Container::of_ed25519(container)?;
    if found.cipher == PLAIN { Ok(()) } else { found.sealed()?.check() }
}

/// The halves of a container that may be encrypted.
#[cfg(feature = "encrypted-keys")]
pub(super) fn decrypt_secret(container: &[u8], passphrase: &[u8]) -> Result<Halves, KeyError> {
    let found = Container::of_ed25519(container)?;
    if found.cipher == PLAIN {
        return decode_secret(container);
    }
    let plain = found.sealed()?.open(passphrase)?;
    found.halves(&plain, || KeyError::WrongPassphrase)
}

/// What stands behind the check values. It has the public half twice, once beside the seed.
fn halves(mut secret: Bytes<'_>, public: &[u8]) -> Option<Result<Halves, KeyError>> {
    let (name, second, pair) = (secret.string()?, secret.string()?, secret.string()?);
    let _comment = secret.string()?;
    let is_padded = secret.0.len() < 16 && secret.0.iter().zip(1..).all(|(&byte, at)| byte == at);
    let (seed, third) = pair.split_at_checked(32)?;
    let seed = Seed::copy(seed)?;
    let halves = Halves { seed, public: Some(public.try_into().ok()?), minisign_number: None };
    let agree = public == second && public == third;
    (is_padded && name == NAME.as_bytes()).then_some(if agree {
        Ok(halves)
    } else {
        Err(KeyError::MismatchedHalves)
    })
}

/// The open head of a container, and the part that may be encrypted.
struct Container<'a> {
    cipher: &'a [u8],
    /// How the passphrase becomes a key, and what that takes.
    #[cfg_attr(
        not(feature = "encrypted-keys"),
        expect(dead_code, reason = "nothing is decrypted")
    )]
    derivation: &'a [u8],
    #[cfg_attr(not(feature = "encrypted-keys"), expect(dead_code, reason = "as above"))]
    options: &'a [u8],
    /// The algorithm of the public key.
    name: &'a [u8],
    public: &'a [u8],
    secret: &'a [u8],
    /// What authenticates the secret part, with the ciphers that do.
    #[cfg_attr(not(feature = "encrypted-keys"), expect(dead_code, reason = "as above"))]
    tag: &'a [u8],
}

impl<'a> Container<'a> {
    fn of_ed25519(container: &'a [u8]) -> Result<Self, KeyError> {
        let container = container
            .strip_prefix(MAGIC)
            .ok_or_else(|| malformed("the data does not begin with openssh-key-v1".into()))?;
        let container = Self::read(Bytes(container)).ok_or_else(damaged)?;
        require_ed25519(&String::from_utf8_lossy(container.name))?;
        Ok(container)
    }

    fn read(mut bytes: Bytes<'a>) -> Option<Self> {
        let cipher = bytes.string()?;
        let (derivation, options) = (bytes.string()?, bytes.string()?);
        let number_of_keys = bytes.number()?;
        let mut key = Bytes(bytes.string()?);
        let secret = bytes.string()?;
        // Other algorithms have other fields here.
        let (name, public) = (key.string()?, key.string().unwrap_or_default());
        let tag = bytes.0;
        let is_whole = tag.is_empty() || tag.len() == TAG_BYTES && cipher != PLAIN;
        (number_of_keys == 1 && is_whole).then_some(Self {
            cipher,
            derivation,
            options,
            name,
            public,
            secret,
            tag,
        })
    }

    /// The secret part, with what its passphrase asks for.
    #[cfg(feature = "encrypted-keys")]
    fn sealed(&self) -> Result<Sealed<'a>, KeyError> {
        if self.derivation != b"bcrypt" {
            return Err(KeyError::UnknownCipher { found: shown(self.derivation) });
        }
        let mut options = Bytes(self.options);
        let (salt, rounds) = options.string().zip(options.number()).ok_or_else(damaged)?;
        if !options.0.is_empty() || salt.is_empty() || rounds == 0 {
            return Err(damaged());
        }
        let Self { cipher, secret, tag, .. } = *self;
        let name = core::str::from_utf8(cipher).unwrap_or_default();
        let cipher =
            bcrypt::cipher(name).ok_or_else(|| KeyError::UnknownCipher { found: shown(cipher) })?;
        Ok(Sealed { cipher, salt, rounds, secret, tag })
    }

    /// What is in the secret part, which is not encrypted any more. Where its check values differ, it was never this.
    fn halves(&self, secret: &[u8], differ: impl FnOnce() -> KeyError) -> Result<Halves, KeyError> {
        let mut secret = Bytes(secret);
        let (first, second) = secret.number().zip(secret.number()).ok_or_else(damaged)?;
        if first != second {
            return Err(differ());
        }
        halves(secret, self.public).ok_or_else(damaged)?
    }
}

/// What is left to read. `ssh_key` would copy the seed on its way.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    /// A number, and as many bytes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }
}

fn require_ed25519(name: &str) -> Result<(), KeyError> {
    if name == NAME {
        return Ok(());
    }
    if !is_name(name) {
        return Err(malformed("not the name of an algorithm".into()));
    }
    Err(KeyError::WrongAlgorithm { found: foreign::of_ssh(name) })
}

/// The name goes to a terminal. In a damaged file it may be anything, bytes of the seed too: so it must be one that
/// there is, or at least one of words.
fn is_name(name: &str) -> bool {
    let of_words = |part: &str| {
        part.len() <= 16 && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    is_public(name) && name.len() <= 64 && name.split(['-', '@', '.']).all(of_words)
}

/// The name of a part of an encryption, where it is safe to show.
#[cfg(feature = "encrypted-keys")]
fn shown(name: &[u8]) -> String {
    let of_words = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-@.".contains(b);
    let name = core::str::from_utf8(name).ok().filter(|name| name.bytes().all(|b| of_words(&b)));
    // As long as the longest that there is, and shorter than what of a seed would be worth something.
    name.filter(|name| !name.is_empty() && name.len() < 32).unwrap_or("an unknown cipher").into()
}

/// Without the words of `ssh_key`, which may repeat what stands in the file.
fn damaged() -> KeyError {
    malformed("its data is truncated or damaged".into())
}

fn malformed(reason: String) -> KeyError {
    KeyError::OpenSsh { reason }
}

pub(super) fn encode_public(key: &[u8; 32]) -> String {
    let key = PublicKey::from(KeyData::Ed25519(Ed25519PublicKey(*key)));
    key.to_openssh().expect("51 bytes are within every limit of the encoding") + "\n"
}

pub(super) fn encode_secret(seed: &[u8; 32], public: &[u8; 32]) -> Zeroizing<String> {
    let key = private_key(seed, public);
    key.to_openssh(LineEnding::LF).expect("an unencrypted key is within every limit of PEM")
}

#[cfg(feature = "encrypted-keys")]
pub(super) fn encrypt_secret(
    seed: &[u8; 32],
    public: &[u8; 32],
    passphrase: &[u8],
    random: &[u8; 32],
) -> Zeroizing<String> {
    let key = bcrypt::seal(&private_key(seed, public), passphrase, random);
    key.to_openssh(LineEnding::LF).expect("an encrypted key is within every limit of PEM")
}

fn private_key(seed: &[u8; 32], public: &[u8; 32]) -> PrivateKey {
    let private = Ed25519PrivateKey::from_bytes(seed);
    PrivateKey::from(Ed25519Keypair { public: Ed25519PublicKey(*public), private })
}
