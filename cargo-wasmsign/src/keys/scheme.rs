//! What a name of a key is, and what a way to name keys has to say of itself. Nothing is looked for before somebody asks for
//! the key.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use wasmsign_core::PublicKey;
use wasmsign_core::keys::{Secp256k1SecretKey, is_secret_key_text};

use super::holder::Found;
use super::passphrase::PassphraseSource;
use crate::error::{Error, Result};
use crate::text::paths;
use crate::text::words::Invalid;

/// A key by its name, be it a secret or a public one.
#[derive(Debug, Clone)]
pub struct KeyRef(Arc<dyn Backend>);

/// Where keys are of one kind of name.
pub(super) trait Backend: fmt::Debug + Send + Sync {
    /// The name, as a manifest has it.
    fn told(&self) -> Value;

    /// Finds the secret key, so that it can sign. Nothing is signed.
    fn find(&self, _search: &Search<'_>) -> Result<Found> {
        Err(Error::usage("this names a public key, and a secret one is wanted"))
    }

    /// The public keys that this names, at least one.
    fn public_keys(&self) -> Result<Vec<PublicKey>> {
        Err(Error::usage("this names a secret key, and a public one is wanted"))
    }

    /// As [`Backend::public_keys`], keys of secp256k1 too.
    fn any_public_keys(&self) -> Result<Vec<PublicKey>> {
        self.public_keys()
    }

    /// The key itself, where the name is that.
    fn text(&self) -> Option<&str> {
        None
    }

    /// The environment variables that it names.
    fn variables(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Those of them whose values are secret.
    fn secret_variables(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// What is known of a secret key that is looked for.
pub(super) struct Search<'a> {
    /// What the manifest says is its public half.
    pub(super) public: Option<&'a PublicKey>,
    /// Where the passphrase is, as the command line says.
    pub(super) passphrase: &'a PassphraseSource,
    /// Whether a key of secp256k1 is one that can sign.
    pub(super) takes_secp256k1: bool,
}

impl Search<'_> {
    /// Where the passphrase is: where the command line says, else in this variable of the manifest's.
    pub(super) fn passphrase(&self, variable: Option<&str>) -> PassphraseSource {
        let of_manifest = variable.map(PassphraseSource::variable).unwrap_or_default();
        self.passphrase.or(&of_manifest).clone()
    }

    /// The key in these bytes, where it is one of secp256k1 and such a one is taken.
    pub(super) fn secp256k1(&self, bytes: &[u8]) -> Option<Secp256k1SecretKey> {
        let decode = || Secp256k1SecretKey::decode(bytes).ok();
        self.takes_secp256k1.then(decode).flatten()
    }
}

/// A way to name secret keys.
pub struct Scheme {
    /// Its word: the key in a manifest's table; on the command line, what stands before a colon.
    pub word: &'static str,
    /// What it means, for those who write manifests.
    pub about: &'static str,
    /// What it is told.
    pub form: Form,
    /// The variable that may be named beside the word in a manifest's table.
    pub beside: Option<Beside>,
    /// What stands behind the colon on the command line; none where only manifests have the scheme.
    pub argument: Option<&'static str>,
    /// What to do where it is told something else on the command line.
    pub advice: Option<&'static str>,
    /// Whether the public half must be named beside it.
    pub needs_public: bool,
    /// Makes a name of what the scheme is told.
    pub(super) parse: fn(&Told<'_>) -> Result<KeyRef, Wrong>,
}

/// What may stand in a manifest beside the word of a scheme: the name of a variable with the secret that the key is locked with.
pub struct Beside {
    /// Its key in the table.
    pub word: &'static str,
    /// What it means, for those who write manifests.
    pub about: &'static str,
}

/// Of keys that may be encrypted.
pub(super) const PASSPHRASE: Beside = Beside {
    word: "passphrase-env",
    about: "The environment variable that holds the passphrase of an encrypted key.",
};

/// A way to name public keys, each name one or several of them. It has no table in a manifest: the word, a colon and what it
/// is told are one text there, as on the command line.
pub struct PublicScheme {
    /// Its word, which stands before the colon.
    pub word: &'static str,
    /// What stands behind the colon.
    pub argument: &'static str,
    /// Makes a name of what stands there; relative paths begin in the directory.
    pub(super) parse: fn(&str, &Path) -> Result<KeyRef, Invalid>,
}

/// What a scheme is told in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The name of an environment variable.
    Variable,
    /// A text.
    Text,
    /// A program and its arguments.
    Command,
}

/// What a scheme is told: one text, or the words of a command.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// At least one.
    pub words: &'a [&'a str],
    /// The variable that is named beside them.
    pub beside: Option<&'a str>,
    /// Where relative paths begin; empty for the current directory.
    pub directory: &'a Path,
}

