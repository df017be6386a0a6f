//! `file`: a key in a file.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasmsign_core::PublicKey;
use zeroize::Zeroizing;

use super::failure::key_error;
use super::holder::Found;
use super::passphrase;
use super::scheme::{
    Backend, Form, KeyRef, PASSPHRASE, Scheme, Search, Told, Why, Wrong, table_with,
};
use crate::error::{Error, Result};
use crate::sys::files;
use crate::text::redact;
use crate::text::words::Invalid;

/// No form of an Ed25519 key is longer; a device that never ends is no key.
const MAX_KEY_BYTES: u64 = 64 * 1024;

pub(super) const SCHEME: Scheme = Scheme {
    word: "file",
    about: "The key's file, from this Cargo.toml.",
    form: Form::Text,
    // A path needs no word before it.
    argument: None,
    advice: None,
    needs_public: false,
    beside: Some(PASSPHRASE),
    parse,
};

/// A file that holds a key, a secret or a public one.
#[derive(Debug)]
pub(super) struct KeyFile {
    pub(super) path: PathBuf,
    /// The variable of the passphrase.
    pub(super) passphrase: Option<String>,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    if told.text().is_empty() {
        return Err(Wrong::invalid(Invalid::new("a path", "")));
    }
    let path = told.path(told.text());
    match redact::is_secret_for_a_path(&path) {
        true => Err(Wrong { word: 0, why: Why::Secret }),
        false => Ok(KeyRef::new(KeyFile { path, passphrase: told.beside.map(str::to_owned) })),
    }
}

impl KeyFile {
    /// Of whose passphrase nothing is said.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, passphrase: None }
    }

    /// In whose name errors speak, and questions.
    pub(super) fn owner(&self) -> String {
        format!("`{}`", self.path.display())
    }

    /// What is said of the key in it that cannot be used.
    pub(super) fn key_error(&self, error: wasmsign_core::KeyError) -> Error {
        key_error(&self.owner(), error)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no such file, 4 where it cannot be read.
    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        let shown = || redact::shown_path(&self.path);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => Error::usage(format!("there is no key file {}", shown()))
                .because(source)
                .advice("pass an existing key, or create one with `cargo wasmsign keygen`"),
            _ => Error::io(format!("failed to read the key file {}", shown()), source),
        };
        // As large as it can get from the start: growing would leave copies of the key in freed memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_KEY_BYTES as usize + 1));
        files::open(&self.path)
            .and_then(|file| file.take(MAX_KEY_BYTES).read_to_end(&mut bytes))
            .map_err(failed)?;
        Ok(bytes)
    }

    /// What is wrong with the file, though the key can be read.
    fn warning(&self) -> Option<String> {
        others_can_read(&self.path).then(|| {
            format!(
                "other users can read the secret key `{0}`; run `chmod 600 {0}`",
                self.path.display()
            )
        })
    }
}

impl Backend for KeyFile {
    fn told(&self) -> Value {
        table_with(&SCHEME, &self.path.to_string_lossy(), self.passphrase.as_deref())
    }

    fn find(&self, search: &Search<'_>) -> Result<Found> {
        let bytes = self.read()?;
        if let Some(secret) = search.secp256k1(&bytes) {
            return Ok(Found::new(secret).warning(self.warning()));
        }
        let passphrase = search.passphrase(self.passphrase.as_deref());
        let opened = passphrase::open(&bytes, &self.owner(), &passphrase)?;
        Ok(Found::new(opened.secret).warning(self.warning()))
    }

    fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let key =
            PublicKey::decode(&self.read()?).map_err(|error| key_error(&self.owner(), error))?;
        Ok(vec![key])
    }

    fn any_public_keys(&self) -> Result<Vec<PublicKey>> {
        let key = PublicKey::decode_any(&self.read()?);
        Ok(vec![key.map_err(|error| key_error(&self.owner(), error))?])
    }

    fn variables(&self) -> Vec<&str> {
        self.passphrase.iter().map(String::as_str).collect()
    }

    fn secret_variables(&self) -> Vec<&str> {
        self.passphrase.iter().map(String::as_str).collect()
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 != 0)
}

/// Who can read a file is a matter of access lists here, which the standard library does not show.
#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
