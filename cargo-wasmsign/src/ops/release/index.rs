//! `release.json`: what is in a release.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::{INDEX, Names};
use crate::error::{Error, Result};

/// The version of the index. It changes when a key goes or its meaning changes, not when one is added.
const SCHEMA: u64 = 1;

/// What is in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "release.json")]
pub(crate) struct Index {
    /// The version of this schema.
    #[schemars(extend("const" = SCHEMA))]
    pub(crate) schema: u64,
    /// The package, or `workspace` where there are several.
    pub(crate) name: String,
    /// Their version; none where they have several.
    pub(crate) version: Option<String>,
    /// The git commit that it was built from, in hexadecimal; none without git.
    pub(crate) revision: Option<String>,
    /// Whether the tree differed from that commit.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) dirty: bool,
    /// Which part of a release this is: `K/N`; a whole one has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<String>,
    /// In a part: all packages of the whole release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) packages: Option<Vec<String>>,
    /// The modules, sorted by file.
    pub(crate) modules: Vec<Module>,
    /// What built them.
    pub(crate) tools: Tools,
}

/// A module of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Module {
    /// Its package.
    pub(crate) package: String,
    /// The version of the package.
    pub(crate) version: String,
    /// The target of the package: its library or one of its programs.
    pub(crate) target: String,
    /// The target triple.
    pub(crate) triple: String,
    /// Its file.
    pub(crate) file: String,
    /// The size of the file in bytes.
    pub(crate) size: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub(crate) sha256: String,
    /// The identity: `sha256:` and 64 hexadecimal digits.
    pub(crate) identity: String,
    /// Who has signed it.
    pub(crate) signers: Vec<Signer>,
    /// The file of its detached signature.
    pub(crate) signature: Option<String>,
    /// The file of its bill of materials.
    pub(crate) sbom: String,
    /// The file of the statement of how it was built.
    pub(crate) provenance: String,
}

/// Who has signed a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Signer {
    /// The public key in compact form, in hexadecimal.
    pub(crate) public_key: String,
    /// The hint beside the signature, in hexadecimal.
    pub(crate) key_id: Option<String>,
}

/// The programs that a release was built with, each as it calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Tools {
    /// cargo.
    pub(crate) cargo: String,
    /// The compiler.
    pub(crate) rustc: String,
    /// The version of this program.
    #[serde(rename = "cargo-wasmsign")]
    pub(crate) cargo_wasmsign: String,
    /// The optimizer; none where no module was optimized.
    pub(crate) optimizer: Option<String>,
}

/// Of an index nothing but its version, so that a later one is told from a broken one.
#[derive(Deserialize)]
struct AnySchema {
    schema: u64,
}

impl Index {
    /// The version of indexes that are written.
    pub(super) const SCHEMA: u64 = SCHEMA;

    /// The file.
    pub(super) fn to_text(&self) -> Vec<u8> {
        super::json::json_file(self)
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// Exit code 3.
    pub(super) fn read(text: &[u8]) -> Result<Self> {
        let malformed = |error: serde_json::Error| {
            Error::malformed(format!("`{INDEX}` is not the index of a release"))
                .because(error)
                .advice("get the release again from where it was published")
        };
        let AnySchema { schema } = serde_json::from_slice(text).map_err(malformed)?;
        if schema != SCHEMA {
            return Err(Error::malformed(format!(
                "`{INDEX}` has schema {schema}, and schema {SCHEMA} was expected"
            ))
            .advice(
                "read it with the version of cargo-wasmsign that it was made with, or a later one",
            ));
        }
        serde_json::from_slice(text).map_err(malformed)
    }
}

impl Module {
    /// The files of this module, its own first.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let others = [&self.sbom, &self.provenance];
        std::iter::once(&self.file).chain(&self.signature).chain(others).map(String::as_str)
    }

    /// The names that its files must have.
    pub(super) fn names(&self) -> Option<Names> {
        let names = Names::of_module(&self.file)?;
        let signature = self.signature.as_ref().is_none_or(|file| *file == names.signature());
        let fits = signature && self.sbom == names.sbom() && self.provenance == names.provenance();
        fits.then_some(names)
    }
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The JSON Schema (draft 2020-12) of `release.json`.
pub(crate) fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    schemars::Schema::to_value(generator.into_root_schema_for::<Index>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    #[test]
    fn the_published_schema_is_that_of_the_type() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/release.schema.json");
        let published = std::fs::read_to_string(path).expect("it is published");
        let published: Value = serde_json::from_str(&published).expect("it is JSON");
        let renew = "docs/release.schema.json is not what `config --schema=release` prints; renew it with\n    \
                     cargo run -p cargo-wasmsign --no-default-features -- config --schema=release > docs/release.schema.json";
        assert_eq!(published, super::schema(), "{renew}");
    }
}
