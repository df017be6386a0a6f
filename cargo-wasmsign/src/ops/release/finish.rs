//! What follows a module: its bill, its statement, its signatures; and what spans all modules.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use wasmsign_core::formats::dsse::Envelope;
use wasmsign_core::trust::Time;

use super::contents::Contents;
use super::index::{self, Index, Module};
use super::json::json_file;
use super::minisign;
use super::names::{INDEX, Names, SUMS, SUMS_SIGNATURE};
use super::provenance::PAYLOAD_TYPE;
use super::title::Title;
use crate::error::Result;
use crate::keys::Signer;
use crate::text::hex::public_key_text;

/// A module whose file is written, and what is said of it.
pub(super) struct Draft {
    pub(super) module: Module,
    pub(super) names: Names,
    pub(super) sbom: Value,
    pub(super) statement: Value,
}

impl Draft {
    /// Writes what belongs to the module. `signature` is its signature, which its file has already.
    ///
    /// # Errors
    ///
    /// Exit code 4, and those of signing.
    pub(super) fn write(
        self,
        contents: &Contents,
        signature: Option<&[u8]>,
        signers: &[Arc<Signer>],
    ) -> Result<Module> {
        let Self { mut module, names, sbom, statement } = self;
        module.signature = match signature {
            Some(bytes) => {
                contents.write(&names.signature(), bytes)?;
                Some(names.signature())
            }
            None => None,
        };
        contents.write(&names.sbom(), &json_file(&sbom))?;
        let line = envelope(&statement, signers)?;
        contents.write(&names.provenance(), format!("{line}\n").as_bytes())?;
        Ok(module)
    }
}

/// A statement in its envelope, signed by all of these.
fn envelope(statement: &Value, signers: &[Arc<Signer>]) -> Result<String> {
    let payload = serde_json::to_vec(statement).expect("texts can be written as JSON");
    let mut envelope = Envelope::new(PAYLOAD_TYPE, &payload);
    let message = envelope.message();
    for signer in signers {
        envelope.add(signer.public_key(), &signer.sign_message(&message)?);
    }
    Ok(envelope.to_json())
}

/// Writes what spans all modules: the index, the sums, and the signature of the sums by `signer`.
///
/// # Errors
///
/// Exit code 4, and those of signing.
pub(super) fn write_index(
    contents: &Contents,
    index: &Index,
    signer: Option<&Signer>,
    time: Option<Time>,
) -> Result<()> {
    contents.write(INDEX, &index.to_text())?;
    let sums = contents.sums().to_text();
    contents.write(SUMS, &sums)?;
    let Some(signer) = signer else { return Ok(()) };
    let time = time.map(|time| format!(", {time}")).unwrap_or_default();
    let words = format!("{SUMS} of {}{time}", Title::of_index(index).in_words());
    contents.write(SUMS_SIGNATURE, minisign::sign(&sums, &words, signer)?.as_bytes())
}

/// Those who sign, as the index has them.
pub(super) fn signer_lines<'a>(
    signers: impl Iterator<Item = (&'a Signer, Option<String>)>,
) -> Vec<index::Signer> {
    signers
        .map(|(signer, key_id)| index::Signer {
            public_key: public_key_text(signer.public_key()),
            key_id,
        })
        .collect()
}

/// What programs call themselves: each once.
pub(super) fn united<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: BTreeSet<_> = names.collect();
    let names: Vec<_> = names.into_iter().collect();
    (!names.is_empty()).then(|| names.join(" and "))
}
