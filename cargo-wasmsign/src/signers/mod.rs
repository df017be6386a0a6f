//! Keys as the command line and the manifest name them.

mod source;

use std::path::Path;

use wasmsign_core::sign::{KeyId, Signature};
use wasmsign_core::{KeyError, PublicKey, SecretKey};

use crate::config::{KeyConfig, KeyIdChoice, KeyText};
use crate::error::{Error, Result};
use source::Source;

pub use source::withhold_secrets;

/// Somebody who signs.
#[derive(Debug)]
pub struct Signer {
    /// The manifest's name for it, or the argument that named it.
    pub name: String,
    secret: SecretKey,
    /// What the reader should know about the key, such as that others can read its file.
    pub warning: Option<String>,
}

impl Signer {
    /// A signer by the argument of `-k`: a path, or `env:NAME`.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no such key or its halves disagree, 3 where it is none, 4 where it
    /// cannot be read.
    pub fn from_argument(argument: &str) -> Result<Self> {
        let source = match argument.strip_prefix("env:") {
            Some(variable) => Source::Variable(variable.to_owned()),
            None => Source::File(argument.into()),
        };
        Self::load(argument.to_owned(), &source)
    }

    /// A signer by its table in the manifest.
    ///
    /// # Errors
    ///
    /// As [`Signer::from_argument`]; exit code 2 where the manifest's public key belongs to another one.
    pub fn from_manifest(key: &KeyConfig) -> Result<Self> {
        let place = || format!("{}:{}", key.manifest.display(), key.line);
        let secret = key.secret.as_ref().ok_or_else(|| {
            Error::usage(format!("{}: the key `{}` has no `secret` to sign with", place(), key.name)).advice(
                "set `secret = { env = \"VARIABLE\" }` in its table, give another key with `--key`, or build with \
                 `--no-sign`",
            )
        })?;
        let signer = Source::of_manifest(secret)
            .and_then(|source| Self::load(key.name.clone(), &source))
            .map_err(|error| error.or_advice("or build without signatures: `--no-sign`"))?;
        match &key.public {
            Some(public) if public_key_of(public)? != *signer.public_key() => Err(Error::usage(format!(
                "{}: the public key of `{}` does not belong to its secret key",
                place(),
                key.name
            ))
            .advice("one of the two is from another pair: make them agree, or make a pair with `cargo wasmsign keygen`")),
            _ => Ok(signer),
        }
    }

    fn load(name: String, source: &Source) -> Result<Self> {
        let text = source.read()?;
        let secret =
            SecretKey::decode(&text).map_err(|error| key_error(&source.to_string(), error))?;
        Ok(Self { name, secret, warning: source.warning() })
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        self.secret.public_key()
    }

    /// The signature that this signer is to make, with a hint at its key.
    pub fn signature(&self, key_id: &KeyIdChoice) -> Signature<'_> {
        Signature { signer: &self.secret, key_id: key_id_of(key_id) }
    }
}

fn key_id_of(choice: &KeyIdChoice) -> KeyId {
    match choice {
        KeyIdChoice::Auto => KeyId::Auto,
        KeyIdChoice::None => KeyId::None,
        KeyIdChoice::Bytes(bytes) => KeyId::Bytes(bytes.clone()),
    }
}

/// A public key by the argument of `-K`: a path, or the key's own text.
///
/// # Errors
///
/// Exit code 2 where there is no such file, 3 where it is no public key, 4 where it cannot be read.
pub fn public_key(argument: &str) -> Result<PublicKey> {
    if Path::new(argument).exists() || !looks_like_key(argument) {
        return public_key_file(Path::new(argument));
    }
    PublicKey::decode(argument.as_bytes())
        .map_err(|error| key_error("the argument of `--public-key`", error))
}

/// Whether an argument that is no file could be a key: nobody should be told that a key is a missing file.
fn looks_like_key(argument: &str) -> bool {
    let text = argument.trim();
    let encoded = text.len() >= 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte));
    text.starts_with("-----BEGIN ") || text.starts_with("ssh-") || encoded
}

/// The public key that a manifest gives.
///
/// # Errors
///
/// As [`public_key`].
pub fn public_key_of(key: &KeyText) -> Result<PublicKey> {
    match key {
        KeyText::Path(path) => public_key_file(path),
        KeyText::Text(text) => {
            PublicKey::decode(text.as_bytes()).map_err(|error| key_error("the manifest", error))
        }
    }
}

fn public_key_file(path: &Path) -> Result<PublicKey> {
    let bytes = source::read_key_file(path)?;
    PublicKey::decode(&bytes).map_err(|error| key_error(&format!("`{}`", path.display()), error))
}

fn key_error(source: &str, error: KeyError) -> Error {
    match error {
        KeyError::MismatchedHalves => {
            Error::usage(format!("the key in {source} must not be used")).because(error).advice(
                "its public half was changed, and signing with it would give the secret away: restore it from a backup",
            )
        }
        _ => Error::malformed(format!("failed to read the key in {source}")).because(error),
    }
}
