//! OpenSSH keys: the line of a `.pub` file, and the unencrypted `openssh-key-v1` container.

use ssh_key::{
    Error, LineEnding, PrivateKey, PublicKey,
    encoding::{self, Decode},
    private::{Ed25519Keypair, Ed25519PrivateKey},
    public::{Ed25519PublicKey, KeyData},
};
use zeroize::Zeroizing;

use super::{KeyError, algorithm, secret::Halves};

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
    require_readable(container)?;
    let key = PrivateKey::from_bytes(container).map_err(refuse)?;
    let pair = key.key_data().ed25519().ok_or_else(|| malformed("no Ed25519 key inside".into()))?;
    Ok(Halves { seed: Zeroizing::new(pair.private.to_bytes()), public: Some(pair.public.0) })
}

/// ssh-key compares the public halves of the container with each other, not with the seed.
fn refuse(error: Error) -> KeyError {
    match error {
        Error::Crypto | Error::PublicKey => KeyError::MismatchedHalves,
        _ => damaged(),
    }
}

/// Looks at the open head of the container, because `ssh_key` names neither the algorithm that
/// it does not know nor damage that it finds.
fn require_readable(container: &[u8]) -> Result<(), KeyError> {
    let mut head = container
        .strip_prefix(MAGIC)
        .ok_or_else(|| malformed("the data does not begin with openssh-key-v1".into()))?;
    let (cipher, name) = read_head(&mut head).map_err(|_| damaged())?;
    require_ed25519(&name)?;
    if cipher != "none" {
        return Err(KeyError::Encrypted);
    }
    match check_values(&mut head) {
        Ok((first, second)) if first == second => Ok(()),
        Ok(_) => Err(malformed("its two check values differ: the file is damaged".into())),
        Err(_) => Err(damaged()),
    }
}

/// The names of the cipher and of the public key's algorithm.
fn read_head(reader: &mut &[u8]) -> encoding::Result<(String, String)> {
    let cipher = String::decode(reader)?;
    let _kdf = String::decode(reader)?;
    let _kdf_options = Vec::<u8>::decode(reader)?;
    let _number_of_keys = u32::decode(reader)?;
    let _length_of_public_key = u32::decode(reader)?;
    Ok((cipher, String::decode(reader)?))
}

fn check_values(reader: &mut &[u8]) -> encoding::Result<(u32, u32)> {
    let _public_key = Vec::<u8>::decode(reader)?;
    let _length_of_secret_part = u32::decode(reader)?;
    Ok((u32::decode(reader)?, u32::decode(reader)?))
}

fn require_ed25519(name: &str) -> Result<(), KeyError> {
    if name == NAME {
        return Ok(());
    }
    if !is_name(name) {
        return Err(malformed("no name of an algorithm".into()));
    }
    Err(KeyError::WrongAlgorithm { found: algorithm::of_ssh(name) })
}

/// The name goes to a terminal. In a damaged file it may be anything, bytes of the seed too.
fn is_name(name: &str) -> bool {
    is_public(name) && name.len() <= 64 && name.bytes().all(|b| b.is_ascii_graphic())
}

/// Without the words of `ssh_key`, which may repeat what stands in the file.
fn damaged() -> KeyError {
    malformed("its data is cut off or damaged".into())
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
