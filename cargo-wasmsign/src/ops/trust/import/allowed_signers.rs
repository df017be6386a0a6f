//! Files of allowed signers, as ssh-keygen(1) describes them: principals, options, a public key.

use wasmsign_core::PublicKey;

use super::trusted::{Requirement, Trusted};
use crate::text::escape::escape;
use crate::text::glob::Glob;

/// The namespace of signatures of modules.
const NAMESPACE: &str = "wasm";

/// Reads a file.
///
/// # Errors
///
/// Which line is not one of such a file.
pub(super) fn read(text: &str) -> Result<Trusted, String> {
    let mut trusted = Trusted::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        let signer = Signer::parse(line).map_err(|why| format!("line {number}: {why}"))?;
        signer.add_to(&mut trusted, number)?;
    }
    let keys: Vec<_> = trusted.keys.iter().map(|key| key.name.clone()).collect();
    trusted.require = vec![Requirement { keys, threshold: 1 }];
    Ok(trusted)
}

/// A line.
struct Signer<'a> {
    principals: &'a str,
    options: Vec<(&'a str, Option<&'a str>)>,
    /// The algorithm and the key in base64.
    key: String,
}

impl<'a> Signer<'a> {
    fn parse(line: &'a str) -> Result<Self, String> {
        let mut words = words(line, char::is_whitespace)?.into_iter();
        let mut next = |what: &str| words.next().ok_or_else(|| format!("expected {what}"));
        let principals = unquoted(next("a list of principals")?);
        let word = next("the algorithm of a public key")?;
        let (options, algorithm) = match is_algorithm(word) {
            true => (Vec::new(), word),
            false => (options(word)?, next("the algorithm of a public key")?),
        };
        if !is_algorithm(algorithm) {
            return Err(format!(
                "expected the algorithm of a public key, found `{}`",
                escape(algorithm)
            ));
        }
        let key = next("a public key in base64")?;
        Ok(Self { principals, options, key: format!("{algorithm} {key}") })
    }

    fn add_to(&self, trusted: &mut Trusted, number: usize) -> Result<(), String> {
        let public = match PublicKey::decode(self.key.as_bytes()) {
            Ok(public) => public,
            Err(error) => {
                trusted.left_out.push(format!("line {number}: {error}"));
                return Ok(());
            }
        };
        let (mut from, mut until) = (None, None);
        for (name, value) in &self.options {
            match (name.to_ascii_lowercase().as_str(), *value) {
                ("namespaces", Some(patterns)) if allows(patterns) => {}
                ("namespaces", Some(patterns)) => {
                    let patterns = escape(patterns);
                    let why = format!(
                        "the namespaces are `{patterns}`, and modules are signed in `{NAMESPACE}`"
                    );
                    trusted.left_out.push(format!("line {number}: {why}"));
                    return Ok(());
                }
                ("valid-after", Some(time)) => from = Some(toml_time(time, number, trusted)?),
                ("valid-before", Some(time)) => until = Some(toml_time(time, number, trusted)?),
                _ => {
                    trusted.left_out.push(format!("line {number}: the option `{}`", escape(name)));
                    return Ok(());
                }
            }
        }
        let key = trusted.add(self.principals, public);
        (key.valid_from, key.valid_until) = (from, until);
        Ok(())
    }
}

fn is_algorithm(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "rsa-", "webauthn-"].iter().any(|start| word.starts_with(start))
}

/// Whether a list of patterns takes the namespace of modules. One with `!` excludes, as in ssh_config(5).
fn allows(patterns: &str) -> bool {
    let matches = |pattern: &str| Glob::of_name(pattern).is_ok_and(|glob| glob.is_name(NAMESPACE));
    let (excluded, wanted): (Vec<_>, Vec<_>) =
        patterns.split(',').map(str::trim).partition(|pattern| pattern.starts_with('!'));
    wanted.into_iter().any(matches) && !excluded.into_iter().any(|pattern| matches(&pattern[1..]))
}

/// The time of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with a `Z` or without one, as TOML has it. ssh-keygen reads
/// one without it in the time zone of its machine, on which no trust file may depend.
fn toml_time(text: &str, number: usize, trusted: &mut Trusted) -> Result<String, String> {
    let wrong = || {
        let text = escape(text);
        format!("line {number}: expected a time as `YYYYMMDD` or `YYYYMMDDHHMM`, found `{text}`")
    };
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) || ![8, 12, 14].contains(&digits.len()) {
        return Err(wrong());
    }
    if digits.len() == text.len() {
        let note = format!("line {number}: `{text}` has no `Z`, and is taken as a time in UTC");
        trusted.notes.push(note);
    }
    let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]);
    let time = match digits.len() {
        8 => date,
        12 => format!("{date}T{}:{}:00Z", &digits[8..10], &digits[10..12]),
        _ => format!("{date}T{}:{}:{}Z", &digits[8..10], &digits[10..12], &digits[12..]),
    };
    time.parse::<toml_edit::Datetime>().map(|_| time).map_err(|_| wrong())
}

/// The options of a line, with their values.
fn options(word: &str) -> Result<Vec<(&str, Option<&str>)>, String> {
    let split = |option: &'_ str| -> (usize, bool) {
        option.find('=').map_or((option.len(), false), |at| (at, true))
    };
    let options = words(word, |c| c == ',')?;
    Ok(options
        .into_iter()
        .map(|option| match split(option) {
            (at, true) => (&option[..at], Some(unquoted(&option[at + 1..]))),
            (_, false) => (option, None),
        })
        .collect())
}

fn unquoted(word: &str) -> &str {
    word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word)
}

/// The words between separators; none of these counts between quotation marks.
fn words(text: &str, is_separator: impl Fn(char) -> bool) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (at, c) in text.char_indices() {
        if c == '"' {
            is_quoted = !is_quoted;
        } else if !is_quoted && is_separator(c) {
            words.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    words.push(&text[start..]);
    words.retain(|word| !word.is_empty());
    match is_quoted {
        true => Err("a quotation mark is not closed".to_owned()),
        false => Ok(words),
    }
}
