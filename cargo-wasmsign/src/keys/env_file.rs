//! `env-file`: a secret key in the file whose path is in an environment variable.

use serde_json::Value;

use super::file::KeyFile;
use super::holder::Found;
use super::scheme::{Backend, Form, KeyRef, PASSPHRASE, Scheme, Search, Told, Wrong, table_with};
use super::variable;
use crate::error::Result;

pub(super) const SCHEME: Scheme = Scheme {
    word: "env-file",
    about: "The environment variable that holds the path of the key's file.",
    form: Form::Variable,
    argument: None,
    advice: None,
    needs_public: false,
    beside: Some(PASSPHRASE),
    parse,
};

#[derive(Debug)]
struct PathVariable {
    name: String,
    /// The variable of the passphrase.
    passphrase: Option<String>,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    Ok(KeyRef::new(PathVariable {
        name: told.text().to_owned(),
        passphrase: told.beside.map(str::to_owned),
    }))
}

impl Backend for PathVariable {
    fn told(&self) -> Value {
        table_with(&SCHEME, &self.name, self.passphrase.as_deref())
    }

    fn find(&self, search: &Search<'_>) -> Result<Found> {
        let path = variable::read(&self.name, "the path of the secret key's file")?;
        KeyFile { path: path.into(), passphrase: self.passphrase.clone() }.find(search)
    }

    fn variables(&self) -> Vec<&str> {
        let names = [Some(&self.name), self.passphrase.as_ref()];
        names.into_iter().flatten().map(String::as_str).collect()
    }

    fn secret_variables(&self) -> Vec<&str> {
        self.passphrase.iter().map(String::as_str).collect()
    }
}
