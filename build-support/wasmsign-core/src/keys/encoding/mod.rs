//! Tells the encodings apart. What a key is must not depend on what the caller hopes for, so the
//! encoding is found first, and a secret in a public place is named as one.

#[cfg(feature = "key-files")]
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::error::KeyError;
use super::form::KeyForm;
use super::parsed::{Encoded, Encrypted, Halves};

#[cfg(feature = "encrypted-keys")]
mod bcrypt;
mod compact;
#[cfg(feature = "key-files")]
mod der;
#[cfg(feature = "key-files")]
mod minisign;
#[cfg(feature = "key-files")]
mod openssh;
#[cfg(feature = "encrypted-keys")]
mod pbes2;
#[cfg(feature = "key-files")]
mod pem;
#[cfg(feature = "encrypted-keys")]
mod scrypt;
mod text;
#[cfg(feature = "wasmsign1")]
mod wasmsign1;

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
    /// The two lines of minisign.
    #[cfg(feature = "minisign")]
    Minisign,
}

/// What can be seen of a key without decoding it.
pub(super) struct Seen {
    pub(super) form: KeyForm,
    /// Where it is a secret key under a passphrase.
    pub(super) encrypted: Option<Encrypted>,
    /// That of a public key of minisign.
    pub(super) minisign_number: Option<[u8; 8]>,
}

/// Looks at a key of either kind.
pub(super) fn look(bytes: &[u8]) -> Result<Seen, KeyError> {
    let (form, encoded) = read(bytes)?;
    let minisign_number = match &encoded {
        #[cfg(feature = "key-files")]
        Encoded::MinisignPublic(public) => Some(public.number),
        _ => None,
    };
    Ok(Seen { form, encrypted: encrypted(&encoded)?, minisign_number })
}

/// What an encrypted key shows.
fn encrypted(encoded: &Encoded) -> Result<Option<Encrypted>, KeyError> {
    match encoded {
        #[cfg(feature = "key-files")]
        Encoded::EncryptedPkcs8(_) => Ok(Some(Encrypted { public: None })),
        #[cfg(feature = "key-files")]
        Encoded::OpenSshSecret(key) => openssh::encrypted(key),
        #[cfg(feature = "key-files")]
        Encoded::MinisignSecret(key) => {
            Ok(minisign::is_encrypted(key)?.then_some(Encrypted { public: None }))
        }
        _ => Ok(None),
    }
}

/// Whether these are 32 bytes as text, which may be a public key as well as a seed.
pub(super) fn is_untyped(bytes: &[u8]) -> bool {
    matches!(read(bytes), Ok((_, Encoded::Untyped(_))))
}

/// The 32 bytes of a public key, of which nothing was checked, and its number where it is minisign's.
pub(super) fn read_public(bytes: &[u8]) -> Result<([u8; 32], Option<[u8; 8]>), KeyError> {
    let key = match read(bytes)?.1 {
        Encoded::CompactPublic(key) => key,
        Encoded::CompactSecret(_) => return Err(KeyError::SecretGiven),
        Encoded::Untyped(key) => key.as_slice().try_into().map_err(|_| untyped(key.len()))?,
        #[cfg(feature = "key-files")]
        Encoded::Spki(spki) => der::decode_spki(&spki)?,
        #[cfg(feature = "key-files")]
        Encoded::OpenSshPublic(line) => openssh::decode_public(&line)?,
        #[cfg(feature = "key-files")]
        Encoded::MinisignPublic(public) => return Ok((public.key, Some(public.number))),
        #[cfg(feature = "key-files")]
        Encoded::Pkcs8(_)
        | Encoded::EncryptedPkcs8(_)
        | Encoded::OpenSshSecret(_)
        | Encoded::MinisignSecret(_) => return Err(KeyError::SecretGiven),
    };
    Ok((key, None))
}

/// The SPKI of a public key of ECDSA over secp256k1; `None` where it is anything else.
#[cfg(feature = "wasm-sign")]
pub(super) fn read_secp256k1(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    match read(bytes).ok()?.1 {
        Encoded::Spki(spki) if der::is_secp256k1(&spki) => Some(spki),
        _ => None,
    }
}

