//! Public keys as arguments give them: by path, or as the text of the key.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Error, LitStr};
use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_key_text, may_be_secret};

use crate::failure::{Failure, Result};
use crate::files::{self, Source};
use crate::support::support;

/// A key, and the file that it came from.
pub(crate) struct Key {
    pub(crate) key: PublicKey,
    file: Option<Source>,
}

impl Key {
    /// Reads the key that `argument` is or names.
    pub(crate) fn read(argument: &LitStr) -> Result<Self> {
        let text = argument.value();
        if is_key_text(&text) || may_be_secret(&text) && !files::exists(&text) {
            let key = PublicKey::decode(text.as_bytes()).map_err(|_| Failure::NotShown)?;
            return Ok(Self { key, file: None });
        }
        let file = Source::read(
            argument,
            "public key",
            "correct the path, or create a key pair with `cargo wasmsign keygen`",
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
    let support = support();
    let bytes = Literal::byte_string(key.key.as_bytes());
    Ok(quote!({
        #track
        #support::public_key(*#bytes)
    }))
}
