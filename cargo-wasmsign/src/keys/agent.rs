//! `ssh-agent`: a key that an ssh-agent holds, which signs and never shows its secret.

mod protocol;
mod socket;
#[cfg(all(test, unix))]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Certificate, Fingerprint, HashAlg};
use wasmsign_core::{KeyError, PublicKey};

use super::diagnose::mistake;
use super::holder::{Found, Holder};
use super::scheme::{Backend, Form, KeyRef, Scheme, Search, Told, Wrong, table};
use crate::error::{Error, Result};
use crate::text::words::Invalid;
use protocol::Identity;

/// How long an agent may take to list its keys: some ask their user to unlock them first.
const PATIENCE: Duration = Duration::from_secs(60);

/// Of how many keys an error tells.
const LISTED: usize = 20;

const SOCKET: &str = "SSH_AUTH_SOCK";

pub(super) const SCHEME: Scheme = Scheme {
    word: "ssh-agent",
    about: "A key that the agent behind `SSH_AUTH_SOCK` holds: its fingerprint (`SHA256:…`, with `public` beside it), or the \
            public key.",
    form: Form::Text,
    beside: None,
    argument: Some("FINGERPRINT"),
    advice: Some(
        "use the fingerprint (SHA256:…) that `ssh-add -l` shows, or the public key that `ssh-add \
         -L` shows",
    ),
    // The agent itself tells the public key of a fingerprint.
    needs_public: false,
    parse,
};

/// What names a key in the agent of our environment.
#[derive(Debug)]
struct AgentKey {
    text: String,
    wanted: Fingerprint,
}

fn parse(told: &Told<'_>) -> Result<KeyRef, Wrong> {
    told.refuse_secrets()?;
    let text = told.text().to_owned();
    let wanted = wanted(&text).map_err(Wrong::invalid)?;
    Ok(KeyRef::new(AgentKey { text, wanted }))
}

impl Backend for AgentKey {
    fn told(&self) -> Value {
        table(&SCHEME, &*self.text)
    }

    fn find(&self, _search: &Search<'_>) -> Result<Found> {
        Agent::find(socket_of_environment()?, self.wanted).map(Found::new)
    }
}

/// A key in an agent.
#[derive(Debug)]
struct Agent {
    socket: PathBuf,
    public_key: PublicKey,
    /// The public key as the agent spells it.
    blob: Vec<u8>,
}

/// The key that a text means: a fingerprint, or the public key, in any of its forms.
fn wanted(given: &str) -> Result<Fingerprint, Invalid> {
    const EXPECTED: &str = "a fingerprint (`SHA256:` and 43 digits of base64) or a public key";
    let text = given.trim();
    if let Ok(certificate) = Certificate::from_openssh(text) {
        return Ok(certificate.public_key().fingerprint(HashAlg::Sha256));
    }
    let fingerprint = text.parse::<Fingerprint>().ok().filter(|wanted| wanted.is_sha256());
    if let Some(fingerprint) = fingerprint {
        return Ok(fingerprint);
    }
    let key = PublicKey::decode(text.as_bytes()).map_err(|error| match error {
        KeyError::WrongAlgorithm { .. } => Invalid::because(error.to_string()),
        _ => Invalid::new(EXPECTED, given),
    })?;
    let bytes = key.ed25519_bytes().ok_or_else(|| Invalid::new(EXPECTED, given))?;
    let key = KeyData::Ed25519(Ed25519PublicKey(*bytes));
    Ok(key.fingerprint(HashAlg::Sha256))
}

/// What the agent at a socket holds.
fn identities(socket: &Path) -> Result<Vec<Identity>> {
    let mut stream = socket::connect(socket, Some(PATIENCE))?;
    let answer = protocol::identities(&mut stream).map_err(|source| strange(socket, source));
    answer.map(Option::unwrap_or_default)
}

/// Where the agent listens.
fn socket_of_environment() -> Result<PathBuf> {
    let socket = std::env::var_os(SOCKET).filter(|socket| !socket.is_empty());
    let no_agent = || {
        Error::usage(format!("there is no ssh agent: {SOCKET} is not set"))
            .advice("start one with `eval \"$(ssh-agent)\"` and add the key with `ssh-add FILE`")
    };
    socket.map(PathBuf::from).ok_or_else(no_agent)
}

impl Agent {
    /// Finds a key in the agent that listens at `socket`. Nothing is signed.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no agent, or it has no such key; 5 where it does not speak as agents do.
    fn find(socket: PathBuf, wanted: Fingerprint) -> Result<Self> {
        let identities = identities(&socket)?;
        let of_key: Vec<_> = identities.iter().filter(|one| one.fingerprint() == wanted).collect();
        // A certificate has the fingerprint of its key, and may be listed before it.
        let key = of_key.iter().find(|one| !one.is_certificate()).or(of_key.first());
        let identity = key.ok_or_else(|| missing(wanted, &identities))?;
        let public_key = identity.ed25519().ok_or_else(|| unfit(identity))?;
        Ok(Self { public_key, blob: identity.blob.clone(), socket })
    }

