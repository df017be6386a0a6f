//! The key pair that a project signs with: a new one, one that is there, or the half of one that is there.

use std::path::{Path, PathBuf};

use wasmsign_core::{KeyEncoding, PublicKey, SecretKey};

use super::change::{Change, Half};
use super::place::Place;
use super::request::Request;
use super::tables::KeyTable;
use crate::error::{Error, Result};
use crate::keys::{AnyKey, read_any};
use crate::ops::key_file;
use crate::ops::trust::document;

/// The variable that has the secret key where its file is no business of the repository.
pub(super) const VARIABLE: &str = "WASMSIGN_RELEASE_KEY";

/// A key pair.
pub(super) struct Pair {
    /// Where the secret half lies, if that is known here.
    secret: Option<Secret>,
    public: PathBuf,
    /// The public half, where there is one.
    key: Option<PublicKey>,
    /// Whether the file of the public half is there.
    has_public: bool,
    /// As the manifest names the public half.
    named: String,
}

struct Secret {
    path: PathBuf,
    /// As the manifest names it, where it lies in the repository.
    named: Option<String>,
    is_there: bool,
}

impl Pair {
    /// Finds out what there is, and what is to be made.
    ///
    /// # Errors
    ///
    /// Exit code 2 where the halves do not belong together, or one that is needed is not there; those of reading keys.
    pub(super) fn find(request: &Request, place: &Place) -> Result<Self> {
        let usual = |name: &str| place.root.join("keys").join(name);
        let public = request.public.clone().unwrap_or_else(|| usual("release.pub"));
        let secret = request.key.clone().unwrap_or_else(|| usual("release.key"));
        let (secret_is_there, has_public) = (exists(&secret), exists(&public));
        let known = has_public.then(|| public_half(&public, request)).transpose()?;
        let key = match (secret_is_there, known) {
            (true, known) => Some(half_of(&secret, &public, known, request)?),
            (false, Some(_)) if request.key.is_some() => return Err(no_secret(&secret, &public)),
            (false, known) => known,
        };
        let is_known_here = secret_is_there || key.is_none();
        let secret =
            is_known_here.then(|| Secret::at(secret, secret_is_there, place)).transpose()?;
        let named = match (place.has(&public)?, &key) {
            (true, _) => place.relative_to_root(&public)?,
            (false, Some(key)) => document::text_of(key),
            (false, None) => return Err(outside(&public)),
        };
        Ok(Self { secret, public, key, has_public, named })
    }

    /// What becomes of its files.
    pub(super) fn changes(&self) -> Vec<Change> {
        let secret = self.secret.iter().map(|secret| match secret.is_there {
            true => Change::kept(&secret.path, "the secret key"),
            false => Change::half(&secret.path, Half::Secret, "a new secret key: keep a copy"),
        });
        let public = match (self.has_public, &self.key) {
            (true, _) => Change::kept(&self.public, "the public key"),
            (false, Some(key)) => {
                let text = String::from_utf8_lossy(&key.encode(KeyEncoding::Pem)).into_owned();
                Change::text(&self.public, None, text, "the public key".to_owned())
            }
            (false, None) => Change::half(&self.public, Half::Public, "its public half"),
        };
        secret.chain([public]).collect()
    }

    /// The pair as a table of the manifest.
    pub(super) fn table(&self) -> KeyTable<'_> {
        let file = self.secret.as_ref().and_then(|secret| secret.named.as_deref());
        let secret = file.map_or(("env", VARIABLE), |file| ("file", file));
        KeyTable { public: &self.named, secret }
    }

    /// The secret file, where it lies in the repository.
    pub(super) fn inside(&self) -> Option<&Path> {
        let secret = self.secret.as_ref().filter(|secret| secret.named.is_some());
        secret.map(|secret| &*secret.path)
    }

    /// The secret file, where it lies elsewhere.
    pub(super) fn outside(&self) -> Option<&Path> {
        let secret = self.secret.as_ref().filter(|secret| secret.named.is_none());
        secret.map(|secret| &*secret.path)
    }

    /// Makes the secret half, where there is none.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn new_secret(&self) -> Result<Option<SecretKey>> {
        let is_new = self.key.is_none();
        is_new.then(|| Ok(SecretKey::from_seed(&*key_file::random()?))).transpose()
    }
}

impl Secret {
    fn at(path: PathBuf, is_there: bool, place: &Place) -> Result<Self> {
        let named = place.has(&path)?.then(|| place.relative_to_root(&path)).transpose()?;
        Ok(Self { path, named, is_there })
    }
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn public_half(path: &Path, request: &Request) -> Result<PublicKey> {
    match read_any(path, &request.passphrase)? {
        AnyKey::Public { key, .. } => Ok(key),
        AnyKey::Secret(_) => {
            Err(Error::usage(format!("`{}` is a secret key, not a public one", path.display()))
                .advice("pass a secret key with `--key`"))
        }
    }
}

/// The public half of a secret key, which must be that of the other file where there is one.
fn half_of(
    secret: &Path,
    public: &Path,
    known: Option<PublicKey>,
    request: &Request,
) -> Result<PublicKey> {
    let half = match read_any(secret, &request.passphrase)? {
        AnyKey::Secret(opened) => opened.secret.public_key().clone(),
        AnyKey::Public { .. } => {
            return Err(Error::usage(format!(
                "`{}` is a public key, not a secret one",
                secret.display()
            ))
            .advice("pass a public key with `--public`"));
        }
    };
    match known {
        Some(known) if known != half => Err(Error::usage(format!(
            "the public key `{}` does not belong to the secret key `{}`",
            public.display(),
            secret.display()
        ))
        .advice("pass both halves of one pair; `cargo wasmsign key show` shows what they are")),
        _ => Ok(half),
    }
}

fn no_secret(secret: &Path, public: &Path) -> Error {
    let (secret, public) = (secret.display(), public.display());
    Error::usage(format!("there is a public key `{public}`, but no secret key `{secret}`")).advice(
        "pass the secret key that belongs to it, or another place for the public half of a new pair with `--public`; \
         without `--key`, the secret key is expected in the environment",
    )
}

fn outside(public: &Path) -> Error {
    Error::usage(format!("`{}` is outside of the repository", public.display()))
        .advice("a new public key belongs into the repository: choose a place there")
}
