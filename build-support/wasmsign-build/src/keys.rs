//! Public keys as the author of a build script names them.

use std::fs;
use std::path::{Path, PathBuf};

use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_key_text, may_be_secret};

use crate::error::{Error, ErrorKind, Result};
use crate::script::{Script, Told};

/// The keys in these files, or in these texts themselves. Files are watched.
pub(crate) fn read(script: &Script, told: &mut Told, names: &[PathBuf]) -> Result<Vec<PublicKey>> {
    names.iter().map(|name| read_one(script, told, name)).collect()
}

fn read_one(script: &Script, told: &mut Told, name: &Path) -> Result<PublicKey> {
    let path = script.path(name);
    let text = match fs::read(&path) {
        Ok(content) => content,
        Err(source) => {
            let text = name.to_str().filter(|text| is_key_text(text) || may_be_secret(text));
            return text.map_or_else(|| Err(missing(&path, source)), from_text);
        }
    };
    told.watch(&path);
    PublicKey::decode(&text).map_err(|source| {
        Error::new(ErrorKind::Key, format!("`{}` is not a public key", path.display()))
            .because(source)
    })
}

/// The key whose text stands where a path could. It may be a secret one, so nothing of it goes into an error.
fn from_text(text: &str) -> Result<PublicKey> {
    PublicKey::decode(text.as_bytes()).map_err(|source| {
        Error::new(ErrorKind::Key, "a text that was given as a public key is not one")
            .because(source)
            .advice("it may be a secret key, so it is not shown; give the public half, or its path")
    })
}

fn missing(path: &Path, source: std::io::Error) -> Error {
    let message = format!("failed to read the public key `{}`", path.display());
    Error::new(ErrorKind::Key, message).because(source).advice(
        "paths are relative to the package's Cargo.toml; ask the signer for the file, and commit \
         it",
    )
}
