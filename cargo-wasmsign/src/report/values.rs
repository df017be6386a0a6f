//! Values that several results have.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::verify;
use wasmsign_core::wasm::Kind as CoreKind;

use crate::text::hex::public_key_text;

/// The kind of a binary.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Module,
    Component,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Component => "component",
        }
    }
}

impl From<CoreKind> for Kind {
    fn from(kind: CoreKind) -> Self {
        match kind {
            CoreKind::Module => Self::Module,
            CoreKind::Component => Self::Component,
        }
    }
}

/// Whose signature verifies.
#[derive(Serialize, JsonSchema)]
pub(super) struct Signer {
    /// The public key in compact form, in hexadecimal.
    public_key: String,
    /// The hint beside the signature, in hexadecimal.
    key_id: Option<String>,
}

impl Signer {
    pub(super) fn list(signers: &[verify::SignedBy]) -> Vec<Self> {
        let signer = |signer: &verify::SignedBy| Self {
            public_key: public_key_text(&signer.public_key),
            key_id: (!signer.key_id.is_empty()).then(|| hex::encode(&signer.key_id)),
        };
        signers.iter().map(signer).collect()
    }

    /// All of them: each by the hint beside its signature, or by its key where there is none.
    pub(super) fn names(signers: &[Self]) -> String {
        let name = |signer: &Self| match &signer.key_id {
            Some(id) => id.clone(),
            None => format!("key {}", signer.public_key),
        };
        signers.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

/// A path as JSON has it.
pub(super) fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A path as short as it can be said in the current directory.
pub(super) fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}
