//! Keys as they are typed: on the command line, and public ones in manifests.

use std::path::Path;

use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_key_text, is_secret_key_text};

use super::file::{self, KeyFile};
use super::scheme::{KeyRef, PublicScheme, Scheme, Told, Why};
use super::schemes::{PUBLIC_SCHEMES, SCHEMES};
use super::text::KeyText;
use crate::error::{Error, Result};
use crate::text::nearest::suggestion;
use crate::text::redact;
use crate::text::words::Invalid;

impl KeyRef {
    /// A secret key by the argument of `-k`: a path, or a scheme with a colon and what it is told.
    ///
    /// # Errors
    ///
    /// Exit code 2. Nothing is repeated that may be a secret.
    pub fn secret_argument(argument: &str) -> Result<Self> {
        let (scheme, told) = scheme_of(argument)?.unwrap_or((&file::SCHEME, argument));
        let told = Told { words: &[told], beside: None, directory: Path::new("") };
        Self::of_scheme(scheme, &told).map_err(|wrong| match wrong.why {
            Why::Secret => secret_given(told.text()),
            Why::Invalid(invalid) => {
                Error::usage(format!("`{}` does not name a key: {invalid}", scheme.word))
                    .advice(scheme.advice.map_or_else(forms, str::to_owned))
            }
        })
    }

    /// Public keys by a path from `directory`, by a scheme, or by the text of the key, which `owner` gives.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn public(text: &str, directory: &Path, owner: &'static str) -> Result<Self, Invalid> {
        if text.trim().is_empty() {
            return Err(Invalid::new("a path or a public key", ""));
        }
        if let Some((scheme, told)) = public_scheme_of(text) {
            return (scheme.parse)(told, directory);
        }
        let path = Told::in_directory(directory).path(text);
        // Nobody should be told that a key is a missing file.
        let is_path = path.exists() || !is_key_text(text) && !redact::is_secret_for_a_path(&path);
        match is_path {
            true => Ok(Self::new(KeyFile::new(path))),
            false => Ok(Self::new(KeyText { text: text.to_owned(), owner })),
        }
    }
}

/// The public keys that the argument of `-K` names: a path, a scheme with a colon and what it is told, or the text of a key.
///
/// # Errors
///
/// Exit code 2 where there is no such file, 3 where it is no public key, 4 where it cannot be read.
pub fn public_keys(argument: &str) -> Result<Vec<PublicKey>> {
    named_public(argument)?.public_keys()
}

/// As [`public_keys`], keys of secp256k1 too.
///
/// # Errors
///
/// As of [`public_keys`].
pub fn any_public_keys(argument: &str) -> Result<Vec<PublicKey>> {
    named_public(argument)?.any_public_keys()
}

fn named_public(argument: &str) -> Result<KeyRef> {
    let key = KeyRef::public(argument, Path::new(""), "the argument of `--public-key`");
    key.map_err(|invalid| Error::usage(format!("`--public-key`: {invalid}")).advice(public_forms()))
}

/// The scheme that an argument begins with, and what it is told. A path is none, whatever its name.
fn scheme_of(argument: &str) -> Result<Option<(&'static Scheme, &str)>> {
    let Some((word, told)) = argument.split_once(':').filter(|(word, _)| is_word(word)) else {
        return Ok(None);
    };
    let mut known = SCHEMES.iter().filter(|scheme| scheme.argument.is_some());
    match known.find(|scheme| scheme.word == word) {
        Some(scheme) => Ok(Some((scheme, told))),
        None if Path::new(argument).exists() || is_secret_key_text(argument) => Ok(None),
        None => Err(unknown(word)),
    }
}

/// The scheme of public keys that a text begins with, and what it is told.
fn public_scheme_of(text: &str) -> Option<(&'static PublicScheme, &str)> {
    let (word, told) = text.split_once(':')?;
    Some((PUBLIC_SCHEMES.iter().find(|scheme| scheme.word == word)?, told))
}

/// Whether this looks like a scheme; one letter is a drive of Windows.
fn is_word(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn unknown(word: &str) -> Error {
    if PUBLIC_SCHEMES.iter().any(|scheme| scheme.word == word) {
        return Error::usage(format!(
            "`--key` takes a secret key, and `{word}:` names public keys"
        ))
        .advice(forms());
    }
    let known: Vec<_> = SCHEMES.iter().filter(|scheme| scheme.argument.is_some()).collect();
    let words: Vec<_> = known.iter().map(|scheme| scheme.word).collect();
    Error::usage(format!(
        "`--key`: no keys are named with {} and a colon, and no file has this name",
        redact::shown(word)
    ))
    .advice(suggestion(word, &words, "give a path, or one of"))
}

/// What may stand behind `--key`, in words.
fn forms() -> String {
    let forms = SCHEMES.iter().filter_map(|scheme| Some((scheme.word, scheme.argument?)));
    let forms: Vec<_> = forms.map(|(word, told)| format!("`--key {word}:{told}`")).collect();
    format!("pass `--key PATH` with an existing file, or {}", forms.join(" or "))
}

/// What may stand behind `--public-key`, in words.
fn public_forms() -> String {
    let forms = PUBLIC_SCHEMES.iter().map(|scheme| format!("{}:{}", scheme.word, scheme.argument));
    let forms: Vec<_> = forms.collect();
    format!("give the path of a public key, the text of the key, or {}", forms.join(" or "))
}

/// A secret key was typed where its place should be. Whoever reads over a shoulder, or the log, must not get it from us.
fn secret_given(text: &str) -> Error {
    let error = match is_secret_key_text(text) {
        true => "its text".to_owned(),
        false => redact::shown(text),
    };
    Error::usage(format!("`--key` takes the location of a secret key, but this is {error}")).advice(format!(
        "put it into a file or a variable: {}; a key that was typed on a command line may be in the shell's history",
        forms()
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    fn argument(text: &str) -> Result<Value> {
        KeyRef::secret_argument(text).map(|key| key.told())
    }

    fn error(text: &str) -> String {
        let error = argument(text).expect_err(text);
        assert_eq!(error.exit(), crate::exit::Exit::Usage);
        format!("{error}; {}", error.what_to_do().expect("there is something to do"))
    }

    #[test]
    fn an_argument_is_a_path_or_has_a_scheme() {
        let fingerprint = "SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8";
        for (text, told) in [
            ("a.key", json!({ "file": "a.key" })),
            ("./env:a", json!({ "file": "./env:a" })),
            ("C:\\a.key", json!({ "file": "C:\\a.key" })),
            ("env:KEY", json!({ "env": "KEY" })),
            (&format!("ssh-agent:{fingerprint}"), json!({ "ssh-agent": fingerprint })),
        ] {
            assert_eq!(argument(text).expect(text), told);
        }
    }

    #[test]
    fn an_unknown_scheme_is_told_with_the_known_ones() {
        assert!(error("evn:KEY").contains("`evn`") && error("evn:KEY").contains("mean `env`?"));
        assert!(
            error("vault:secret/a")
                .ends_with("give a path, or one of: `env`, `ssh-agent` and `pkcs11`")
        );
        // What a table may say needs more than a text.
        assert!(error("command:sign").contains("`command`"));
    }

    #[test]
    fn nothing_that_may_be_a_secret_is_repeated() {
        let pem = "-----BEGIN PRIVATE KEY----- cut";
        for text in [SEED, pem, &format!("vault:{SEED}"), &format!("ssh-agent:{SEED}")] {
            assert!(!error(text).contains(&text[text.len() - 4..]), "{text}");
        }
        assert!(error(pem).contains("this is its text"));
    }
}
