//! Public keys as the command line gives them.

use std::ffi::OsStr;
use std::path::Path;

use wasmsign_core::PublicKey;

use crate::failure::Failure;

/// The public key in a file, or in the argument itself.
pub fn public_key(argument: &OsStr) -> Result<PublicKey, Failure> {
    let path = Path::new(argument);
    let text = argument.to_str().filter(|text| !path.exists() && looks_like_key(text));
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

/// Whether an argument that is no file is meant as a key: one that is mistyped should not be called a missing file.
fn looks_like_key(text: &str) -> bool {
    let text = text.trim();
    let encoded = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    text.starts_with("-----BEGIN ") || text.starts_with("ssh-") || (encoded && text.len() >= 40)
}
