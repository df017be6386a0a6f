//! `pkcs11`: a key in a security token or HSM, which signs and never shows its secret. Tokens are reached with the feature
//! `pkcs11`; without it, names are read all the same.

#[cfg(feature = "pkcs11")]
mod failure;
#[cfg(feature = "pkcs11")]
mod modules;
#[cfg(feature = "pkcs11")]
mod objects;
#[cfg(feature = "pkcs11")]
mod pin;
#[cfg(feature = "pkcs11")]
mod token;
mod uri;

use serde_json::{Value, json};
#[cfg(feature = "pkcs11")]
use token::find;
#[cfg(not(feature = "pkcs11"))]
use wasmsign_core::PublicKey;

use super::holder::Found;
use super::scheme::{Backend, Beside, Form, KeyRef, Scheme, Search, Told, Wrong, table};
#[cfg(not(feature = "pkcs11"))]
use crate::error::Error;
use crate::error::Result;
use crate::text::words::Invalid;
use uri::Uri;

const PIN_ENV: &str = "pin-env";

pub(super) const SCHEME: Scheme = Scheme {
    word: "pkcs11",
    about: "A key in a token: its URI as RFC 7512 has it (`token`, `object`, `id`, `slot-id`), with the `module-path` of the \
            token's library behind `?`.",
    form: Form::Text,
    beside: Some(Beside {
        word: PIN_ENV,
        about: "The environment variable that holds the token's PIN.",
    }),
    argument: Some("URI"),
    advice: Some(
        "name the token, the key and the token's library, as in \
         `pkcs11:token=NAME;object=NAME?module-path=/usr/lib/libtoken.so`; the PIN is read from \
         `pin-source=file:PATH`",
    ),
    // The token shows its public keys.
    needs_public: false,
    parse,
};

/// What names a key in a token.
#[derive(Debug)]
struct TokenKey {
    /// Without the word before the colon.
    text: String,
    uri: Uri,
    /// The variable with the PIN.
    pin_env: Option<String>,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    let text = told.text();
    let text = text.strip_prefix("pkcs11:").unwrap_or(text).to_owned();
    let uri = Uri::parse(&text, told).map_err(Wrong::invalid)?;
    if uri.pin_source.is_some() && told.beside.is_some() {
        let twice = "`pin-source` and `pin-env` both say where the PIN is; name one of them";
        return Err(Wrong::invalid(Invalid::because(twice)));
    }
    let pin_env = told.beside.map(str::to_owned);
    Ok(KeyRef::new(TokenKey { text, uri, pin_env }))
}

impl Backend for TokenKey {
    fn told(&self) -> Value {
        let mut told = table(&SCHEME, format!("pkcs11:{}", self.text));
        if let Some(name) = &self.pin_env {
            told[PIN_ENV] = json!(name);
        }
        told
    }

    fn find(&self, search: &Search<'_>) -> Result<Found> {
        find(&self.uri, self.pin_env.as_deref(), search.public)
    }

    fn variables(&self) -> Vec<&str> {
        self.pin_env.iter().map(String::as_str).collect()
    }

    fn secret_variables(&self) -> Vec<&str> {
        self.variables()
    }
}

/// A key that this program has no way to.
#[cfg(not(feature = "pkcs11"))]
fn find(_uri: &Uri, _pin_env: Option<&str>, _public: Option<&PublicKey>) -> Result<Found> {
    Err(Error::usage(
        "cannot use a key in a token: this cargo-wasmsign was built without the feature `pkcs11`",
    )
    .advice("install it with `cargo install cargo-wasmsign --features pkcs11`"))
}
