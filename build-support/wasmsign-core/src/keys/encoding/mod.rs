//! Tells the encodings apart. What a key is must not depend on what the caller hopes for, so the
//! form is found first, and a secret in a public place is named as one.

use zeroize::Zeroizing;

use super::KeyError;

pub(in crate::keys) mod compact;
pub(in crate::keys) mod der;
pub(in crate::keys) mod openssh;
pub(in crate::keys) mod pem;
pub(in crate::keys) mod text;

/// A key whose encoding is known, and not yet decoded.
pub(in crate::keys) enum Form {
    CompactPublic([u8; 32]),
    CompactSecret(Zeroizing<Vec<u8>>),
    Spki(Zeroizing<Vec<u8>>),
    Pkcs8(Zeroizing<Vec<u8>>),
    OpenSshPublic(String),
    OpenSshSecret(Zeroizing<Vec<u8>>),
    /// PKCS#8 under a passphrase.
    Encrypted,
}

/// What people give by mistake, told by its first bytes.
const STRANGERS: [(&[u8], &str); 7] = [
    (b"\0asm", "a WebAssembly module"),
    (b"openssh-key-v1\0", "OpenSSH key data without its PEM frame"),
    (b"PuTTY-User-Key-File", "a PuTTY key (`puttygen KEY -O private-openssh-new` converts it)"),
    (b"---- BEGIN SSH2", "an RFC 4716 key (`ssh-keygen -i -f KEY` converts it)"),
    (b"untrusted comment:", "a minisign or signify file"),
    (b"\xff\xfe", "UTF-16 text (save it as UTF-8)"),
    (b"\xfe\xff", "UTF-16 text (save it as UTF-8)"),
];

/// What some editors put before text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Form {
    pub(in crate::keys) fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        if bytes.trim_ascii().is_empty() {
            return Err(KeyError::Empty);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains(is_binary) => read_text(text),
            _ => read_binary(bytes, "binary data"),
        }
    }
}

/// Every binary form holds such a character (01, 03, 06) or is no UTF-8 at all (81).
fn is_binary(character: char) -> bool {
    character.is_control() && !character.is_ascii_whitespace()
}

fn read_text(text: &str) -> Result<Form, KeyError> {
    if text.contains(pem::BEGIN) {
        pem::read(text)
    } else if openssh::is_public(text.trim_ascii()) {
        Ok(Form::OpenSshPublic(text.trim_ascii().to_owned()))
    } else {
        refuse_stranger(text.as_bytes())?;
        read_binary(&text::decode(text)?, "hex or base64")
    }
}

fn read_binary(bytes: &[u8], found: &'static str) -> Result<Form, KeyError> {
    let length = bytes.len();
    match bytes {
        _ if length == 32 => Err(KeyError::Untyped { length }),
        [compact::PUBLIC | compact::SECRET, ..] => compact::read(bytes),
        [der::SEQUENCE, ..] => der::read(bytes),
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
