//! `env`: the text of a secret key in an environment variable.

use serde_json::Value;
use zeroize::Zeroizing;

use super::holder::Found;
use super::passphrase;
use super::scheme::{Backend, Form, KeyRef, PASSPHRASE, Scheme, Search, Told, Wrong, table_with};
use super::variable;
use crate::error::Result;
use crate::sys::child;
use crate::text::redact;

pub(super) const SCHEME: Scheme = Scheme {
    word: "env",
    about: "The environment variable that holds the key's text.",
    form: Form::Variable,
    argument: Some("NAME"),
    advice: None,
    needs_public: false,
    beside: Some(PASSPHRASE),
    parse,
};

#[derive(Debug)]
struct Variable {
    name: String,
    /// The variable of the passphrase.
    passphrase: Option<String>,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    Ok(KeyRef::new(Variable {
        name: told.text().to_owned(),
        passphrase: told.beside.map(str::to_owned),
    }))
}

impl Backend for Variable {
    fn told(&self) -> Value {
        table_with(&SCHEME, &self.name, self.passphrase.as_deref())
    }

    /// The variable is kept from every child from here on.
    fn find(&self, search: &Search<'_>) -> Result<Found> {
        child::withhold(&self.name);
        let text = variable::read(&self.name, "the secret key's text")?;
        let text = Zeroizing::new(text.into_encoded_bytes());
        if let Some(secret) = search.secp256k1(&text) {
            return Ok(Found::new(secret));
        }
        let owner = format!("the environment variable {}", redact::shown(&self.name));
        let passphrase = search.passphrase(self.passphrase.as_deref());
        passphrase::open(&text, &owner, &passphrase).map(|opened| Found::new(opened.secret))
    }

    fn variables(&self) -> Vec<&str> {
        let names = [Some(&self.name), self.passphrase.as_ref()];
        names.into_iter().flatten().map(String::as_str).collect()
    }

    fn secret_variables(&self) -> Vec<&str> {
        self.variables()
    }
}
