//! `cargo wasmsign key convert`.

use std::path::PathBuf;

use wasmsign_core::{KeyEncoding, PublicKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::keys::{self, AnyKey, Opened, Passphrase, PassphraseSource};
use crate::ops::key_file;
use crate::sys::files::Access;

/// A key, and how it is to be written.
#[derive(Debug)]
pub(crate) struct Request {
    /// The key's file.
    pub(crate) input: PathBuf,
    /// The new file.
    pub(crate) output: PathBuf,
    /// Its encoding.
    pub(crate) encoding: KeyEncoding,
    /// Whether it is the public half of a secret key.
    pub(crate) public: bool,
    /// Whether the secret key gets a passphrase.
    pub(crate) encrypt: bool,
    /// Where the passphrase of the key is; that of the new one where the old one has none.
    pub(crate) passphrase: PassphraseSource,
    /// Where another passphrase is for the new one.
    pub(crate) new_passphrase: PassphraseSource,
    /// Whether an existing file is overwritten.
    pub(crate) force: bool,
}

/// The key that was written.
#[derive(Debug)]
pub(crate) struct Converted {
    /// Whether it is a secret key.
    pub(crate) is_secret: bool,
    /// Whether that is encrypted.
    pub(crate) is_encrypted: bool,
    /// Its public half.
    pub(crate) public_key: PublicKey,
}

/// Writes a key anew.
///
/// # Errors
///
/// Exit code 2 where the new file exists, a passphrase is wrong or not there, or a public key is to be encrypted; 3 where it
/// is no key; 4 where a file cannot be read or written; 130 where somebody is asked and presses Ctrl-C.
pub(crate) fn run(request: &Request) -> Result<Converted> {
    key_file::refuse_overwriting(&request.output, request.force)?;
    let (converted, content) = match keys::read_any(&request.input, &request.passphrase)? {
        AnyKey::Secret(key) if !request.public => secret(request, &key)?,
        AnyKey::Secret(Opened { secret, .. }) => {
            public(request, secret.public_key().clone(), secret.minisign_number())?
        }
        AnyKey::Public { key, minisign_number } => public(request, key, minisign_number)?,
    };
    let access = if converted.is_secret { Access::Secret } else { Access::Usual };
    let file = key_file::staged(&request.output, access, &content)?;
    key_file::publish(file, request.force)?;
    Ok(converted)
}

fn secret(request: &Request, key: &Opened) -> Result<(Converted, Zeroizing<Vec<u8>>)> {
    let passphrase = match request.encrypt {
        true => Some(new_passphrase(request, key.passphrase.as_ref())?),
        false => None,
    };
    let content = key_file::encode(&key.secret, request.encoding, passphrase.as_ref())?;
    let public_key = key.secret.public_key().clone();
    let is_encrypted = passphrase.is_some();
    Ok((Converted { is_secret: true, is_encrypted, public_key }, content))
}

/// The one that the key has, unless another is given.
fn new_passphrase(request: &Request, old: Option<&Passphrase>) -> Result<Passphrase> {
    let owner = format!("`{}`", request.output.display());
    match old {
        Some(old) if request.new_passphrase.is_unsaid() => Ok(old.clone()),
        Some(_) => request.new_passphrase.new_passphrase(&owner),
        None => request.new_passphrase.or(&request.passphrase).new_passphrase(&owner),
    }
}

fn public(
    request: &Request,
    public_key: PublicKey,
    minisign_number: Option<[u8; 8]>,
) -> Result<(Converted, Zeroizing<Vec<u8>>)> {
    if request.encrypt {
        return Err(Error::usage("a public key cannot be encrypted")
            .advice("leave `--encrypt` out, or give the secret key"));
    }
    let content = match (request.encoding, minisign_number) {
        (KeyEncoding::Minisign, Some(number)) => public_key.encode_minisign(&number),
        (encoding, _) => public_key.encode(encoding),
    };
    let converted = Converted { is_secret: false, is_encrypted: false, public_key };
    Ok((converted, Zeroizing::new(content)))
}
