//! The passphrase of an encrypted key: where it is, and who is asked for it. It is never on the command line.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, OnceLock};

use wasmsign_core::{KeyError, SecretKey};
use zeroize::Zeroizing;

use super::failure::key_error;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child;
use crate::sys::terminal::{self, Answer};
use crate::text::escape::escape;
use crate::text::redact;

/// How often somebody is asked who types something else.
const TRIES: usize = 3;

/// Nobody types more.
const MAX_BYTES: u64 = 4096;

/// The bytes of a passphrase.
pub type Passphrase = Zeroizing<Vec<u8>>;

/// Where a passphrase is: nowhere at first, so that somebody is asked on the terminal. Each is read once, whatever number
/// of keys it is for.
#[derive(Clone, Default)]
pub struct PassphraseSource(Option<Arc<Source>>);

enum Source {
    Variable(String),
    Descriptor { number: u32, line: OnceLock<Passphrase> },
}

impl PassphraseSource {
    /// The value of an environment variable, which is kept from every child from here on.
    pub fn variable(name: &str) -> Self {
        child::withhold(name);
        Self(Some(Arc::new(Source::Variable(name.to_owned()))))
    }

    /// The first line of what can be read from a file descriptor.
    pub fn descriptor(number: u32) -> Self {
        Self(Some(Arc::new(Source::Descriptor { number, line: OnceLock::new() })))
    }

    /// Whether nothing says where it is.
    pub fn is_unsaid(&self) -> bool {
        self.0.is_none()
    }

    /// This one, or where it says nothing, the other.
    pub fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.is_unsaid() { other } else { self }
    }

    /// The passphrase, where it is said where that is. An empty one is none.
    ///
    /// # Errors
    ///
    /// Exit code 2 where the descriptor cannot be read.
    pub fn said(&self) -> Result<Option<Passphrase>> {
        let passphrase = match self.0.as_deref() {
            None => return Ok(None),
            Some(Source::Variable(name)) => {
                let value = std::env::var_os(name).unwrap_or_default();
                Zeroizing::new(value.into_encoded_bytes())
            }
            Some(Source::Descriptor { number, line }) => match line.get() {
                Some(line) => line.clone(),
                None => {
                    let read = first_line(*number).map_err(|source| unreadable(*number, source))?;
                    line.get_or_init(|| read).clone()
                }
            },
        };
        Ok(Some(passphrase).filter(|passphrase| !passphrase.is_empty()))
    }

    /// A passphrase for a new key: the one that is said, or what somebody types twice.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is none, 130 where somebody is asked and presses Ctrl-C.
    pub fn new_passphrase(&self, owner: &str) -> Result<Passphrase> {
        if let Some(passphrase) = self.said()? {
            return Ok(passphrase);
        }
        for _ in 0..TRIES {
            let first = self.ask(&format!("New passphrase for {owner}: "), owner)?;
            if first.is_empty() {
                terminal::tell("A passphrase has at least one character.");
            } else if first == self.ask("The same passphrase again: ", owner)? {
                return Ok(first);
            } else {
                terminal::tell("These are two different passphrases.");
            }
        }
        Err(Error::usage(format!("there is no passphrase for {owner}"))
            .because(format!("it was not typed twice in {TRIES} tries")))
    }

    /// Asks on the terminal, where somebody can be asked.
    fn ask(&self, prompt: &str, owner: &str) -> Result<Passphrase> {
        ask(prompt, &format!("passphrase was typed for {owner}"), |why| self.missing(owner, why))
    }

    fn missing(&self, owner: &str, why: &'static str) -> Error {
        let advice = match self.0.as_deref() {
            Some(Source::Variable(name)) => {
                format!("set the environment variable {} to the passphrase", redact::shown(name))
            }
            Some(Source::Descriptor { number, .. }) => {
                format!("write the passphrase to file descriptor {number}, as one line")
            }
            None => "set an environment variable to the passphrase and pass its name with \
                     `--passphrase-env NAME`, or write it to a file descriptor and pass that with \
                     `--passphrase-fd N`; in a manifest, set `passphrase-env` beside the key"
                .to_owned(),
        };
        Error::usage(format!("there is no passphrase for {owner}")).because(why).advice(advice)
    }
}

/// Of what kind it is, and nothing that was read.
impl fmt::Debug for PassphraseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.as_deref() {
            None => "unsaid",
            Some(Source::Variable(_)) => "variable",
            Some(Source::Descriptor { .. }) => "descriptor",
        })
    }
}

