//! `keys.<name>`: the keys that `sign-with` names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wasmsign_core::PublicKey;
use wasmsign_core::keys::{is_key_text, is_secret_key_text, may_be_secret};

use super::reader::{KeySet, Node, Table};
use super::text::{Text, command_line};
use crate::error::{Error, Result};
use crate::text::nearest::suggestion;
use crate::text::redact;

pub(super) const KEY: KeySet = KeySet { known: &["public", "secret"], later: &[], elsewhere: &[] };
pub(super) const SECRET: KeySet = KeySet {
    known: &["env", "env-file", "file", "ssh-agent", "command"],
    later: &[],
    elsewhere: &[],
};
const ONE_SOURCE: &str = "exactly one of `env`, `env-file`, `file`, `ssh-agent` and `command`";
const NO_SECRETS: &str = "secrets never stand in manifests; name where to find this one: \
                          { env = \"VARIABLE\" }, { env-file = \"VARIABLE\" } or { file = \"PATH\" }";

/// A key that modules can be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyConfig {
    /// Its name in the manifest.
    pub name: String,
    /// Its public half, if the manifest pins it.
    pub public: Option<KeyText>,
    /// Where its secret half is found, if the manifest says so.
    pub secret: Option<SecretSource>,
    /// The manifest that names it.
    pub manifest: PathBuf,
    /// The line in that manifest, from 1.
    pub line: usize,
    /// The column in that line, from 1.
    pub column: usize,
}

/// A public key as a manifest gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyText {
    /// The file that holds it, as a whole path.
    Path(PathBuf),
    /// The key itself, not yet parsed.
    Text(String),
}

/// Where a secret key is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// In this environment variable.
    Env(String),
    /// In the file whose path is in this environment variable.
    EnvFile(String),
    /// In this file, as a whole path.
    File(PathBuf),
    /// In the agent that `SSH_AUTH_SOCK` names: a fingerprint (`SHA256:…`) or a public key, not yet parsed.
    SshAgent(String),
    /// With a program that signs what it reads from standard input.
    Command {
        /// The program and its arguments, at least the program.
        argv: Vec<String>,
        /// The directory of the `Cargo.toml` that names it.
        directory: PathBuf,
    },
}

/// The keys of a workspace, by name.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, KeyConfig>);

impl Keys {
    /// The table `keys`.
    pub(super) fn read(node: &Node<'_>) -> Result<Self> {
        let keys = node.any_table()?;
        let key = |node: Node<'_>| read_key(&node).map(|key| (key.name.clone(), key));
        keys.nodes().map(key).collect::<Result<_>>().map(Self)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &KeyConfig> {
        self.0.values()
    }

    pub(super) fn get(&self, name: &str) -> Option<&KeyConfig> {
        self.0.get(name)
    }

    /// The name `text`, where there is a key of that name.
    pub(super) fn known(&self, text: &Text<'_>) -> Result<String> {
        match self.0.get(text.as_str()) {
            Some(key) => Ok(key.name.clone()),
            None => Err(self.unknown(text)),
        }
    }

    /// The error for a name that no key has.
    pub(super) fn unknown(&self, text: &Text<'_>) -> Error {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let name = redact::shown(text.as_str());
        text.error(match names.is_empty() {
            true if may_be_secret(text.as_str()) => format!("there is no key with this name: {name}"),
            true => format!(
                "there is no key named {name}; describe it in [workspace.metadata.wasmsign.keys.{}]",
                text.as_str().escape_debug()
            ),
            false => format!(
                "there is no key named {name}; {}",
                suggestion(text.as_str(), &names, "the known keys are")
            ),
        })
    }
}

fn read_key(node: &Node<'_>) -> Result<KeyConfig> {
    let table = node.table(&KEY)?;
    let public = table.get("public", public)?;
    let secret = table.get("secret", |node| secret(node, public.is_some()))?;
    let (line, column) = node.line_and_column();
    let manifest = node.source().path().to_path_buf();
    Ok(KeyConfig { name: node.key().to_owned(), public, secret, manifest, line, column })
}

/// A text that is meant as a key must be a public one, so that it can be shown.
fn public(node: &Node<'_>) -> Result<KeyText> {
    let text = harmless(node)?;
    let given = text.fitting("a path or a public key", |text| !text.trim().is_empty())?;
    let path = node.source().resolve(given);
    let is_path = path.exists() || !is_key_text(given) && !redact::is_secret_for_a_path(&path);
    if is_path {
        return Ok(KeyText::Path(path));
    }
    match PublicKey::decode(given.as_bytes()) {
        Ok(_) => Ok(KeyText::Text(given.to_owned())),
        Err(error) => Err(text.error(format!(
            "expected a path or a public key, found neither; it may be a secret key and is not shown: {error}"
        ))),
    }
}

/// `pinned` is whether the manifest gives the public half: where nothing else tells it, it must.
fn secret(node: &Node<'_>, pinned: bool) -> Result<SecretSource> {
    if let Some(text) = node.as_text() {
        return Err(text.error(NO_SECRETS));
    }
    let table = node.table(&SECRET)?;
    only_node(&table).and_then(|source| match source.key() {
        "env" => variable(&source).map(SecretSource::Env),
        "env-file" => variable(&source).map(SecretSource::EnvFile),
        "ssh-agent" => ssh_agent(&source).map(SecretSource::SshAgent),
        "command" => command(&source, pinned),
        _ => file(&source).map(SecretSource::File),
    })
}

fn only_node<'a>(table: &Table<'a>) -> Result<Node<'a>> {
    let mut nodes = table.nodes();
    match (nodes.next(), nodes.next()) {
        (Some(node), None) => Ok(node),
        (None, _) => Err(table.error(&format!("expected {ONE_SOURCE}, found none"))),
        (Some(one), Some(two)) => Err(table.error(&format!(
            "expected {ONE_SOURCE}, found `{}` and `{}`",
            one.key(),
            two.key()
        ))),
    }
}

