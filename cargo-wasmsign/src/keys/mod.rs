//! Keys as the command line and the manifest name them.

pub(crate) mod diagnose;

mod agent;
mod command;
mod key_id;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

use wasmsign_core::keys::{is_key_text, is_secret_key_text};
use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::{KeyEncoding, KeyError, PublicKey, SecretKey};

use crate::error::{Error, Result};
use crate::manifest::{KeyConfig, KeyText, SecretSource};
use crate::sys::caller;
use crate::text::redact;
use agent::Agent;
use command::Program;
use source::Source;

pub use key_id::KeyIdChoice;
pub use source::withhold_secrets;

/// Somebody who signs, on any thread.
#[derive(Debug)]
pub struct Signer {
    /// The manifest's name for it, or the argument that named it.
    pub name: String,
    hand: Hand,
    /// What the reader should know about the key, such as that others can read its file.
    pub warning: Option<String>,
}

/// Where the secret is when it signs.
#[derive(Debug)]
enum Hand {
    /// In our memory; it does not show in `Debug`.
    Ours(SecretKey),
    /// In an ssh-agent.
    Agent(Agent),
    /// In a program, or where that one asks for it.
    Program(Program),
}

impl Signer {
    /// A signer by the argument of `-k`: a path, `env:NAME`, or `ssh-agent:` with a fingerprint or public key.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no such key or its halves disagree, 3 where it is none, 4 where it
    /// cannot be read.
    pub fn from_argument(argument: &str) -> Result<Self> {
        let held = argument.strip_prefix("ssh-agent:");
        if is_secret_key_text(held.unwrap_or(argument)) {
            // Not repeated: whoever reads over a shoulder, or the log, has it otherwise.
            return Err(Error::usage("`--key` names where a secret key is, and this is the text of one").advice(
                "put it into a file or a variable, and give `--key PATH` or `--key env:NAME`; a key that was typed \
                 on a command line may be in the shell's history",
            ));
        }
        if let Some(key) = held {
            return Ok(Self { name: argument.to_owned(), hand: of_agent(key)?, warning: None });
        }
        if redact::is_secret_for_a_path(Path::new(argument)) {
            return Err(Error::usage(format!(
                "`--key` names where a secret key is, and this is {}",
                redact::shown(argument)
            ))
            .advice("give `--key PATH` of a file that is there, or `--key env:NAME`"));
        }
        let source = match argument.strip_prefix("env:") {
            Some(variable) => Source::Variable(variable.to_owned()),
            None => Source::File(argument.into()),
        };
        Self::load(argument.to_owned(), &source)
    }

    /// A signer by its table in the manifest: the key is read, the agent asked for it, the program looked for.
    /// Nothing is signed.
    ///
    /// # Errors
    ///
    /// As [`Signer::from_argument`]; exit code 2 where the manifest's public key belongs to another one, or where
    /// there is no such agent, key or program; 5 where what should be an agent is none.
    pub fn from_manifest(key: &KeyConfig) -> Result<Self> {
        let place = || format!("{}:{}", key.manifest.display(), key.line);
        let secret = key.secret.as_ref().ok_or_else(|| {
            Error::usage(format!(
                "{}: the key `{}` has no `secret` to sign with",
                place(),
                key.name
            ))
            .advice(format!(
                "set `secret = {{ env = \"VARIABLE\" }}` in its table, or give another key with {}",
                caller::key()
            ))
        })?;
        let signer = Self::of_source(key, secret)?;
        match &key.public {
            Some(public) if public_key_of(public)? != *signer.public_key() => Err(Error::usage(format!(
                "{}: the public key of `{}` does not belong to its secret key",
                place(),
                key.name
            ))
            .advice("one of the two is from another pair: make them agree, or make a pair with `cargo wasmsign keygen`")),
            _ => Ok(signer),
        }
    }

    fn of_source(key: &KeyConfig, secret: &SecretSource) -> Result<Self> {
        let name = key.name.clone();
        let hand = match secret {
            SecretSource::Env(variable) => {
                return Self::load(name, &Source::Variable(variable.clone()));
            }
            SecretSource::EnvFile(variable) => {
                return Self::load(name, &Source::file_named_by(variable)?);
            }
            SecretSource::File(path) => return Self::load(name, &Source::File(path.clone())),
            SecretSource::SshAgent(text) => of_agent(text)?,
            SecretSource::Command { argv, directory } => {
                let public = key.public.as_ref().ok_or_else(|| no_public_key(key))?;
                Hand::Program(Program::find(argv, directory, public_key_of(public)?)?)
            }
        };
        Ok(Self { name, hand, warning: None })
    }

