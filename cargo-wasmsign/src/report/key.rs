//! What is printed of keys.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::trust::Handover;
use wasmsign_core::{KeyEncoding, PublicKey};

use super::printer::{Line, Report};
use super::values::path_text;
use crate::error::Result;
use crate::keys::{KeyFacts, fingerprint};
use crate::ops::key::convert;
use crate::text::escape::escape;
use crate::text::hex::public_key_text;

/// Which half of a pair a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Half {
    Secret,
    Public,
}

/// The statement that a key hands over to its successor.
#[derive(Serialize, JsonSchema)]
pub(super) struct KeySucceed {
    /// Where the statement is.
    output: String,
    /// The key that hands over: a public key in compact form, in hexadecimal.
    from: String,
    /// Its successor, likewise.
    to: String,
    /// From when the successor counts; at once where nothing is said.
    valid_from: Option<String>,
}

impl Report {
    /// A statement that a key hands over to its successor.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn succeeded(&self, output: &Path, handover: &Handover) -> Result<()> {
        self.line(&KeySucceed {
            output: path_text(output),
            from: public_key_text(&handover.from),
            to: public_key_text(&handover.to),
            valid_from: handover.valid_from.map(|time| time.to_string()),
        })
    }
}

impl Line for KeySucceed {
    fn show(&self, report: &Report) -> Result<()> {
        let from = self.valid_from.iter().map(|time| format!(" from {time}")).collect::<String>();
        let text =
            format!("{}: {} hands over to {}{from}", escape(&self.output), self.from, self.to);
        report.done_beside(&self.output, "Created", &text)
    }
}

impl Half {
    fn of_secret(is_secret: bool) -> Self {
        if is_secret { Self::Secret } else { Self::Public }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Public => "public",
        }
    }
}

/// A key as `key show` shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct KeyShow {
    /// The key, as it was named; none where it was given as its own text.
    path: Option<String>,
    /// Which half it is.
    kind: Half,
    /// How it is written down: `pem`, `der`, `compact`, `openssh`, `minisign`, `hex` or `base64`.
    encoding: &'static str,
    /// Whether it is under a passphrase.
    encrypted: bool,
    /// Its usual key id, in hexadecimal; none where the passphrase is needed to know it.
    key_id: Option<String>,
    /// Its fingerprint, as OpenSSH shows it; none as above.
    fingerprint: Option<String>,
    /// The public key in compact form, in hexadecimal; none as above.
    public_key: Option<String>,
}

/// A key that was written in another encoding.
#[derive(Serialize, JsonSchema)]
pub(super) struct KeyConvert {
    /// The key that was read.
    input: String,
    /// The new file.
    path: String,
    /// Which half it has.
    kind: Half,
    /// How it is written down: `pem`, `compact`, `openssh` or `minisign`.
    encoding: &'static str,
    /// Whether it is under a passphrase.
    encrypted: bool,
    /// Its usual key id, in hexadecimal.
    key_id: String,
    /// Its fingerprint, as OpenSSH shows it.
    fingerprint: String,
    /// The public key in compact form, in hexadecimal.
    public_key: String,
}

impl Report {
    /// What a key is.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn key(&self, facts: &KeyFacts) -> Result<()> {
        let KeyFacts { name, description } = facts;
        let key = description.public_key.as_ref();
        self.line(&KeyShow {
            path: name.clone(),
            kind: Half::of_secret(description.is_secret),
            encoding: description.form.word(),
            encrypted: description.is_encrypted,
            key_id: key.map(key_id),
            fingerprint: key.map(fingerprint),
            public_key: key.map(public_key_text),
        })
    }

    /// A key that was written in another encoding.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn converted(&self, request: &convert::Request, key: &convert::Converted) -> Result<()> {
        self.line(&KeyConvert {
            input: path_text(&request.input),
            path: path_text(&request.output),
            kind: Half::of_secret(key.is_secret),
            encoding: word(request.encoding),
            encrypted: key.is_encrypted,
            key_id: key_id(&key.public_key),
            fingerprint: fingerprint(&key.public_key),
            public_key: public_key_text(&key.public_key),
        })
    }
}

fn key_id(key: &PublicKey) -> String {
    hex::encode(key.default_key_id())
}

fn word(encoding: KeyEncoding) -> &'static str {
    match encoding {
        KeyEncoding::Compact => "compact",
        KeyEncoding::OpenSsh => "openssh",
        KeyEncoding::Minisign => "minisign",
        _ => "pem",
    }
}

/// Which half in which encoding, in words.
fn kind_of(kind: Half, encoding: &str, encrypted: bool) -> String {
    let encrypted = if encrypted { ", encrypted" } else { "" };
    format!("{} key, {encoding}{encrypted}", kind.word())
}

impl Line for KeyShow {
    fn show(&self, report: &Report) -> Result<()> {
        let Self { path, kind, encoding, encrypted, .. } = self;
        let name = path.as_deref().map(|path| format!("{}: ", escape(path))).unwrap_or_default();
        let kind = kind_of(*kind, encoding, *encrypted);
        let known = match (&self.key_id, &self.fingerprint, &self.public_key) {
            (Some(id), Some(fingerprint), Some(key)) => format!("id {id}, {fingerprint}, {key}"),
            _ => "its public half is encrypted too".to_owned(),
        };
        report.result(&format!("{name}{kind}, {known}"))
    }
}

impl Line for KeyConvert {
    fn show(&self, report: &Report) -> Result<()> {
        let Self { path, kind, encoding, encrypted, fingerprint, public_key, .. } = self;
        let kind = kind_of(*kind, encoding, *encrypted);
        let text = format!("{} ({kind}), {fingerprint}, {public_key}", escape(path));
        report.done_beside(path, "Written", &text)
    }
}