fn variable(node: &Node<'_>) -> Result<String> {
    let text = node.text()?;
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match text.as_str() {
        name if is_name(name) && !may_be_secret(name) => Ok(name.to_owned()),
        // The text is not repeated: it may be the secret itself.
        _ => Err(text.error("expected the name of an environment variable, found something else")),
    }
}

fn file(node: &Node<'_>) -> Result<PathBuf> {
    let text = harmless(node)?;
    let path = text.fitting("a path", |text| !text.is_empty())?;
    let path = node.source().resolve(path);
    match redact::is_secret_for_a_path(&path) {
        true => Err(text.error(NO_SECRETS)),
        false => Ok(path),
    }
}

/// The agent itself tells the public key of a fingerprint.
fn ssh_agent(node: &Node<'_>) -> Result<String> {
    const EXPECTED: &str = "a fingerprint (`SHA256:` and 43 digits of base64) or a public key";
    let text = harmless(node)?;
    let is_public = |text: &str| PublicKey::decode(text.as_bytes()).is_ok();
    let key = text.fitting(EXPECTED, |text| is_fingerprint(text) || is_public(text))?;
    Ok(key.to_owned())
}

fn command(node: &Node<'_>, pinned: bool) -> Result<SecretSource> {
    let argv = node.filled("a list of strings")?;
    argv.iter().try_for_each(refuse_secret)?;
    let argv = command_line(&argv)?;
    match pinned {
        true => Ok(SecretSource::Command { argv, directory: node.source().directory().into() }),
        false => {
            Err(node.place().error("a command tells no public key: set `public` beside `secret`"))
        }
    }
}

/// A text that is not the text of a secret key.
fn harmless<'a>(node: &Node<'a>) -> Result<Text<'a>> {
    let text = node.text()?;
    refuse_secret(&text).map(|()| text)
}

fn refuse_secret(text: &Text<'_>) -> Result<()> {
    match is_secret_key_text(text.as_str()) {
        true => Err(text.error(NO_SECRETS)),
        false => Ok(()),
    }
}

/// Whether `text` is a key's fingerprint as `ssh-add -l` shows it.
fn is_fingerprint(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    let digits = text.strip_prefix("SHA256:").unwrap_or_default();
    digits.len() == 43 && digits.chars().all(digit)
}
