//! `env`: the text of a secret key in an environment variable.

use serde_json::Value;
use wasmsign_core::{PublicKey, SecretKey};
use zeroize::Zeroizing;

use super::failure::key_error;
use super::holder::Found;
use super::scheme::{Backend, Form, KeyRef, Scheme, Told, Wrong, table};
use super::variable;
use crate::error::Result;
use crate::sys::child;
use crate::text::redact;

pub(super) const SCHEME: Scheme = Scheme {
    word: "env",
    about: "The environment variable that holds the key's text.",
    form: Form::Variable,
    beside: None,
    argument: Some("NAME"),
    advice: None,
    needs_public: false,
    parse,
};

#[derive(Debug)]
struct Variable {
    name: String,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    Ok(KeyRef::new(Variable { name: told.text().to_owned() }))
}

impl Backend for Variable {
    fn told(&self) -> Value {
        table(&SCHEME, &*self.name)
    }

    /// The variable is kept from every child from here on.
    fn find(&self, _public: Option<&PublicKey>) -> Result<Found> {
        child::withhold(&self.name);
        let text = variable::read(&self.name, "the secret key's text")?;
        let text = Zeroizing::new(text.into_encoded_bytes());
        let secret = SecretKey::decode(&text).map_err(|error| {
            key_error(&format!("the environment variable {}", redact::shown(&self.name)), error)
        })?;
        Ok(Found::new(secret))
    }

    fn variables(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn secret_variables(&self) -> Vec<&str> {
        self.variables()
    }
}