/// The seed of a secret key, and the public half that stands beside it, of which nothing was checked.
pub(super) fn read_secret(bytes: &[u8]) -> Result<Halves, KeyError> {
    match read(bytes)?.1 {
        Encoded::CompactSecret(key) => compact::halves(&key),
        Encoded::CompactPublic(_) => Err(KeyError::PublicGiven),
        Encoded::Untyped(key) => Err(untyped(key.len())),
        #[cfg(feature = "key-files")]
        Encoded::Pkcs8(info) => der::decode_pkcs8(&info),
        #[cfg(feature = "key-files")]
        Encoded::OpenSshSecret(key) => openssh::decode_secret(&key),
        #[cfg(feature = "minisign")]
        Encoded::MinisignSecret(key) => minisign::decode_secret(&key),
        #[cfg(all(feature = "key-files", not(feature = "minisign")))]
        Encoded::MinisignSecret(key) => Err(KeyError::Unrecognised {
            length: key.len(),
            found: "a secret key of minisign (this program was built without the feature `minisign`, which reads it)",
        }),
        #[cfg(feature = "key-files")]
        Encoded::EncryptedPkcs8(_) => Err(KeyError::Encrypted),
        #[cfg(feature = "key-files")]
        Encoded::Spki(_) | Encoded::OpenSshPublic(_) | Encoded::MinisignPublic(_) => {
            Err(KeyError::PublicGiven)
        }
    }
}

/// As [`read_secret`], of a key that may be under this passphrase. What that asks for is checked before any work.
#[cfg(feature = "encrypted-keys")]
pub(super) fn read_encrypted(bytes: &[u8], passphrase: &[u8]) -> Result<Halves, KeyError> {
    match read(bytes)?.1 {
        Encoded::EncryptedPkcs8(info) => der::decode_pkcs8(&pbes2::decrypt(&info, passphrase)?),
        Encoded::OpenSshSecret(key) => openssh::decrypt_secret(&key, passphrase),
        Encoded::MinisignSecret(key) => minisign::decrypt_secret(&key, passphrase),
        _ => read_secret(bytes),
    }
}

/// Checks what an encrypted key asks for, without the work.
#[cfg(feature = "encrypted-keys")]
pub(super) fn check_encryption(bytes: &[u8]) -> Result<(), KeyError> {
    match read(bytes)?.1 {
        Encoded::EncryptedPkcs8(info) => pbes2::check(&info),
        Encoded::OpenSshSecret(key) => openssh::check(&key),
        Encoded::MinisignSecret(key) => minisign::check(&key),
        _ => Ok(()),
    }
}

fn untyped(length: usize) -> KeyError {
    KeyError::Untyped { length }
}

/// Writes a public key.
pub(super) fn write_public(
    encoding: KeyEncoding,
    key: &[u8; 32],
    #[cfg_attr(not(feature = "minisign"), expect(unused, reason = "only minisign has numbers"))]
    minisign_number: Option<&[u8; 8]>,
) -> Vec<u8> {
    match encoding {
        KeyEncoding::Compact => compact::encode_public(key).to_vec(),
        #[cfg(feature = "key-files")]
        KeyEncoding::Pem => der::encode_spki_pem(key).into_bytes(),
        #[cfg(feature = "key-files")]
        KeyEncoding::OpenSsh => openssh::encode_public(key).into_bytes(),
        #[cfg(feature = "minisign")]
        KeyEncoding::Minisign => {
            let number = minisign_number.copied().unwrap_or_else(|| minisign::usual_number(key));
            write_minisign_public(&number, key)
        }
    }
}

/// Writes a public key as minisign does, with this number.
#[cfg(feature = "minisign")]
pub(super) fn write_minisign_public(number: &[u8; 8], key: &[u8; 32]) -> Vec<u8> {
    minisign::encode_public(number, key).into_bytes()
}

/// What is written of a secret key.
pub(super) struct Written<'a> {
    pub(super) seed: &'a [u8; 32],
    pub(super) public: [u8; 32],
    /// The number that minisign's encoding is to have, where that is known.
    #[cfg_attr(not(feature = "minisign"), expect(dead_code, reason = "only minisign has numbers"))]
    pub(super) minisign_number: Option<[u8; 8]>,
}

#[cfg(feature = "minisign")]
impl Written<'_> {
    fn number(&self) -> [u8; 8] {
        self.minisign_number.unwrap_or_else(|| minisign::usual_number(&self.public))
    }
}

/// Writes a secret key.
pub(super) fn write_secret(encoding: KeyEncoding, key: &Written<'_>) -> Zeroizing<Vec<u8>> {
    let Written { seed, ref public, .. } = *key;
    match encoding {
        KeyEncoding::Compact => compact::encode_secret(seed, public),
        #[cfg(feature = "key-files")]
        KeyEncoding::Pem => into_bytes(der::encode_pkcs8_pem(seed)),
        #[cfg(feature = "key-files")]
        KeyEncoding::OpenSsh => into_bytes(openssh::encode_secret(seed, public)),
        #[cfg(feature = "minisign")]
        KeyEncoding::Minisign => into_bytes(minisign::encode_secret(&key.number(), seed, public)),
    }
}

