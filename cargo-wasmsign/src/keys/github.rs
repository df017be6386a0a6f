//! `github`: the Ed25519 keys that an account has on GitHub.

#[cfg(feature = "github")]
mod fetch;

use std::path::Path;

#[cfg(feature = "github")]
use fetch::list;
use serde_json::{Value, json};
use wasmsign_core::PublicKey;

use super::scheme::{Backend, KeyRef, PublicScheme};
use crate::error::{Error, Result};
use crate::sys::network;
use crate::text::escape::escape;
use crate::text::words::Invalid;

pub(super) const SCHEME: PublicScheme = PublicScheme { word: "github", argument: "NAME", parse };

/// GitHub gives no longer names.
const LONGEST_NAME: usize = 39;

/// How the line of an Ed25519 key begins.
const ED25519: &str = "ssh-ed25519 ";

/// Of how many other algorithms an error tells.
const TOLD: usize = 5;

/// An account on GitHub.
#[derive(Debug)]
struct Account {
    name: String,
}

fn parse(name: &str, _directory: &Path) -> Result<KeyRef, Invalid> {
    match is_name(name) {
        true => Ok(KeyRef::new(Account { name: name.to_owned() })),
        false => Err(Invalid::new(
            "the name of a GitHub account after `github:` (letters, digits and hyphens, at most 39 characters)",
            name,
        )),
    }
}

/// Nothing else may get into the address that is asked.
fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl Backend for Account {
    fn told(&self) -> Value {
        json!(format!("{}:{}", SCHEME.word, self.name))
    }

    /// In the order in which GitHub lists them.
    fn public_keys(&self) -> Result<Vec<PublicKey>> {
        if network::is_offline() {
            return Err(Error::usage(format!(
                "cannot ask for the keys of the GitHub account `{}` without the network",
                self.name
            ))
            .advice("leave `--offline` out, or pass the text or the file of a key"));
        }
        keys_in(&String::from_utf8_lossy(&list(&self.name)?), &self.name)
    }
}

/// The list of an account's keys, for which this program has no client.
#[cfg(not(feature = "github"))]
fn list(name: &str) -> Result<Vec<u8>> {
    Err(Error::usage(format!(
        "cannot ask for the keys of the GitHub account `{name}`: this cargo-wasmsign was built without the feature `github`"
    ))
    .advice(
        "install it with `cargo install cargo-wasmsign --features github`, or pass the text or the file of a key",
    ))
}

/// The Ed25519 keys in a list of one key a line.
///
/// # Errors
///
/// Exit code 2 where there is none, 3 for one that cannot be used.
fn keys_in(list: &str, name: &str) -> Result<Vec<PublicKey>> {
    let ours = list.lines().enumerate().filter(|(_, line)| line.starts_with(ED25519));
    let keys = ours.map(|(at, line)| {
        PublicKey::decode(line.as_bytes()).map_err(|error| {
            let at = at + 1;
            Error::malformed(format!("failed to read key {at} of the GitHub account `{name}`"))
                .because(error)
                .advice("have its owner replace the key, or pass the text of another one")
        })
    });
    let keys = keys.collect::<Result<Vec<_>>>()?;
    match keys.is_empty() {
        true => Err(without_keys(list, name)),
        false => Ok(keys),
    }
}

fn without_keys(list: &str, name: &str) -> Error {
    let error = Error::usage(format!("the GitHub account `{name}` has no Ed25519 key"));
    let algorithm = |line: &str| line.split_once(' ').map(|(word, _)| escape(word));
    let mut others: Vec<_> =
        list.lines().filter_map(algorithm).filter(|word| is_algorithm(word)).collect();
    others.sort();
    others.dedup();
    others.truncate(TOLD);
    let error = match others.is_empty() {
        true => error,
        false => error.because(format!("its keys are of other kinds: {}", others.join(", "))),
    };
    error
        .advice("check the name, or have its owner add a key that `ssh-keygen -t ed25519` has made")
}

/// What an answer that is no list of keys begins with is not repeated.
fn is_algorithm(word: &str) -> bool {
    ["ssh-", "sk-", "ecdsa-"].iter().any(|start| word.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO8c1H4vuPjcv9a0mj7/vsxoxUTyulzQCHXwEQGyCBLD";

    #[test]
    fn names_are_those_that_github_gives() {
        for name in ["a", "octocat", "Octo-Cat-9", "a-", &"a".repeat(39)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "a_b", "a/b", "a.b", "..", "a b", "a?b", "a#b", "a%2e", "ä", "a\n"]
        {
            assert!(!is_name(name), "{name}");
        }
        assert!(!is_name(&"a".repeat(40)));
    }

    #[test]
    fn ed25519_keys_are_taken_and_others_are_not() {
        let list = format!("ssh-rsa AAAAB3\n{KEY}\necdsa-sha2-nistp256 AAAA\n{KEY}\r\n");
        assert_eq!(keys_in(&list, "a").expect("there are two").len(), 2);
    }

    #[test]
    fn an_account_without_such_a_key_is_told_with_what_it_has() {
        let list = "ssh-rsa AAAA\nsk-ssh-ed25519@openssh.com AAAA\nssh-rsa BBBB\n<html> a\n";
        let error = keys_in(list, "octocat").expect_err("there is none");
        assert_eq!(error.exit(), Exit::Usage);
        let why = std::error::Error::source(&error).expect("it is said").to_string();
        assert_eq!(why, "its keys are of other kinds: sk-ssh-ed25519@openssh.com, ssh-rsa");
        assert!(std::error::Error::source(&keys_in("", "a").expect_err("as before")).is_none());
    }

    #[test]
    fn a_damaged_key_is_not_passed_over() {
        let error =
            keys_in(&format!("{KEY}\nssh-ed25519 AAAA\n"), "octocat").expect_err("it is cut");
        assert_eq!(error.exit(), Exit::Malformed);
        assert!(error.message().contains("key 2 of the GitHub account `octocat`"), "{error}");
    }
}
