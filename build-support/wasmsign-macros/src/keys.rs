//! Public keys as arguments give them: by path, or as the text of the key.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Error, LitStr};
use wasmsign_core::PublicKey;

use crate::failure::{Failure, Result};
use crate::files::Source;

/// A key, and the file that it came from.
pub(crate) struct Key {
    pub(crate) key: PublicKey,
    file: Option<Source>,
}

impl Key {
    /// Reads the key that `argument` is or names.
    pub(crate) fn read(argument: &LitStr) -> Result<Self> {
        let text = argument.value();
        if is_key(&text) {
            let key = PublicKey::decode(text.as_bytes()).map_err(|_| Failure::NotShown)?;
            return Ok(Self { key, file: None });
        }
        let file = Source::read(
            argument,
            "public key",
            "correct the path, or make a pair of keys with `cargo wasmsign keygen`",
        )?;
        let key = PublicKey::decode(&file.bytes).map_err(|error| {
            Error::new(argument.span(), format!("the key `{}`: {error}", text.escape_debug()))
        })?;
        Ok(Self { key, file: Some(file) })
    }

    /// What makes the key's file a dependency of the build.
    pub(crate) fn track(&self) -> Option<TokenStream> {
        self.file.as_ref().map(Source::track)
    }
}

/// The expansion of `public_key!`.
pub(crate) fn expand(argument: &LitStr) -> Result<TokenStream> {
    let key = Key::read(argument)?;
    let track = key.track();
    let bytes = Literal::byte_string(key.key.as_bytes());
    Ok(quote!({
        #track
        ::wasmsign_core::PublicKey::__from_macro(*#bytes)
    }))
}

/// Whether `text` is a key rather than the path of one: the rule of the manifest.
fn is_key(text: &str) -> bool {
    text.contains("-----BEGIN ") || text.starts_with("ssh-ed25519 ") || is_encoded(text.trim())
}

fn is_encoded(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_alphanumeric() || "+-_=/".contains(c);
    // A slash is a digit of base64 as well as part of a path: with one, only what ends or begins as the encoding of an
    // Ed25519 key does is no path.
    let no_path = !text.contains('/')
        || text.ends_with('=')
        || text.starts_with(ED25519_SPKI)
        || text.len() == 44 && text.starts_with('A');
    text.len() >= 40 && no_path && text.chars().all(digit)
}

/// The first 16 digits of every Ed25519 key that is base64 of DER.
const ED25519_SPKI: &str = "MCowBQYDK2VwAyEA";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_paths() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n",
            "ssh-ed25519 AAAA me@example.com",
            "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "Addam/GCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        ] {
            assert!(is_key(text), "{text}");
        }
        for path in [
            "release",
            "keys/release.pub",
            "keys/production/servers/europe/release/ed25519/public",
            "a-very-long-name-of-a-file-with-a-public-key.pub",
            "ssh-ed25519.pub",
        ] {
            assert!(!is_key(path), "{path}");
        }
    }
}