    fn load(name: String, source: &Source) -> Result<Self> {
        let text = source.read()?;
        let secret =
            SecretKey::decode(&text).map_err(|error| key_error(&source.to_string(), error))?;
        Ok(Self { name, hand: Hand::Ours(secret), warning: source.warning() })
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        match &self.hand {
            Hand::Ours(secret) => secret.public_key(),
            Hand::Agent(agent) => agent.public_key(),
            Hand::Program(program) => program.public_key(),
        }
    }

    /// Refuses a key id that is the secret itself: it would be published with the signature.
    ///
    /// # Errors
    ///
    /// Exit code 2.
    pub fn keeps_from(&self, key_id: &KeyIdChoice) -> Result<()> {
        let (Hand::Ours(secret), KeyIdChoice::Bytes(id)) = (&self.hand, key_id) else {
            return Ok(());
        };
        let compact = secret.encode(KeyEncoding::Compact);
        let seed = &compact[1..33];
        match id.windows(seed.len()).any(|piece| piece == seed) {
            true => Err(Error::usage("the key id holds the secret key, and would be published")
                .advice("leave `key-id` to `auto`, or name the key in another way")),
            false => Ok(()),
        }
    }

    /// The signature that this signer is to make, with a hint at its key.
    pub fn signature(&self, key_id: &KeyIdChoice) -> NewSignature<'_> {
        NewSignature { signer: self, key_id: key_id_of(key_id) }
    }
}

/// The key that a text names in the agent of our environment.
fn of_agent(text: &str) -> Result<Hand> {
    let wanted = agent::wanted(text)?;
    Agent::find(agent::socket_of_environment()?, wanted).map(Hand::Agent)
}

impl sign::Signer for Signer {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Box<dyn std::error::Error + Send + Sync>> {
        Ok(match &self.hand {
            Hand::Ours(secret) => secret.sign(message),
            Hand::Agent(agent) => agent.sign(message)?,
            Hand::Program(program) => program.sign(message)?,
        })
    }
}

/// A program cannot be asked for its public key, and its signatures are not taken on trust.
fn no_public_key(key: &KeyConfig) -> Error {
    Error::usage(format!(
        "{}:{}: the key `{}` signs with a command, and has no `public` to check it with",
        key.manifest.display(),
        key.line,
        key.name
    ))
    .advice("set `public` in its table to the public key, or to the path of its file")
}

fn key_id_of(choice: &KeyIdChoice) -> KeyId {
    match choice {
        KeyIdChoice::Auto => KeyId::Auto,
        KeyIdChoice::None => KeyId::None,
        KeyIdChoice::Bytes(bytes) => KeyId::Bytes(bytes.clone()),
    }
}

/// A public key by the argument of `-K`: a path, or the key's own text.
///
/// # Errors
///
/// Exit code 2 where there is no such file, 3 where it is no public key, 4 where it cannot be read.
pub fn public_key(argument: &str) -> Result<PublicKey> {
    let path = Path::new(argument);
    // Nobody should be told that a key is a missing file.
    if path.exists() || !is_key_text(argument) && !redact::is_secret_for_a_path(path) {
        return public_key_file(path);
    }
    PublicKey::decode(argument.as_bytes())
        .map_err(|error| key_error("the argument of `--public-key`", error))
}

/// The public key that a manifest gives.
///
/// # Errors
///
/// As [`public_key`].
pub fn public_key_of(key: &KeyText) -> Result<PublicKey> {
    match key {
        KeyText::Path(path) => public_key_file(path),
        KeyText::Text(text) => {
            PublicKey::decode(text.as_bytes()).map_err(|error| key_error("the manifest", error))
        }
    }
}

fn public_key_file(path: &Path) -> Result<PublicKey> {
    let bytes = source::read_key_file(path)?;
    PublicKey::decode(&bytes).map_err(|error| key_error(&format!("`{}`", path.display()), error))
}

fn key_error(source: &str, error: KeyError) -> Error {
    match error {
        KeyError::MismatchedHalves => {
            Error::usage(format!("the key in {source} must not be used")).because(error).advice(
                "its public half was changed, and signing with it would give the secret away: restore it from a backup",
            )
        }
        KeyError::SecretGiven | KeyError::PublicGiven => {
            Error::usage(format!("the key in {source} is the wrong half")).because(error)
        }
        _ => Error::malformed(format!("failed to read the key in {source}")).because(error),
    }
}
