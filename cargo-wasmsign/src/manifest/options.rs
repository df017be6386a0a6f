//! What can be said of a package: every key of its table. A new one is one more entry here, and a kind if none fits.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use wasmsign_core::formats::Format;

use super::kind::{FilePath, InVariable, Kind, Maybe, Word, distinct_texts_schema, text_schema};
use super::module_manifest::ModuleManifestLayer;
use super::names::Names;
use super::node::Node;
use super::optimize::OptimizeLayer;
use super::sections::SectionsLayer;
use super::table::table;
use super::text::{Text, distinct, words};
use super::transform::TransformsLayer;
use crate::error::Result;
use crate::keys::KeyIdChoice;
use crate::module::other_formats::WRITTEN;
use crate::text::nearest::{quoted, suggestion};
use crate::text::words::words as word_type;

table! {
    /// What is done to modules.
    pub struct Options, layer OptionsLayer, named "Profile" {
        /// Whether the package takes part at all.
        "enabled" enabled: bool = true;
        /// The targets to build for. By default those of cargo's `build.target` that are wasm, else
        /// `wasm32-unknown-unknown`.
        "target" targets: Maybe<Targets> = None, env "CARGO_WASMSIGN_TARGET";
        /// The names of the signers; all of them sign, in this order.
        "sign-with" sign_with: Signers = Vec::new(), env "CARGO_WASMSIGN_SIGN_WITH";
        /// The formats of the signatures: one name, or a list of them. Each key signs in the formats of its algorithm.
        "signature-format" formats: SignatureFormats = vec![Format::Wasmsign2], env "CARGO_WASMSIGN_SIGNATURE_FORMAT";
        /// Where the signatures of the format `wasmsign2` go.
        "signature" signature: Word<Placement> = Placement::Embedded, env "CARGO_WASMSIGN_SIGNATURE";
        /// The key id stored beside a signature: `auto` (made from the public key), `none`, `hex:` with digits, or a text
        /// of at most 255 bytes.
        "key-id" key_id: KeyIdChoice = KeyIdChoice::Auto, env "CARGO_WASMSIGN_KEY_ID";
        /// Whether the module must come out the same wherever it is built.
        "reproducible" reproducible: bool = false;
        /// Whether the module carries the list of what it was built from.
        "auditable" auditable: bool = false;
        /// Whether the module says under its signature which package and version it is, in a section `wasmsign-manifest`. By
        /// default it does not.
        "manifest" manifest in ModuleManifestLayer;
        /// A directory, from this Cargo.toml, that the published modules are copied to as well.
        "artifact-dir" artifact_dir: Maybe<FilePath> = None;
        /// What becomes of a module that another tool has yet to finish: that carries `component-type:*` or wasm-bindgen's
        /// data.
        "unfinished" unfinished: Word<Unfinished> = Unfinished::Refuse;
        /// Programs before and after the optimizer: a table, or a list of tables that are taken in order.
        "transform" transforms in TransformsLayer;
        /// What the optimizer does: `false`, `true`, a level, or a table of options.
        "optimize" optimize in OptimizeLayer, env "CARGO_WASMSIGN_OPTIMIZE";
        /// What happens to custom sections, after the optimizer and before signing.
        "sections" sections in SectionsLayer;
    }
}

word_type! {
    /// Where signatures go.
    pub enum Placement {
        /// Into the module.
        Embedded = "embedded",
        /// Into a file `NAME.wasm.sig` beside it.
        Detached = "detached",
        /// Both.
        Both = "both",
    }
}

word_type! {
    /// What becomes of a module that another tool has yet to finish.
    pub enum Unfinished {
        /// It is an error: that tool would break the signature.
        Refuse = "refuse",
        /// It is signed as it is, because its host finishes it.
        Allow = "allow",
    }
}

/// One target triple or several, none of them twice.
pub(crate) struct Targets;

