//! Public keys as the command line gives them.

use std::ffi::OsStr;
use std::path::Path;

use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_key_text, may_be_secret};

use crate::failure::Failure;

/// The public key in a file, or in the argument itself.
pub fn public_key(argument: &OsStr) -> Result<PublicKey, Failure> {
    let path = Path::new(argument);
    // What may be a key, or a secret one, should not be called a missing file.
    let text = argument
        .to_str()
        .filter(|text| !path.exists() && (is_key_text(text) || may_be_secret(text)));
    let bytes = match text {
        Some(text) => text.as_bytes().to_vec(),
        None => std::fs::read(path)
            .map_err(|error| Failure::Usage(format!("the key `{}`: {error}", path.display())))?,
    };
    PublicKey::decode(&bytes).map_err(|error| {
        let name = if text.is_some() { "given as text".into() } else { path.display().to_string() };
        Failure::Usage(format!("the key {name}: {error}"))
    })
}
