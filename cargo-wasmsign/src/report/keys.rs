//! What is told of keys and signing.

use std::path::Path;

use serde_json::json;
use wasmsign_core::signature_data::SignatureData;
use wasmsign_core::{PublicKey, Verified};

use super::{GOOD, Report};
use crate::error::Result;
use crate::module::seal::kind_word;
use crate::ops::sign::Signed;
use crate::sys::files::is_stdout;
use crate::text::escape::escape;
use crate::text::hex::{hex, public_key_text};

impl Report {
    /// A module that was signed, and verified where it can be read back.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn signed(&self, signed: &Signed<'_>) -> Result<()> {
        if signed.precedes_dylink {
            self.warn_of_dylink(signed.output);
        }
        self.warn_of_envoy(signed.output, &signed.data);
        match &signed.verified {
            Some(verified) => self.signed_file(signed, verified),
            None => self.signed_stream(signed),
        }
    }

    fn signed_file(&self, signed: &Signed<'_>, verified: &Verified) -> Result<()> {
        let Signed { module, output, added, kind, .. } = signed;
        let identity = verified.identity().map(|identity| identity.to_string());
        if self.is_json() {
            let signers: Vec<_> = verified.signers().iter().map(super::verify::signer).collect();
            return self.json(&json!({
                "module": module.to_string_lossy(),
                "output": output.to_string_lossy(),
                "added": added,
                "identity": identity,
                "kind": kind_word(*kind),
                "signers": signers,
            }));
        }
        let ids: Vec<_> = verified
            .signers()
            .iter()
            .map(|signer| key_name(&signer.key_id, &signer.public_key))
            .collect();
        let verb = if *added == 0 { "Unchanged" } else { "Signed" };
        let already = if *added == 0 { "already signed by" } else { "signed by" };
        let output = escape(&output.display().to_string());
        let identity = identity.unwrap_or_default();
        self.result(&format!(
            "{GOOD}{verb:>12}{GOOD:#} {output} {identity}, {already} {}",
            ids.join(", ")
        ))
    }

    /// A module that was signed into a device or a pipe, which cannot be read back.
    fn signed_stream(&self, signed: &Signed<'_>) -> Result<()> {
        let Signed { module, output, added, kind, .. } = signed;
        if self.is_json() {
            return self.json(&json!({
                "module": module.to_string_lossy(),
                "output": output.to_string_lossy(),
                "added": added,
                "kind": kind_word(*kind),
            }));
        }
        let line = format!(
            "{GOOD}{:>12}{GOOD:#} {} (not verified: the output cannot be read back)",
            "Signed",
            escape(&output.display().to_string())
        );
        self.result_of(output, &line)
    }

    /// A new key pair.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn keygen(&self, secret: &Path, public: &Path, key: &PublicKey) -> Result<()> {
        let (text, id) = (public_key_text(key), hex(&key.default_key_id()));
        if self.is_json() {
            return self.json(&json!({
                "secret": secret.to_string_lossy(),
                "public": public.to_string_lossy(),
                "public_key": text,
                "key_id": id,
            }));
        }
        let written = if is_stdout(secret) { secret } else { public };
        let line = |verb: &str, text: &str| {
            self.result_of(written, &format!("{GOOD}{verb:>12}{GOOD:#} {text}"))
        };
        line(
            "Created",
            &format!(
                "secret key {} (keep it out of the repository)",
                escape(&secret.display().to_string())
            ),
        )?;
        line("Created", &format!("public key {}", escape(&public.display().to_string())))?;
        line("Key", &format!("{text}, id {id}"))
    }

    /// A module with a signature before the section that a dynamic linker wants to be first.
    pub(super) fn warn_of_dylink(&self, output: &Path) {
        let output = output.display();
        self.warning(&format!(
            "`{output}` has its signature before `dylink.0`, which dynamic linkers expect first; \
             write a detached signature with `--signature FILE`, or in builds with `signature = \
             \"detached\"`"
        ));
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

/// A key by the hint that stands beside its signature, or by itself where there is none.
pub(super) fn key_name(key_id: &[u8], key: &PublicKey) -> String {
    if key_id.is_empty() { format!("key {}", public_key_text(key)) } else { hex(key_id) }
}
