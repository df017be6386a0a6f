//! What is printed of signed modules and new keys.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::PublicKey;
use wasmsign_core::formats::Format;
use wasmsign_core::formats::sections::SignatureData;

use super::printer::Line;
use super::printer::Report;
use super::values::{Kind, Signer, path_text};
use crate::error::Result;
use crate::ops::keygen;
use crate::ops::signed::{Signed, SignedAs};
use crate::sys::files::is_stdout;
use crate::text::escape::escape;
use crate::text::hex::public_key_text;

/// A module that was signed.
#[derive(Serialize, JsonSchema)]
pub(super) struct Sign {
    /// The module, as it was named.
    module: String,
    /// Where the result is: the signed module, or its signature.
    output: String,
    /// How many signatures are new.
    added: usize,
    /// The identity, where the result could be read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    /// What the header announces; null for a file that is no WebAssembly.
    kind: Option<Kind>,
    /// The format of the signature, where that is not `wasmsign2`: one of the names of `--as`.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    /// Whose signatures verify, where the result could be read back.
    #[serde(skip_serializing_if = "Option::is_none")]
    signers: Option<Vec<Signer>>,
}

/// A new key pair.
#[derive(Serialize, JsonSchema)]
pub(super) struct Keygen {
    /// The file of the secret key.
    secret: String,
    /// The file of the public key.
    public: String,
    /// The public key in compact form, in hexadecimal.
    public_key: String,
    /// Its usual key id, in hexadecimal.
    key_id: String,
}

impl Report {
    /// A module that was signed, and verified where it can be read back.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn signed(&self, signed: &Signed<'_>) -> Result<()> {
        let Signed { module, output, added, kind, data, verified, precedes_dylink } = signed;
        self.warn_of_dylink(output, *precedes_dylink);
        self.warn_of_envoy(output, data);
        let identity = verified.as_ref().and_then(|verified| verified.identity());
        self.line(&Sign {
            module: path_text(module),
            output: path_text(output),
            added: *added,
            identity: identity.map(|identity| identity.to_string()),
            kind: Some((*kind).into()),
            format: None,
            signers: verified.as_ref().map(|verified| Signer::list(verified.signers())),
        })
    }

    /// A file that was signed in a format that knows no parts, and verified.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn signed_as(&self, signed: &SignedAs<'_>) -> Result<()> {
        let SignedAs { module, output, sealed } = signed;
        self.line(&Sign {
            module: path_text(module),
            output: path_text(output),
            added: sealed.signers.len(),
            identity: sealed.identity.map(|identity| identity.to_string()),
            kind: sealed.kind.map(Kind::from),
            format: Some(sealed.format).filter(|it| *it != Format::Wasmsign2).map(Format::name),
            signers: Some(Signer::list(&sealed.signers)),
        })
    }

    /// A new key pair.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn keygen(&self, request: &keygen::Request, key: &PublicKey) -> Result<()> {
        self.line(&Keygen {
            secret: path_text(&request.secret),
            public: path_text(&request.public),
            public_key: public_key_text(key),
            key_id: hex::encode(key.default_key_id()),
        })
    }

    /// A module with a signature before the section that a dynamic linker wants to be first.
    pub(super) fn warn_of_dylink(&self, output: &Path, precedes_dylink: bool) {
        if precedes_dylink {
            let output = output.display();
            self.warning(&format!(
                "`{output}` has its signature before `dylink.0`, which dynamic linkers expect first; write a detached \
                 signature with `--signature FILE`, or in builds with `signature = \"detached\"`"
            ));
        }
    }

    pub(super) fn warn_of_envoy(&self, output: &Path, data: &SignatureData) {
        if let Some(obstacle) = data.envoy_obstacle() {
            let output = escape(&output.display().to_string());
            self.warning(&format!(
                "`{output}` cannot be read by the Envoy/proxy-wasm host: {obstacle}"
            ));
        }
    }
}

impl Line for Sign {
    fn show(&self, report: &Report) -> Result<()> {
        let output = escape(&self.output);
        let Some(signers) = &self.signers else {
            let text = format!("{output} (not verified: the output cannot be read back)");
            return report.done_beside(&self.output, "Signed", &text);
        };
        let (verb, already) = match self.added {
            0 => ("Unchanged", "already "),
            _ => ("Signed", ""),
        };
        let identity = self.identity.as_deref().unwrap_or_default();
        let names = Signer::names(signers);
        let identity = if identity.is_empty() { String::new() } else { format!(" {identity}") };
        let format = self.format.map(|format| format!(" ({format})")).unwrap_or_default();
        report.done(verb, &format!("{output}{identity}, {already}signed by {names}{format}"))
    }
}

impl Line for Keygen {
    fn show(&self, report: &Report) -> Result<()> {
        let Self { secret, public, public_key, key_id } = self;
        let written = if is_stdout(Path::new(secret)) { secret } else { public };
        let secret = format!("secret key {} (keep it out of the repository)", escape(secret));
        report.done_beside(written, "Created", &secret)?;
        report.done_beside(written, "Created", &format!("public key {}", escape(public)))?;
        report.done_beside(written, "Key", &format!("{public_key}, id {key_id}"))
    }
}
