//! `env-file`: a secret key in the file whose path is in an environment variable.

use serde_json::Value;
use wasmsign_core::PublicKey;

use super::file::KeyFile;
use super::holder::Found;
use super::scheme::{Backend, Form, KeyRef, Scheme, Told, Wrong, table};
use super::variable;
use crate::error::Result;

pub(super) const SCHEME: Scheme = Scheme {
    word: "env-file",
    about: "The environment variable that holds the path of the key's file.",
    form: Form::Variable,
    beside: None,
    argument: None,
    advice: None,
    needs_public: false,
    parse,
};

#[derive(Debug)]
struct PathVariable {
    name: String,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    Ok(KeyRef::new(PathVariable { name: told.text().to_owned() }))
}

impl Backend for PathVariable {
    fn told(&self) -> Value {
        table(&SCHEME, &*self.name)
    }

    fn find(&self, public: Option<&PublicKey>) -> Result<Found> {
        let path = variable::read(&self.name, "the path of the secret key's file")?;
        KeyFile { path: path.into() }.find(public)
    }

    fn variables(&self) -> Vec<&str> {
        vec![&self.name]
    }
}
