//! Results: one line of JSON for programs, or what people read of the same value.

use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;
use wasmsign_core::verify;
use wasmsign_core::wasm::Kind as CoreKind;

use super::Report;
use super::build::{Artifact, Finished, Plan};
use super::clean::Clean;
use super::config::Config;
use super::inspect::Inspect;
use super::rewrite::{Attach, Detach, Split};
use super::sign::{Keygen, Sign};
use super::verify::Verify;
use crate::error::Result;
use crate::text::hex::public_key_text;

/// The version of the lines. It changes when a key goes or its meaning changes, not when one is added.
const VERSION: u32 = 1;

/// A result.
pub(super) trait Line: Serialize {
    /// Prints it for people.
    fn show(&self, report: &Report) -> Result<()>;
}

// A line of JSON, which says by which schema it is to be read. Its description is that of the line.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}")]
pub(super) struct Versioned<T> {
    #[serde(flatten)]
    line: T,
    /// The version of this schema.
    #[schemars(extend("const" = VERSION))]
    schema: u32,
}

impl<T> Versioned<T> {
    pub(super) fn of(line: T) -> Self {
        Self { line, schema: VERSION }
    }
}

/// A line that `cargo wasmsign` prints on standard output with `--format json`. Other lines of `build` are cargo's own
/// messages.
#[derive(JsonSchema)]
#[schemars(title = "cargo-wasmsign", untagged)]
#[expect(dead_code, clippy::large_enum_variant, reason = "only the schema of this type is used")]
enum AnyLine {
    Artifact(Versioned<Artifact<'static>>),
    Finished(Finished),
    Plan(Versioned<Plan<'static>>),
    Config(Versioned<Config>),
    Sign(Versioned<Sign>),
    Verify(Versioned<Verify>),
    Inspect(Versioned<Inspect>),
    Keygen(Versioned<Keygen>),
    Split(Versioned<Split>),
    Detach(Versioned<Detach>),
    Attach(Versioned<Attach>),
    Clean(Versioned<Clean>),
}

/// The JSON Schema (draft 2020-12) of every line of JSON.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    Schema::to_value(generator.into_root_schema_for::<AnyLine>())
}

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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/output.schema.json");
        let published = std::fs::read_to_string(path).expect("it is published");
        let published: Value = serde_json::from_str(&published).expect("it is JSON");
        let renew = "docs/output.schema.json is not what `config --schema=output` prints; renew it with\n    \
                     cargo run -p cargo-wasmsign --no-default-features -- config --schema=output > docs/output.schema.json";
        assert_eq!(published, super::schema(), "{renew}");
    }
}
