//! Tells the encodings apart. What a key is must not depend on what the caller hopes for, so the
//! encoding is found first, and a secret in a public place is named as one.

#[cfg(feature = "key-files")]
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::error::KeyError;
use super::parsed::{Encoded, Halves};

mod compact;
#[cfg(feature = "key-files")]
mod der;
#[cfg(feature = "key-files")]
mod openssh;
#[cfg(feature = "key-files")]
mod pem;
mod text;

/// The encodings in which keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyEncoding {
    /// SPKI (public) or PKCS#8 v1 (secret) in PEM, as `openssl` reads and writes them.
    #[cfg(feature = "key-files")]
    Pem,
    /// The form of the signature specification: 33 bytes (public) or 65 bytes (secret).
    Compact,
    /// The `authorized_keys` line (public) or the `openssh-key-v1` container in PEM (secret).
    #[cfg(feature = "key-files")]
    OpenSsh,
}

/// The 32 bytes of a public key, of which nothing was checked.
pub(super) fn read_public(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    match read(bytes)? {
        Encoded::CompactPublic(key) => Ok(key),
        Encoded::CompactSecret(_) => Err(KeyError::SecretGiven),
        #[cfg(feature = "key-files")]
        Encoded::Spki(spki) => der::decode_spki(&spki),
        #[cfg(feature = "key-files")]
        Encoded::OpenSshPublic(line) => openssh::decode_public(&line),
        #[cfg(feature = "key-files")]
        Encoded::Pkcs8(_) | Encoded::OpenSshSecret(_) | Encoded::Encrypted => {
            Err(KeyError::SecretGiven)
        }
    }
}

/// The seed of a secret key, and the public half that stands beside it, of which nothing was checked.
pub(super) fn read_secret(bytes: &[u8]) -> Result<Halves, KeyError> {
    match read(bytes)? {
        Encoded::CompactSecret(key) => compact::halves(&key),
        Encoded::CompactPublic(_) => Err(KeyError::PublicGiven),
        #[cfg(feature = "key-files")]
        Encoded::Pkcs8(info) => der::decode_pkcs8(&info),
        #[cfg(feature = "key-files")]
        Encoded::OpenSshSecret(key) => openssh::decode_secret(&key),
        #[cfg(feature = "key-files")]
        Encoded::Encrypted => Err(KeyError::Encrypted),
        #[cfg(feature = "key-files")]
        Encoded::Spki(_) | Encoded::OpenSshPublic(_) => Err(KeyError::PublicGiven),
    }
}

/// Writes a public key.
pub(super) fn write_public(encoding: KeyEncoding, key: &[u8; 32]) -> Vec<u8> {
    match encoding {
        KeyEncoding::Compact => compact::encode_public(key).to_vec(),
        #[cfg(feature = "key-files")]
        KeyEncoding::Pem => der::encode_spki_pem(key).into_bytes(),
        #[cfg(feature = "key-files")]
        KeyEncoding::OpenSsh => openssh::encode_public(key).into_bytes(),
    }
}

/// Writes a secret key.
pub(super) fn write_secret(
    encoding: KeyEncoding,
    seed: &[u8; 32],
    public: &[u8; 32],
) -> Zeroizing<Vec<u8>> {
    match encoding {
        KeyEncoding::Compact => compact::encode_secret(seed, public),
        #[cfg(feature = "key-files")]
        KeyEncoding::Pem => into_bytes(der::encode_pkcs8_pem(seed)),
        #[cfg(feature = "key-files")]
        KeyEncoding::OpenSsh => into_bytes(openssh::encode_secret(seed, public)),
    }
}

#[cfg(feature = "key-files")]
/// Moves the text: a copy would leave one behind.
fn into_bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(core::mem::take(&mut *text).into_bytes())
}

/// What people give by mistake, told by its first bytes.
const STRANGERS: &[(&[u8], &str)] = &[
    (b"\0asm", "a WebAssembly module"),
    (b"openssh-key-v1\0", "OpenSSH key data without its PEM frame"),
    (b"PuTTY-User-Key-File", "a PuTTY key (`puttygen KEY -O private-openssh-new` converts it)"),
    (b"---- BEGIN SSH2", "an RFC 4716 key (`ssh-keygen -i -f KEY` converts it)"),
    (b"untrusted comment:", "a minisign or signify file"),
    (b"\xff\xfe", "UTF-16 text (save it as UTF-8)"),
    (b"\xfe\xff", "UTF-16 text (save it as UTF-8)"),
    #[cfg(not(feature = "key-files"))]
    (
        b"-----BEGIN ",
        "PEM (this program was built without the feature `key-files`, which reads it)",
    ),
    #[cfg(not(feature = "key-files"))]
    (
        b"ssh-",
        "an OpenSSH key (this program was built without the feature `key-files`, which reads it)",
    ),
];

/// The first byte of every DER key.
const DER_SEQUENCE: u8 = 0x30;

/// What some editors put before text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Finds out the encoding.
fn read(bytes: &[u8]) -> Result<Encoded, KeyError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(KeyError::Empty);
    }
    match core::str::from_utf8(bytes) {
        Ok(text) if !text.contains(is_binary) => read_text(text),
        _ => read_binary(bytes, "binary data"),
    }
}

/// Every binary form holds such a character (01, 03, 06) or is no UTF-8 at all (81).
fn is_binary(character: char) -> bool {
    character.is_control() && !character.is_ascii_whitespace()
}

fn read_text(text: &str) -> Result<Encoded, KeyError> {
    #[cfg(feature = "key-files")]
    if text.contains(pem::BEGIN) {
        return pem::read(text);
    } else if openssh::is_public(text.trim_ascii()) {
        return Ok(Encoded::OpenSshPublic(text.trim_ascii().into()));
    }
    refuse_stranger(text.as_bytes())?;
    read_binary(&text::decode(text)?, "hex or base64")
}

fn read_binary(bytes: &[u8], found: &'static str) -> Result<Encoded, KeyError> {
    let length = bytes.len();
    match bytes {
        _ if length == 32 => Err(KeyError::Untyped { length }),
        [compact::PUBLIC | compact::SECRET, ..] => compact::read(bytes),
        #[cfg(feature = "key-files")]
        [DER_SEQUENCE, ..] => der::read(bytes),
        #[cfg(not(feature = "key-files"))]
        [DER_SEQUENCE, ..] => {
            let found =
                "DER (this program was built without the feature `key-files`, which reads it)";
            Err(KeyError::Unrecognised { length, found })
        }
        _ if length == 64 => Err(KeyError::Untyped { length }),
        _ => {
            refuse_stranger(bytes)?;
            Err(KeyError::Unrecognised { length, found })
        }
    }
}

fn refuse_stranger(bytes: &[u8]) -> Result<(), KeyError> {
    match STRANGERS.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some((_, found)) => Err(KeyError::Unrecognised { length: bytes.len(), found }),
        None => Ok(()),
    }
}
