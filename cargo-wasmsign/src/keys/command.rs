//! `command`: a program that signs: it gets the message on standard input and writes the signature to standard output.

mod output;
#[cfg(all(test, unix))]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use wasmsign_core::PublicKey;
use wasmsign_core::keys::may_be_secret;

use super::diagnose::mistake;
use super::holder::{Found, Holder};
use super::scheme::{Backend, Form, KeyRef, Scheme, Search, Told, Wrong, table};
use crate::error::{Error, Result};
use crate::sys::child::{self, Output};
use crate::sys::exit_status::{in_words, last_words};
use crate::sys::programs;
use crate::text::redact;
use crate::text::words::Invalid;

/// No encoding of a signature is nearly as long; a program that does not stop to write is wrong.
const MAX_OUTPUT: u64 = 4096;

pub(super) const SCHEME: Scheme = Scheme {
    word: "command",
    about: "A program and its arguments that signs what it reads from standard input; needs `public`. It runs in the \
            directory of this Cargo.toml.",
    form: Form::Command,
    beside: None,
    argument: None,
    advice: None,
    // A program cannot be asked for it, and its signatures are not taken on trust.
    needs_public: true,
    parse,
};

/// A program and its arguments, not yet looked for.
#[derive(Debug)]
struct Words {
    argv: Vec<String>,
    directory: PathBuf,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    if told.text().is_empty() {
        return Err(Wrong::invalid(Invalid::new("a program", "")));
    }
    let argv = told.words.iter().map(|word| (*word).to_owned()).collect();
    Ok(KeyRef::new(Words { argv, directory: told.directory.to_owned() }))
}

impl Backend for Words {
    /// A word that may be a secret by its length is not told.
    fn told(&self) -> Value {
        let told = |word: &String| match may_be_secret(word) {
            true => redact::shown(word),
            false => word.clone(),
        };
        table(&SCHEME, json!(self.argv.iter().map(told).collect::<Vec<_>>()))
    }

    fn find(&self, search: &Search<'_>) -> Result<Found> {
        let public = search.public.ok_or_else(|| {
            Error::usage("a signing command has no public key to check its signatures with")
                .advice("set `public` in its table to the public key, or to the path of its file")
        })?;
        Program::find(&self.argv, &self.directory, public.clone()).map(Found::new)
    }
}

/// A program that holds a key, or knows who does.
#[derive(Debug)]
struct Program {
    /// As the manifest names it.
    name: String,
    path: PathBuf,
    arguments: Vec<String>,
    /// Where it runs: the manifest's directory.
    directory: PathBuf,
    public_key: PublicKey,
}

impl Program {
    /// Finds the program. It is not run.
    ///
    /// # Errors
    ///
    /// Exit code 2: there is no such program, or it may not be executed.
    fn find(argv: &[String], directory: &Path, public_key: PublicKey) -> Result<Self> {
        let (name, arguments) = argv.split_first().ok_or_else(|| {
            Error::usage("the signing command is empty").advice("set `command` to a program")
        })?;
        let path = programs::find(name, directory).ok_or_else(|| not_found(name, directory))?;
        Ok(Self {
            name: name.clone(),
            path,
            arguments: arguments.to_vec(),
            directory: directory.to_owned(),
            public_key,
        })
    }

    /// The error for a signature that does not verify.
    fn wrong(&self, message: &[u8], signature: &[u8; 64], output: &Output) -> Error {
        let why = mistake(&self.public_key, message, signature);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        quote(self.error(&format!("returned a signature that does not verify{why}")), output)
            .advice(
                "check that `public` is the public half of its key; it must sign standard input \
                 itself (pure Ed25519), not a hash of it",
            )
    }

    fn unusable(&self, output: &Output) -> Error {
        let found = match output.stdout.len() as u64 {
            MAX_OUTPUT => format!("wrote {MAX_OUTPUT} bytes or more, which is not a signature"),
            _ => format!("gave {}", output::description(&output.stdout)),
        };
        quote(self.error(&found), output).advice(
            "it must write its Ed25519 signature of standard input to standard output: 64 bytes, \
             or the same in hexadecimal, base64, DER or a JSON string",
        )
    }

    fn error(&self, what: &str) -> Error {
        Error::tool(format!("the signing command {} {what}", redact::shown(&self.name)))
    }

    fn not_started(&self, source: io::Error) -> Error {
        match source.kind() {
            io::ErrorKind::NotFound => not_found(&self.name, &self.directory).because(source),
            _ => self
                .error("could not be started")
                .because(source)
                .advice("check that it is a program for this system, or starts with `#!`"),
        }
    }
}

impl Holder for Program {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Has it sign.
    ///
    /// # Errors
    ///
    /// Exit code 5 where it fails, or what it gives is no signature of the key; 2 where it is gone.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).current_dir(&self.directory).stdout(Stdio::piped());
        let output = child::output_up_to(MAX_OUTPUT, &mut command, message)
            .map_err(|source| self.not_started(source))?;
        let endless = output.stdout.len() as u64 == MAX_OUTPUT;
        // One that writes without end is killed by nobody reading it, which would tell the reader nothing.
        if !output.status.success() && !endless {
            return Err(quote(self.error(&in_words(output.status)), &output)
                .advice("run it by hand with some bytes on standard input, and read its output"));
        }
        let candidates = output::signatures(&output.stdout);
        let Some(first) = candidates.first() else { return Err(self.unusable(&output)) };
        match candidates.iter().find(|candidate| self.public_key.verify(message, candidate)) {
            Some(signature) => Ok(*signature),
            None => Err(self.wrong(message, first, &output)),
        }
    }
}

/// Adds the program's last words as the cause.
fn quote(error: Error, output: &Output) -> Error {
    match last_words(&output.stderr) {
        words if words.is_empty() => error,
        words => error.because(words),
    }
}

fn not_found(name: &str, directory: &Path) -> Error {
    let place = programs::place(name, directory);
    let name = redact::shown(name);
    Error::usage(format!("the signing command {name} was not found {place}"))
        .advice("install it, make it executable, or set another one in `command`")
}
