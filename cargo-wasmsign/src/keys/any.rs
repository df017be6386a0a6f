//! Keys of either half, and what they tell of themselves.

use std::path::Path;

use wasmsign_core::keys::{KeyDescription, is_key_text, is_plainly_public};
use wasmsign_core::{KeyError, PublicKey};
use zeroize::Zeroizing;

use super::failure::{key_error, other_algorithm};
use super::file::KeyFile;
use super::passphrase::{self, Opened, PassphraseSource};
use super::variable;
use crate::error::{Error, Result};
use crate::sys::{child, files};
use crate::text::redact;

/// A key of either half.
pub enum AnyKey {
    /// A secret key.
    Secret(Opened),
    /// A public key.
    Public {
        /// The key.
        key: PublicKey,
        /// The number by which minisign's signatures name it, where it has one.
        minisign_number: Option<[u8; 8]>,
    },
}

/// What a key tells of itself.
#[derive(Debug)]
pub struct KeyFacts {
    /// How the key was named, unless that is its own text.
    pub name: Option<String>,
    /// What it is.
    pub description: KeyDescription,
}

/// Reads a key, and finds the passphrase of one that has one.
///
/// # Errors
///
/// Those of [`passphrase::open`]; 2 where there is no such file, 4 where it cannot be read.
pub fn read_any(path: &Path, passphrase: &PassphraseSource) -> Result<AnyKey> {
    let file = KeyFile::new(path.to_owned());
    let (bytes, owner) = (file.read()?, file.owner());
    match PublicKey::decode(&bytes) {
        Ok(key) => {
            let described = KeyDescription::of(&bytes).map_err(|error| key_error(&owner, error))?;
            Ok(AnyKey::Public { key, minisign_number: described.minisign_number })
        }
        Err(KeyError::SecretGiven) => {
            passphrase::open(&bytes, &owner, passphrase).map(AnyKey::Secret)
        }
        Err(error) => Err(key_error(&owner, error)),
    }
}

/// What a key tells: a path, `env:NAME` or the text of a public key. Nobody is asked for the passphrase: where it is not said,
/// an encrypted key tells what can be seen without it.
///
/// # Errors
///
/// Exit code 2 where there is no such key or its passphrase is wrong, 3 where it is none, 4 where it cannot be read.
pub fn facts(argument: &str, passphrase: &PassphraseSource) -> Result<KeyFacts> {
    let Given { bytes, owner, name } = given(argument)?;
    let mut description = KeyDescription::of(&bytes).map_err(|error| match error {
        KeyError::WrongAlgorithm { .. } if name.is_none() => other_algorithm(&owner).because(error),
        error => key_error(&owner, error),
    })?;
    if name.is_none() && (description.is_secret || !is_plainly_public(argument)) {
        return Err(Error::usage("a key was given as its text, and it may be a secret key")
            .advice("put it into a file, and give the path of that; a public key of 32 bytes needs 01 before it"));
    }
    if description.is_encrypted && passphrase.said()?.is_some() {
        let opened = passphrase::open(&bytes, &owner, passphrase)?;
        description.public_key = Some(opened.secret.public_key().clone());
    }
    Ok(KeyFacts { name, description })
}

/// A key as it was given.
struct Given {
    bytes: Zeroizing<Vec<u8>>,
    /// In whose name errors speak.
    owner: String,
    /// As it was named, unless by its text.
    name: Option<String>,
}

fn given(argument: &str) -> Result<Given> {
    let path = Path::new(argument);
    let name = Some(argument.to_owned());
    if path.exists() || files::is_dash(path) {
        return in_file(path, name);
    }
    if let Some(variable) = argument.strip_prefix("env:") {
        child::withhold(variable);
        let bytes = variable::read(variable, "the text of a key")?.into_encoded_bytes();
        let owner = format!("the environment variable {}", redact::shown(variable));
        return Ok(Given { bytes: Zeroizing::new(bytes), owner, name });
    }
    if is_key_text(argument) || redact::is_secret_for_a_path(path) {
        let bytes = Zeroizing::new(argument.as_bytes().to_vec());
        return Ok(Given { bytes, owner: "the argument of `key show`".into(), name: None });
    }
    in_file(path, name)
}

fn in_file(path: &Path, name: Option<String>) -> Result<Given> {
    let file = KeyFile::new(path.to_owned());
    Ok(Given { bytes: file.read()?, owner: file.owner(), name })
}