impl Targets {
    fn of(texts: &[Text<'_>]) -> Result<Vec<String>> {
        distinct(texts)?;
        words(texts, "a target triple")
    }
}

impl Kind for Targets {
    type Value = Vec<String>;
    const NAME: Option<&'static str> = Some("Targets");

    fn read(node: &Node<'_>) -> Result<Vec<String>> {
        match node.as_text() {
            Some(text) => Self::of(&[text]),
            None => Self::of(&node.filled("a string or a list of strings")?),
        }
    }

    fn show(value: &Vec<String>) -> Value {
        match value.as_slice() {
            [one] => json!(one),
            several => json!(several),
        }
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        let (mut one, mut several) = (text_schema(), distinct_texts_schema());
        one.insert("description".to_owned(), json!("One target triple."));
        several.insert("description".to_owned(), json!("Several target triples."));
        json_schema!({ "anyOf": [one, several] })
    }
}

impl InVariable for Targets {
    fn from_variable(text: &Text<'_>, _: &Names) -> Result<Vec<String>> {
        Self::of(&text.split())
    }
}

/// One name of a signature format or several, none of them twice.
pub(crate) struct SignatureFormats;

impl SignatureFormats {
    fn of(texts: &[Text<'_>]) -> Result<Vec<Format>> {
        distinct(texts)?;
        texts.iter().map(Self::one).collect()
    }

    fn one(text: &Text<'_>) -> Result<Format> {
        let known = WRITTEN.iter().find(|format| format.name() == text.as_str());
        known.copied().ok_or_else(|| {
            let names: Vec<_> = WRITTEN.iter().map(|format| format.name()).collect();
            let advice = suggestion(text.as_str(), &names, "the formats are");
            text.error(format!("unknown signature format {}", quoted(&[text.as_str()], "and")))
                .advice(advice)
        })
    }
}

impl Kind for SignatureFormats {
    type Value = Vec<Format>;
    const NAME: Option<&'static str> = Some("SignatureFormats");

    fn read(node: &Node<'_>) -> Result<Vec<Format>> {
        match node.as_text() {
            Some(text) => Self::of(&[text]),
            None => Self::of(&node.filled("a string or a list of strings")?),
        }
    }

    fn show(value: &Vec<Format>) -> Value {
        match value.as_slice() {
            [one] => json!(one.name()),
            several => json!(several.iter().map(|format| format.name()).collect::<Vec<_>>()),
        }
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = WRITTEN.iter().map(|format| format.name()).collect();
        json_schema!({ "anyOf": [
            { "type": "string", "enum": names, "description": "One format." },
            {
                "type": "array",
                "items": { "type": "string", "enum": names },
                "minItems": 1,
                "uniqueItems": true,
                "description": "Several formats.",
            },
        ] })
    }
}

impl InVariable for SignatureFormats {
    fn from_variable(text: &Text<'_>, _: &Names) -> Result<Vec<Format>> {
        Self::of(&text.split())
    }
}

/// Names of keys that the workspace describes, none of them twice.
pub(crate) struct Signers;

impl Signers {
    fn of(texts: &[Text<'_>], names: &Names) -> Result<Vec<String>> {
        distinct(texts)?;
        texts.iter().map(|text| names.known(text)).collect()
    }
}

impl Kind for Signers {
    type Value = Vec<String>;

    fn read(node: &Node<'_>) -> Result<Vec<String>> {
        Self::of(&node.filled("a list of strings")?, node.names())
    }

    fn show(value: &Vec<String>) -> Value {
        json!(value)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        distinct_texts_schema()
    }
}

impl InVariable for Signers {
    fn from_variable(text: &Text<'_>, names: &Names) -> Result<Vec<String>> {
        Self::of(&text.split(), names)
    }
}

impl Kind for KeyIdChoice {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        node.text()?.parse()
    }

    fn show(value: &Self) -> Value {
        json!(value.to_string())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        text_schema()
    }
}

impl InVariable for KeyIdChoice {
    fn from_variable(text: &Text<'_>, _: &Names) -> Result<Self> {
        text.parse()
    }
}
