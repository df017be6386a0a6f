//! The kinds of values that the optimizer's options have.

use std::path::PathBuf;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::error::Result;
use crate::manifest::kind::{Kind, distinct_texts_schema, text_schema, texts_schema, words_schema};
use crate::manifest::node::Node;
use crate::manifest::text::{Text, distinct, words};
use crate::module::optimize::Level;
use crate::text::words::Invalid;

/// `0` to `4`, as numbers too, `s` or `z`.
impl Kind for Level {
    type Value = Self;
    const NAME: Option<&'static str> = Some("Level");

    fn read(node: &Node<'_>) -> Result<Self> {
        node.as_scalar().ok_or_else(|| node.expected("a string or an integer"))?.parse()
    }

    fn show(value: &Self) -> Value {
        json!(value.as_str())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        let about = "The levels `0` to `4` as numbers.";
        let number = json!({ "type": "integer", "minimum": 0, "maximum": 4, "description": about });
        json_schema!({ "anyOf": [words_schema::<Self>(), number] })
    }
}

/// Names of Binaryen's passes; one may stand twice.
pub(crate) struct Passes;

impl Kind for Passes {
    type Value = Vec<String>;

    fn read(node: &Node<'_>) -> Result<Vec<String>> {
        words(&node.texts("a list of strings")?, "the name of a Binaryen pass")
    }

    fn show(value: &Vec<String>) -> Value {
        json!(value)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        texts_schema()
    }
}

/// Names of exports, at least one and none twice.
pub(crate) struct Exports;

impl Kind for Exports {
    type Value = Vec<String>;

    fn read(node: &Node<'_>) -> Result<Vec<String>> {
        let texts = node.filled("a list of strings")?;
        distinct(&texts)?;
        let name = |text: &Text<'_>| {
            text.fitting("the name of an export", |text| !text.is_empty()).map(str::to_owned)
        };
        texts.iter().map(name).collect()
    }

    fn show(value: &Vec<String>) -> Value {
        json!(value)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        distinct_texts_schema()
    }
}

/// The WebAssembly features that the optimizer may rely on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Features {
    /// Those that the module says or is found to use.
    Auto,
    /// These, by Binaryen's names; none is the minimum of WebAssembly.
    List(Vec<String>),
}

impl Kind for Features {
    type Value = Self;
    const NAME: Option<&'static str> = Some("Features");

    fn read(node: &Node<'_>) -> Result<Self> {
        const EXPECTED: &str = "`auto` or a list of features";
        match node.as_text() {
            Some(text) => text.fitting(EXPECTED, |text| text == "auto").map(|_| Self::Auto),
            None => {
                let names = node.texts(EXPECTED)?;
                words(&names, "the name of a WebAssembly feature").map(Self::List)
            }
        }
    }

    fn show(value: &Self) -> Value {
        match value {
            Self::Auto => json!("auto"),
            Self::List(names) => json!(names),
        }
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        let about = "Those that `target_features` names, or that the module is found to use.";
        let auto = json!({ "type": "string", "const": "auto", "description": about });
        let mut list = texts_schema();
        let about = "These, by Binaryen's names; none is the minimum of WebAssembly.";
        list.insert("description".to_owned(), json!(about));
        json_schema!({ "anyOf": [auto, list] })
    }
}

/// The program that optimizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool {
    /// The Binaryen inside this program where it can read the module, else a wasm-opt program in `PATH` that can.
    Auto,
    /// The Binaryen inside this program.
    Embedded,
    /// A wasm-opt program: a whole path, or a bare name that is to be searched in `PATH`.
    Program(PathBuf),
}

impl Kind for Tool {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        let text = node.text()?;
        Ok(match text.fitting("`auto`, `embedded` or a program", |text| !text.is_empty())? {
            "auto" => Self::Auto,
            "embedded" => Self::Embedded,
            name if name.contains(std::path::is_separator) => {
                Self::Program(node.file().resolve(name))
            }
            name => Self::Program(PathBuf::from(name)),
        })
    }

    fn show(value: &Self) -> Value {
        match value {
            Self::Auto => json!("auto"),
            Self::Embedded => json!("embedded"),
            Self::Program(path) => json!(path.to_string_lossy()),
        }
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        text_schema()
    }
}

/// A version of wasm-opt.
pub(crate) struct Version;

impl Kind for Version {
    type Value = u32;

    fn read(node: &Node<'_>) -> Result<u32> {
        const EXPECTED: &str = "a version of wasm-opt, such as 116";
        let number = node.as_integer().ok_or_else(|| node.expected(EXPECTED))?;
        let version = u32::try_from(number).ok().filter(|version| *version > 0);
        version.ok_or_else(|| node.invalid(&Invalid::new(EXPECTED, &number.to_string())))
    }

    fn show(value: &u32) -> Value {
        json!(value)
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "format": "uint32", "minimum": 1 })
    }
}