    /// The error for an agent that gives no signature. It has no words for why, but may have lost the key meanwhile, or have
    /// been locked.
    fn refused(&self) -> Error {
        let identities = match identities(&self.socket) {
            Ok(identities) => identities,
            Err(error) => return error,
        };
        match identities.iter().any(|identity| identity.blob == self.blob) {
            true => refused(),
            false => missing(Fingerprint::Sha256(Sha256::digest(&self.blob).into()), &identities),
        }
    }

    /// The error for a signature that does not verify.
    fn wrong(&self, message: &[u8], signature: &[u8; 64]) -> Error {
        let why = mistake(&self.public_key, message, signature);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        Error::tool(format!("the ssh agent returned a signature that does not verify{why}"))
            .advice("try another agent, such as OpenSSH's")
    }
}

impl Holder for Agent {
    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Has the agent sign. It may ask its user, who may be out for lunch: there is no limit of time.
    ///
    /// # Errors
    ///
    /// Exit code 5 where it does not want to, or what it gives is no signature of the key; 2 where it is gone or locked, or no
    /// longer has the key.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        let mut stream = socket::connect(&self.socket, None)?;
        let signature = protocol::sign(&mut stream, &self.blob, message)
            .map_err(|source| strange(&self.socket, source))?
            .ok_or_else(|| self.refused())?;
        match self.public_key.verify(message, &signature) {
            true => Ok(signature),
            false => Err(self.wrong(message, &signature)),
        }
    }
}

fn refused() -> Error {
    Error::tool("the ssh agent refused to sign")
        .because(
            "its user may have declined, or it signs only SSH's own data: some agents do so with \
             every key, and OpenSSH's agent with keys that were added for certain hosts (`ssh-add \
             -h`)",
        )
        .advice(
            "confirm its prompt, add the key to OpenSSH's agent without `-h`, or sign with the key's \
             file",
        )
}

/// OpenSSH's agent shows no keys at all while it is locked, others refuse to list them.
fn missing(wanted: Fingerprint, identities: &[Identity]) -> Error {
    let lines: Vec<_> = identities.iter().take(LISTED).map(Identity::to_string).collect();
    let more = match identities.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("\nand {more} more"),
    };
    let fits = identities.iter().any(|identity| identity.ed25519().is_some());
    let (held, advice) = match (lines.is_empty(), fits) {
        (true, _) => (
            "it lists no keys: it is empty or locked".to_owned(),
            "add the key with `ssh-add FILE`, or unlock the agent with `ssh-add -X`",
        ),
        (false, true) => (
            format!("it holds\n{}{more}", lines.join("\n")),
            "add the key with `ssh-add FILE`; `ssh-keygen -lf FILE` shows the fingerprint of one",
        ),
        (false, false) => (
            format!("none of its keys is an ssh-ed25519 key; it holds\n{}{more}", lines.join("\n")),
            "modules are signed with Ed25519 keys: make one with `ssh-keygen -t ed25519`, and add it \
             with `ssh-add FILE`",
        ),
    };
    Error::usage(format!("the ssh agent has no key {wanted}")).because(held).advice(advice)
}

/// Keys on security tokens (`sk-…`) sign something else than the bytes that they are given.
fn unfit(identity: &Identity) -> Error {
    if identity.is_certificate() {
        return Error::usage(
            "the ssh agent holds a certificate of this key, but not the key itself",
        )
        .because(format!("{identity}\n`ssh-add -l` shows the same fingerprint for both"))
        .advice(
            "add the key itself with `ssh-add FILE`; certificates are not used to sign modules",
        );
    }
    Error::usage("the key in the ssh agent is not an ssh-ed25519 key")
        .because(identity.to_string())
        .advice("modules are signed with plain Ed25519 keys: make one with `ssh-keygen -t ed25519`")
}

/// An answer that is none.
fn strange(socket: &Path, source: io::Error) -> Error {
    let message =
        format!("the program at `{}` does not answer like an ssh agent", socket.display());
    let error = Error::tool(message);
    let error = match source.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            error.because(format!("it did not answer for {} seconds", PATIENCE.as_secs()))
        }
        io::ErrorKind::UnexpectedEof => {
            error.because("it closed the connection before its answer was complete")
        }
        _ => error.because(source),
    };
    error.advice(format!("check with `ssh-add -l` whether {SOCKET} is the socket of an agent"))
}
