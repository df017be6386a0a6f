//! Files of allowed signers, as ssh-keygen(1) describes them: principals, options, a public key.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use wasmsign_core::trust::Time;
use wasmsign_core::{KeyError, PublicKey};

use crate::error::{Error, Result};
use crate::sys::files;
use crate::text::escape::escape;
use crate::text::redact;

/// More than any such file has.
const MAX_LENGTH: u64 = 1 << 20;

/// The algorithm of the keys that are taken.
const ED25519: &str = "ssh-ed25519";

/// The Ed25519 keys that may sign in a namespace under an identity, at a time; none where no line says so.
///
/// Lines count as they do for ssh-keygen, with one exception: a time without `Z` is one in UTC, because whom a file
/// trusts must not depend on the time zone of a machine.
///
/// # Errors
///
/// Exit code 2 where there is no such file, where a line is damaged, and where one names a `cert-authority`, whose
/// certificates are not read; 4 where it cannot be read.
pub fn allowed_signers(
    path: &Path,
    identity: &str,
    namespace: &str,
    time: Time,
) -> Result<Vec<PublicKey>> {
    let mut keys = Vec::new();
    for line in signers(&read(path)?) {
        let damaged = |why| damaged_line(path, line.number, why);
        let signer = line.signer.map_err(damaged)?;
        let public = signer.checked().map_err(damaged)?;
        let counts = signer.is_named(identity)
            && signer.options.allow(namespace)
            && signer.options.are_valid_at(time);
        keys.extend(public.filter(|key| counts && !keys.contains(key)));
    }
    Ok(keys)
}

fn damaged_line(path: &Path, number: usize, why: String) -> Error {
    let shown = redact::shown_path(path);
    Error::usage(format!("failed to read line {number} of the allowed signers in {shown}"))
        .because(why)
        .advice("correct the line or take it out; ssh-keygen(1) describes the format")
}

fn read(path: &Path) -> Result<String> {
    let shown = || redact::shown_path(path);
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::usage(format!(
            "there is no file of allowed signers {}",
            shown()
        ))
        .because(source)
        .advice("pass an existing one, with lines such as `alice@example.com ssh-ed25519 AAAA…`"),
        _ => Error::io(format!("failed to read the allowed signers in {}", shown()), source),
    };
    let mut bytes = Vec::new();
    files::open(path)
        .and_then(|file| file.take(MAX_LENGTH + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    match String::from_utf8(bytes) {
        Ok(text) if text.len() as u64 <= MAX_LENGTH => Ok(text),
        Ok(_) => Err(Error::usage(format!("the file {} is longer than 1 MiB", shown()))),
        Err(_) => Err(Error::usage(format!("the file {} is not text in UTF-8", shown()))),
    }
}

/// What stands between words.
const SPACES: [char; 3] = [' ', '\t', '\r'];

/// A line with a signer.
pub(crate) struct SignerLine<'a> {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// What it says, or what is wrong with it.
    pub(crate) signer: Result<AllowedSigner<'a>, String>,
}

/// The lines of a file that are neither empty nor comments.
pub(crate) fn signers(text: &str) -> impl Iterator<Item = SignerLine<'_>> {
    let lines = text.lines().map(|line| line.trim_matches(SPACES)).enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(index, line)| SignerLine { number: index + 1, signer: AllowedSigner::parse(line) })
}

/// Who may sign, with which key.
pub(crate) struct AllowedSigner<'a> {
    /// The patterns of identities.
    pub(crate) principals: &'a str,
    /// What limits it.
    pub(crate) options: Options,
    algorithm: &'a str,
    key: &'a str,
}

/// What stands between the principals and the key.
#[derive(Default)]
pub(crate) struct Options {
    /// The patterns of namespaces.
    pub(crate) namespaces: Option<String>,
    /// When the key begins to count.
    pub(crate) valid_after: Option<Moment>,
    /// When it counts for the last time.
    pub(crate) valid_before: Option<Moment>,
    /// The names of all others, in their order: `cert-authority`, and what ssh-keygen does not know.
    pub(crate) others: Vec<String>,
}

/// A time as such a file has it.
pub(crate) struct Moment {
    /// As it is written there.
    pub(crate) written: String,
    /// The same in RFC 3339, or the date alone.
    pub(crate) text: String,
    /// Whether it names no time zone.
    pub(crate) is_local: bool,
    time: Time,
}

impl<'a> AllowedSigner<'a> {
    fn parse(line: &'a str) -> Result<Self, String> {
        let mut words = words(line, |c| SPACES.contains(&c))?.into_iter();
        let mut next = |what: &str| words.next().ok_or_else(|| format!("expected {what}"));
        let principals = next("a list of principals")?;
        let principals = quoted(principals).unwrap_or(principals);
        if principals.contains('"') {
            return Err("expected quotation marks around the whole list of principals".to_owned());
        }
        let word = next("the algorithm of a public key")?;
        let (options, algorithm) = match is_algorithm(word) {
            true => (Options::default(), word),
            false => (Options::parse(word)?, next("the algorithm of a public key")?),
        };
        if !is_algorithm(algorithm) {
            let found = escape(algorithm);
            return Err(format!("expected the algorithm of a public key, found `{found}`"));
        }
        let key = next("a public key in base64")?;
        Ok(Self { principals, options, algorithm, key })
    }

