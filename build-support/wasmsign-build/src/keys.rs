//! Public keys as the author of a build script names them.

use std::fs;
use std::path::{Path, PathBuf};

use wasmsign_core::PublicKey;

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
        Err(source) => return from_text(name).ok_or_else(|| missing(&path, source)),
    };
    told.watch(&path);
    PublicKey::decode(&text).map_err(|source| {
        Error::new(ErrorKind::Key, format!("`{}` is no public key", path.display())).because(source)
    })
}

/// The key whose text stands where a path could.
fn from_text(name: &Path) -> Option<PublicKey> {
    PublicKey::decode(name.to_str()?.as_bytes()).ok()
}

fn missing(path: &Path, source: std::io::Error) -> Error {
    let message = format!("failed to read the public key `{}`", path.display());
    Error::new(ErrorKind::Key, message)
        .because(source)
        .advice("paths begin at the directory of the package's Cargo.toml; ask the signer for the file, and commit it")
}
