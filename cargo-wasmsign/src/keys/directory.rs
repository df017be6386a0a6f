//! `dir`: the public keys in the files of a directory.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wasmsign_core::{KeyError, PublicKey};

use super::file::KeyFile;
use super::scheme::{Backend, KeyRef, PublicScheme, Told};
use crate::error::{Error, Result};
use crate::text::redact;
use crate::text::words::Invalid;

pub(super) const SCHEME: PublicScheme = PublicScheme { word: "dir", argument: "PATH", parse };

/// A directory of keys.
#[derive(Debug)]
struct Directory {
    path: PathBuf,
}

fn parse(text: &str, directory: &Path) -> Result<KeyRef, Invalid> {
    if text.is_empty() {
        return Err(Invalid::new("the path of a directory after `dir:`", ""));
    }
    let path = Told::in_directory(directory).path(text);
    match redact::is_secret_for_a_path(&path) {
        true => Err(Invalid::new("the path of a directory after `dir:`", text)),
        false => Ok(KeyRef::new(Directory { path })),
    }
}

impl Backend for Directory {
    fn told(&self) -> Value {
        json!(format!("{}:{}", SCHEME.word, self.path.to_string_lossy()))
    }

    /// In the order of the names of their files.
    fn public_keys(&self) -> Result<Vec<PublicKey>> {
        let keys = self.files()?.into_iter().filter_map(|path| key_in(path).transpose());
        let keys = keys.collect::<Result<Vec<_>>>()?;
        match keys.is_empty() {
            true => Err(Error::usage(format!(
                "no file in the directory {} is an Ed25519 public key",
                redact::shown_path(&self.path)
            ))
            .advice("put the public keys that you trust into it, one to a file")),
            false => Ok(keys),
        }
    }
}

impl Directory {
    fn files(&self) -> Result<Vec<PathBuf>> {
        let entries =
            std::fs::read_dir(&self.path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut paths: Vec<_> = entries
            .map_err(|source| self.unreadable(source))?
            .iter()
            .map(|entry| entry.path())
            .collect();
        // The order in which systems list a directory means nothing.
        paths.sort();
        let is_file = |path: &PathBuf| path.metadata().map(|found| found.is_file());
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            // A link to nowhere may have been a key: with `--require all` it must not be forgotten.
            match is_file(&path) {
                Ok(true) => files.push(path),
                Ok(false) => {}
                Err(source) => {
                    let shown = redact::shown_path(&path);
                    return Err(Error::io(format!("failed to read the key file {shown}"), source));
                }
            }
        }
        Ok(files)
    }

    fn unreadable(&self, source: io::Error) -> Error {
        let shown = redact::shown_path(&self.path);
        match source.kind() {
            io::ErrorKind::NotFound => Error::usage(format!("there is no directory {shown}"))
                .because(source)
                .advice("correct the path behind `dir:`"),
            io::ErrorKind::NotADirectory => {
                Error::usage(format!("{shown} is a file, and `dir:` takes a directory"))
                    .advice("pass a single key without `dir:`")
            }
            _ => Error::io(format!("failed to read the directory {shown}"), source),
        }
    }
}

/// The public key in a file; `None` where it is no key, a secret one, or one of another algorithm.
///
/// # Errors
///
/// Exit code 3 for a public key that is damaged or must not be used: whoever counts on it must hear of it. 4 for a file
/// that cannot be read.
fn key_in(path: PathBuf) -> Result<Option<PublicKey>> {
    let file = KeyFile::new(path);
    let bytes = file.read()?;
    match PublicKey::decode(&bytes) {
        Ok(key) => Ok(Some(key)),
        Err(error) if is_damaged(&error, &bytes) => Err(file.key_error(error)),
        Err(_) => Ok(None),
    }
}

/// How the files of Ed25519 public keys begin, where they say what they are.
const BEGINNINGS: [&[u8]; 3] =
    [b"ssh-ed25519 ", b"-----BEGIN PUBLIC KEY-----", b"untrusted comment: minisign public key"];

/// Whether bytes say of themselves that they are an Ed25519 public key, and are none.
fn is_damaged(error: &KeyError, bytes: &[u8]) -> bool {
    match error {
        KeyError::NotAPoint | KeyError::NonCanonical | KeyError::SmallOrder => true,
        KeyError::WrongAlgorithm { .. } => false,
        _ => BEGINNINGS.iter().any(|start| bytes.trim_ascii_start().starts_with(start)),
    }
}