    /// The key.
    ///
    /// # Errors
    ///
    /// Why it is no Ed25519 key.
    pub(crate) fn public_key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::decode(format!("{} {}", self.algorithm, self.key).as_bytes())
    }

    /// The key; `None` for one of another algorithm. An error for what must not be passed over.
    fn checked(&self) -> Result<Option<PublicKey>, String> {
        if let Some(option) = self.options.others.first() {
            return Err(match option.eq_ignore_ascii_case("cert-authority") {
                true => "it names a `cert-authority`, and certificates are not read".to_owned(),
                false => format!("the option `{}` is unknown", escape(option)),
            });
        }
        match self.algorithm {
            ED25519 => self.public_key().map(Some).map_err(|error| error.to_string()),
            _ => Ok(None),
        }
    }

    fn is_named(&self, identity: &str) -> bool {
        is_in(self.principals, identity)
    }
}

impl Options {
    fn parse(word: &str) -> Result<Self, String> {
        let mut options = Self::default();
        for option in words(word, |c| c == ',')? {
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name, Some(unescaped(name, value)?)),
                None => (option, None),
            };
            let is_new = match (name.to_ascii_lowercase().as_str(), value) {
                ("namespaces", Some(value)) => options.namespaces.replace(value).is_none(),
                ("valid-after", Some(value)) => {
                    options.valid_after.replace(Moment::parse(value)?).is_none()
                }
                ("valid-before", Some(value)) => {
                    options.valid_before.replace(Moment::parse(value)?).is_none()
                }
                _ => {
                    options.others.push(name.to_owned());
                    true
                }
            };
            if !is_new {
                return Err(format!("the option `{name}` is given twice"));
            }
        }
        match (&options.valid_after, &options.valid_before) {
            (Some(after), Some(before)) if before.time <= after.time => {
                Err("`valid-before` is not later than `valid-after`".to_owned())
            }
            _ => Ok(options),
        }
    }

    /// Whether the key may sign in a namespace.
    pub(crate) fn allow(&self, namespace: &str) -> bool {
        self.namespaces.as_ref().is_none_or(|patterns| is_in(patterns, namespace))
    }

    fn are_valid_at(&self, time: Time) -> bool {
        let has_begun = self.valid_after.as_ref().is_none_or(|after| after.time <= time);
        has_begun && self.valid_before.as_ref().is_none_or(|before| time <= before.time)
    }
}

impl Moment {
    /// Of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with `Z` or `UTC` behind it or without.
    fn parse(written: String) -> Result<Self, String> {
        let upper = written.to_ascii_uppercase();
        let digits = upper.strip_suffix('Z').or(upper.strip_suffix("UTC")).unwrap_or(&upper);
        let wrong = || {
            let written = escape(&written);
            format!("expected a time as `YYYYMMDD` or `YYYYMMDDHHMM`, found `{written}`")
        };
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(wrong());
        }
        let part = |start: usize| &digits[start..start + 2];
        let date = || format!("{}-{}-{}", &digits[..4], part(4), part(6));
        let text = match digits.len() {
            8 => date(),
            12 => format!("{}T{}:{}:00Z", date(), part(8), part(10)),
            14 => format!("{}T{}:{}:{}Z", date(), part(8), part(10), part(12)),
            _ => return Err(wrong()),
        };
        let time = text.parse().map_err(|_| wrong())?;
        let is_local = digits.len() == upper.len();
        Ok(Self { written, text, is_local, time })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_algorithm(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "rsa-", "webauthn-"].iter().any(|start| word.starts_with(start))
}

/// Whether a list of patterns has a text: one of them matches, and none of those with `!` does.
fn is_in(patterns: &str, text: &str) -> bool {
    let matches = |pattern: &&str| is_match(pattern.as_bytes(), text.as_bytes());
    let mut excluded = patterns.split(',').filter_map(|pattern| pattern.strip_prefix('!'));
    let mut wanted = patterns.split(',').filter(|pattern| !pattern.starts_with('!'));
    // Two commas have nothing between them, not a pattern that means the empty text.
    wanted.any(|pattern| !pattern.is_empty() && matches(&pattern))
        && !excluded.any(|pattern| matches(&pattern))
}

/// Whether `*` and `?`, and bytes that mean themselves, match a text. It is not exponential: a star takes as little as it
/// can, and gives nothing back once there is another behind it.
fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                star = Some((p, t));
            }
            Some(&byte) if byte == b'?' || byte == text[t] => (p, t) = (p + 1, t + 1),
            _ => match &mut star {
                Some((after, taken)) => {
                    *taken += 1;
                    (p, t) = (*after, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// The value of an option. ssh-keygen wants quotation marks around it, but without them it cannot mean anything else.
fn unescaped(name: &str, value: &str) -> Result<String, String> {
    match quoted(value) {
        Some(value) => Ok(value.replace("\\\"", "\"")),
        None if value.contains('"') => {
            Err(format!("expected quotation marks around the whole value of `{}`", escape(name)))
        }
        None => Ok(value.to_owned()),
    }
}

/// What stands between quotation marks.
fn quoted(word: &str) -> Option<&str> {
    let inner = word.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.replace("\\\"", "").contains('"')).then_some(inner)
}

/// The words between separators; none of these counts between quotation marks.
fn words(text: &str, is_separator: impl Fn(char) -> bool) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        if c == '"' && !is_escaped {
            is_quoted = !is_quoted;
        } else if !is_quoted && is_separator(c) {
            words.push(&text[start..at]);
            start = at + c.len_utf8();
        }
        is_escaped = c == '\\';
    }
    words.push(&text[start..]);
    words.retain(|word| !word.is_empty());
    match is_quoted {
        true => Err("a quotation mark is not closed".to_owned()),
        false => Ok(words),
    }
}

#[cfg(test)]
mod tests;