/// A word that cannot be what it should.
#[derive(Debug)]
pub struct Wrong {
    /// Which word it is, from 0.
    pub word: usize,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a word.
#[derive(Debug)]
pub enum Why {
    /// It may be a secret key itself, and is not repeated.
    Secret,
    /// It is something else than expected.
    Invalid(Invalid),
}

impl Wrong {
    /// The one word is something else than expected.
    pub(super) fn invalid(invalid: Invalid) -> Self {
        Self { word: 0, why: Why::Invalid(invalid) }
    }
}

impl<'a> Told<'a> {
    /// A path from a directory.
    pub(super) fn in_directory(directory: &'a Path) -> Self {
        Self { words: &[], beside: None, directory }
    }

    /// The first word.
    pub(super) fn text(&self) -> &str {
        self.words.first().copied().unwrap_or_default()
    }

    /// A path from the directory, made whole in a manifest.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        match self.directory.as_os_str().is_empty() {
            true => PathBuf::from(path),
            false => paths::normal(&self.directory.join(path)),
        }
    }

    /// Refuses words that are secret keys.
    pub(super) fn refuse_secrets(&self) -> Result<(), Wrong> {
        match self.words.iter().position(|word| is_secret_key_text(word)) {
            Some(word) => Err(Wrong { word, why: Why::Secret }),
            None => Ok(()),
        }
    }
}

impl KeyRef {
    /// A key that is found in its own way.
    pub(super) fn new(backend: impl Backend + 'static) -> Self {
        Self(Arc::new(backend))
    }

    /// A secret key by a scheme, as a manifest's table has it.
    ///
    /// # Errors
    ///
    /// The word that is not right.
    pub fn of_scheme(scheme: &Scheme, told: &Told<'_>) -> Result<Self, Wrong> {
        (scheme.parse)(told)
    }

    /// The public keys that this names, at least one.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no such file, 3 where it is no public key, 4 where it cannot be read.
    pub fn public_keys(&self) -> Result<Vec<PublicKey>> {
        self.0.public_keys()
    }

    /// As [`KeyRef::public_keys`], keys of secp256k1 too.
    ///
    /// # Errors
    ///
    /// As of [`KeyRef::public_keys`].
    pub fn any_public_keys(&self) -> Result<Vec<PublicKey>> {
        self.0.any_public_keys()
    }

    /// Finds the secret key; nothing is signed.
    pub(super) fn find(&self, search: &Search<'_>) -> Result<Found> {
        self.0.find(search)
    }

    /// The name, as a manifest has it. What may be a secret by its length is not in it.
    pub fn told(&self) -> Value {
        self.0.told()
    }

    /// The name of a public key, as a manifest has it: a path or a text needs no scheme there.
    pub fn told_public(&self) -> Value {
        match self.told() {
            Value::Object(table) => table.into_values().next().unwrap_or_default(),
            text => text,
        }
    }

    /// The public key's own text, not yet parsed, where the name is that.
    pub fn text(&self) -> Option<&str> {
        self.0.text()
    }

    /// The environment variables that it names.
    pub fn variables(&self) -> Vec<&str> {
        self.0.variables()
    }

    /// Those of them whose values are secret.
    pub fn secret_variables(&self) -> Vec<&str> {
        self.0.secret_variables()
    }
}

/// By the name that is told.
impl PartialEq for KeyRef {
    fn eq(&self, other: &Self) -> bool {
        self.told() == other.told()
    }
}

impl Eq for KeyRef {}

/// A text that names a key of a scheme, as a manifest has it.
pub(super) fn table(scheme: &Scheme, told: impl Into<Value>) -> Value {
    json!({ scheme.word: told.into() })
}

/// As [`table`], with the variable of the passphrase.
pub(super) fn table_with(scheme: &Scheme, told: &str, passphrase: Option<&str>) -> Value {
    match passphrase {
        Some(name) => json!({ scheme.word: told, PASSPHRASE.word: name }),
        None => table(scheme, told),
    }
}