/// Writes a secret key under a passphrase. `random` must be new for each key that is written.
#[cfg(feature = "encrypted-keys")]
pub(super) fn write_encrypted(
    encoding: KeyEncoding,
    key: &Written<'_>,
    passphrase: &[u8],
    random: &[u8; 32],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let Written { seed, ref public, .. } = *key;
    let text = match encoding {
        KeyEncoding::Compact => return Err(KeyError::NotEncryptable),
        KeyEncoding::Pem => pbes2::encrypt(der::encode_pkcs8(seed).as_bytes(), passphrase, random),
        KeyEncoding::OpenSsh => openssh::encrypt_secret(seed, public, passphrase, random),
        KeyEncoding::Minisign => {
            minisign::encrypt_secret(&key.number(), seed, public, passphrase, random)
        }
    };
    Ok(into_bytes(text))
}

/// Moves the text: a copy would leave one behind.
#[cfg(feature = "key-files")]
fn into_bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(core::mem::take(&mut *text).into_bytes())
}

/// What people give by mistake, told by its first bytes.
const STRANGERS: &[(&[u8], &str)] = &[
    (b"\0asm", "a WebAssembly module"),
    (b"openssh-key-v1\0", "OpenSSH key data without its PEM frame"),
    (b"PuTTY-User-Key-File", "a PuTTY key (`puttygen KEY -O private-openssh-new` converts it)"),
    (b"---- BEGIN SSH2", "an RFC 4716 key (`ssh-keygen -i -f KEY` converts it)"),
    #[cfg(not(feature = "key-files"))]
    (
        b"untrusted comment:",
        "a minisign key (this program was built without the feature `key-files`, which reads it)",
    ),
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
fn read(bytes: &[u8]) -> Result<(KeyForm, Encoded), KeyError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(KeyError::Empty);
    }
    match core::str::from_utf8(bytes) {
        Ok(text) if !text.contains(is_binary) => read_text(text),
        _ => {
            #[cfg(feature = "wasmsign1")]
            if let Some(encoded) = wasmsign1::read(bytes) {
                return Ok((KeyForm::Wasmsign1, encoded));
            }
            let encoded = read_binary(bytes, "binary data")?;
            Ok((binary_form(&encoded), encoded))
        }
    }
}

/// Of what is neither text nor compact, all is DER.
fn binary_form(encoded: &Encoded) -> KeyForm {
    match encoded {
        Encoded::CompactPublic(_) | Encoded::CompactSecret(_) => KeyForm::Compact,
        _ => KeyForm::Der,
    }
}

/// Every binary form holds such a character (01, 03, 06) or is no UTF-8 at all (81).
fn is_binary(character: char) -> bool {
    character.is_control() && !character.is_ascii_whitespace()
}

fn read_text(text: &str) -> Result<(KeyForm, Encoded), KeyError> {
    #[cfg(feature = "key-files")]
    if text.contains(pem::BEGIN) {
        return pem::read(text);
    } else if openssh::is_public(text.trim_ascii()) {
        return Ok((KeyForm::OpenSsh, Encoded::OpenSshPublic(text.trim_ascii().into())));
    } else if minisign::is_file(text) {
        return Ok((KeyForm::Minisign, minisign::read(text)?));
    }
    refuse_stranger(text.as_bytes())?;
    let (form, bytes) = text::decode(text)?;
    if bytes.len() == 32 {
        return Ok((form, Encoded::Untyped(bytes)));
    }
    #[cfg(feature = "key-files")]
    if let Some(encoded) = minisign::read_line(form, &bytes) {
        return Ok((KeyForm::Minisign, encoded));
    }
    Ok((form, read_binary(&bytes, "hex or base64")?))
}

fn read_binary(bytes: &[u8], found: &'static str) -> Result<Encoded, KeyError> {
    let length = bytes.len();
    match bytes {
        _ if length == 32 => Err(untyped(length)),
        [compact::PUBLIC | compact::SECRET, ..] => compact::read(bytes),
        #[cfg(feature = "key-files")]
        [DER_SEQUENCE, ..] => der::read(bytes),
        #[cfg(not(feature = "key-files"))]
        [DER_SEQUENCE, ..] => {
            let found =
                "DER (this program was built without the feature `key-files`, which reads it)";
            Err(KeyError::Unrecognised { length, found })
        }
        _ if length == 64 => Err(untyped(length)),
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