/// Asks on the terminal, where somebody can be asked. Where nobody can, `missing` makes the error of why; `typed` says what
/// nobody has typed.
///
/// # Errors
///
/// That; exit code 130 where somebody presses Ctrl-C.
pub(super) fn ask(
    prompt: &str,
    typed: &str,
    missing: impl FnOnce(&'static str) -> Error,
) -> Result<Passphrase> {
    if std::env::var_os("CI").is_some_and(|value| !value.is_empty()) {
        return Err(missing("`CI` is set, so nobody is asked for it"));
    }
    let failed = |source| Error::io("failed to ask on the terminal", source);
    match terminal::ask(&escape(prompt)).map_err(failed)? {
        Answer::Line(line) => Ok(Zeroizing::new(line.into_bytes())),
        Answer::NoTerminal => Err(missing("there is no terminal to ask for it on")),
        Answer::Declined => Err(Error::new(Exit::Interrupted, format!("no {typed}"))),
    }
}

/// A secret key, and the passphrase that it was under.
pub struct Opened {
    /// The key.
    pub secret: SecretKey,
    /// Its passphrase, where it was encrypted.
    pub passphrase: Option<Passphrase>,
}

/// Reads a secret key, and finds its passphrase where it has one; `owner` is who has the key, in words.
///
/// # Errors
///
/// Exit code 2 for the wrong half, too much work, and a passphrase that is wrong or not there; 3 where it is no key; 130
/// where somebody is asked and presses Ctrl-C.
pub fn open(bytes: &[u8], owner: &str, source: &PassphraseSource) -> Result<Opened> {
    match SecretKey::decode(bytes) {
        Ok(secret) => Ok(Opened { secret, passphrase: None }),
        Err(KeyError::Encrypted) => decrypt(bytes, owner, source),
        Err(error) => Err(key_error(owner, error)),
    }
}

fn decrypt(bytes: &[u8], owner: &str, source: &PassphraseSource) -> Result<Opened> {
    // Nobody should be asked for a passphrase in vain.
    SecretKey::check_encryption(bytes).map_err(|error| key_error(owner, error))?;
    let opened = |passphrase: Passphrase| {
        let secret = SecretKey::decode_encrypted(bytes, &passphrase);
        secret.map(|secret| Opened { secret, passphrase: Some(passphrase) })
    };
    if let Some(passphrase) = source.said()? {
        return opened(passphrase).map_err(|error| key_error(owner, error));
    }
    let prompt = format!("Passphrase of the key in {owner}: ");
    for _ in 1..TRIES {
        match opened(source.ask(&prompt, owner)?) {
            Err(KeyError::WrongPassphrase) => terminal::tell("That is not the passphrase."),
            other => return other.map_err(|error| key_error(owner, error)),
        }
    }
    opened(source.ask(&prompt, owner)?).map_err(|error| key_error(owner, error))
}

/// A line without its end. No byte behind it is read, and none of it stays in a buffer.
fn first_line(number: u32) -> io::Result<Passphrase> {
    // Of full length from the start: a vector that grows leaves copies behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_BYTES as usize));
    let mut input = BufReader::with_capacity(1, open_descriptor(number)?.take(MAX_BYTES));
    input.read_until(b'\n', &mut line)?;
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let length = text.strip_suffix(b"\r").unwrap_or(text).len();
    line.truncate(length);
    Ok(line)
}

/// What a process has open is a file to it.
#[cfg(unix)]
fn open_descriptor(number: u32) -> io::Result<std::fs::File> {
    std::fs::File::open(format!("/dev/fd/{number}"))
}

/// Numbers of C's runtime mean nothing to another program here, but for standard input.
#[cfg(not(unix))]
fn open_descriptor(number: u32) -> io::Result<Box<dyn Read>> {
    match number {
        0 => Ok(Box::new(io::stdin())),
        _ => Err(io::Error::from(io::ErrorKind::Unsupported)),
    }
}

fn unreadable(number: u32, source: io::Error) -> Error {
    Error::usage(format!("failed to read a passphrase from file descriptor {number}"))
        .because(source)
        .advice(format!("open it for reading, as `{number}< FILE` in a shell does"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_passphrase() {
        let source = PassphraseSource::variable("HUSH");
        assert_eq!(format!("{source:?}"), "variable");
        assert_eq!(format!("{:?}", PassphraseSource::default()), "unsaid");
    }

    #[test]
    fn what_is_said_first_counts() {
        let (none, fd) = (PassphraseSource::default(), PassphraseSource::descriptor(4));
        assert!(none.or(&none).is_unsaid());
        assert!(!none.or(&fd).is_unsaid() && !fd.or(&none).is_unsaid());
        assert!(none.said().expect("there is nothing to read").is_none());
    }
}
