//! OpenSSH keys: the line of a `.pub` file, and the unencrypted `openssh-key-v1` container.

use alloc::string::String;

use ssh_key::{
    LineEnding, PrivateKey, PublicKey,
    private::{Ed25519Keypair, Ed25519PrivateKey},
    public::{Ed25519PublicKey, KeyData},
};
use zeroize::Zeroizing;

use crate::keys::algorithm;
use crate::keys::error::KeyError;
use crate::keys::parsed::{Halves, Seed};

const NAME: &str = "ssh-ed25519";
const MAGIC: &[u8] = b"openssh-key-v1\0";

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

pub(super) fn decode_secret(container: &[u8]) -> Result<Halves, KeyError> {
    let container = container
        .strip_prefix(MAGIC)
        .ok_or_else(|| malformed("the data does not begin with openssh-key-v1".into()))?;
    let Container { cipher, name, public, secret } =
        Container::read(Bytes(container)).ok_or_else(damaged)?;
    require_ed25519(&String::from_utf8_lossy(name))?;
    if cipher != b"none" {
        return Err(KeyError::Encrypted);
    }
    let mut secret = Bytes(secret);
    let (first, second) = secret.number().zip(secret.number()).ok_or_else(damaged)?;
    if first != second {
        return Err(malformed("its two check values differ: the file is damaged".into()));
    }
    halves(secret, public).ok_or_else(damaged)?
}

/// What stands behind the check values. It has the public half twice, once beside the seed.
fn halves(mut secret: Bytes<'_>, public: &[u8]) -> Option<Result<Halves, KeyError>> {
    let (name, second, pair) = (secret.string()?, secret.string()?, secret.string()?);
    let _comment = secret.string()?;
    let is_padded = secret.0.len() < 16 && secret.0.iter().zip(1..).all(|(&byte, at)| byte == at);
    let (seed, third) = pair.split_at_checked(32)?;
    let halves = Halves { seed: Seed::copy(seed)?, public: Some(public.try_into().ok()?) };
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
    /// The algorithm of the public key.
    name: &'a [u8],
    public: &'a [u8],
    secret: &'a [u8],
}

impl<'a> Container<'a> {
    fn read(mut bytes: Bytes<'a>) -> Option<Self> {
        let cipher = bytes.string()?;
        let (_derivation, _its_options) = (bytes.string()?, bytes.string()?);
        let number_of_keys = bytes.number()?;
        let mut key = Bytes(bytes.string()?);
        let secret = bytes.string()?;
        // Other algorithms have other fields here.
        let (name, public) = (key.string()?, key.string().unwrap_or_default());
        (number_of_keys == 1 && bytes.0.is_empty()).then_some(Self { cipher, name, public, secret })
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
    Err(KeyError::WrongAlgorithm { found: algorithm::of_ssh(name) })
}

/// The name goes to a terminal. In a damaged file it may be anything, bytes of the seed too: so it must be one that
/// there is, or at least one of words.
fn is_name(name: &str) -> bool {
    let of_words = |part: &str| {
        part.len() <= 16 && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    is_public(name) && name.len() <= 64 && name.split(['-', '@', '.']).all(of_words)
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
    let private = Ed25519PrivateKey::from_bytes(seed);
    let key = PrivateKey::from(Ed25519Keypair { public: Ed25519PublicKey(*public), private });
    key.to_openssh(LineEnding::LF).expect("an unencrypted key is within every limit of PEM")
}
