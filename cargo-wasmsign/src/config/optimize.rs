//! `optimize`: what Binaryen is asked to do.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::reader::{KeySet, Node, Table};
use super::text::{Invalid, Text, choose, words};
use crate::error::Result;

const KEYS: KeySet = KeySet {
    known: &["level", "passes", "names", "debug", "features", "tool"],
    later: &[],
    elsewhere: &[],
};

/// What the optimizer is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimize {
    /// How much, and for what.
    pub level: Level,
    /// Further Binaryen passes by name, in this order; a pass may stand twice.
    pub passes: Vec<String>,
    /// What happens to the name section.
    pub names: Keep,
    /// What happens to DWARF.
    pub debug: Keep,
    /// The WebAssembly features that the module may use.
    pub features: Features,
    /// The program that optimizes.
    pub tool: Tool,
}

/// Binaryen's optimization levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Nothing but the passes that are named.
    O0,
    /// Little, and fast to do.
    O1,
    /// More.
    O2,
    /// For speed.
    O3,
    /// For speed, however long it takes.
    O4,
    /// For size.
    Os,
    /// For size above all.
    Oz,
}

const LEVELS: [(&str, Level); 7] = [
    ("0", Level::O0),
    ("1", Level::O1),
    ("2", Level::O2),
    ("3", Level::O3),
    ("4", Level::O4),
    ("s", Level::Os),
    ("z", Level::Oz),
];

impl Level {
    /// The level as manifests and `wasm-opt -O…` write it: `0` to `4`, `s` or `z`.
    pub fn as_str(self) -> &'static str {
        LEVELS[self as usize].0
    }
}

impl FromStr for Level {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        choose(text, &LEVELS)
    }
}

/// Whether something stays in the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It stays.
    Keep,
    /// It goes.
    Strip,
}

impl FromStr for Keep {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        choose(text, &[("keep", Self::Keep), ("strip", Self::Strip)])
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

/// The program that optimizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool {
    /// The Binaryen inside this program.
    Embedded,
    /// A wasm-opt program: a whole path, or a bare name that is to be searched in `PATH`.
    Program(PathBuf),
}

/// What one table says of `optimize`.
#[derive(Debug, Clone, Default)]
pub(super) struct OptimizeLayer {
    on: Option<bool>,
    level: Option<Level>,
    passes: Option<Vec<String>>,
    names: Option<Keep>,
    debug: Option<Keep>,
    features: Option<Features>,
    tool: Option<Tool>,
}

impl OptimizeLayer {
    /// `false`, `true`, a level or a table.
    pub(super) fn read(node: &Node<'_>) -> Result<Self> {
        if let Some(on) = node.as_bool() {
            Ok(Self::switched(on))
        } else if let Some(level) = node.as_scalar() {
            level.parse().map(Self::at)
        } else if node.as_table().is_some() {
            Self::from_table(&node.table(&KEYS)?)
        } else {
            Err(node.expected("`true`, `false`, a level or a table"))
        }
    }

    /// `false`, `true` or a level.
    pub(super) fn from_variable(text: &Text<'_>) -> Result<Self> {
        match text.as_str() {
            "false" => Ok(Self::switched(false)),
            "true" => Ok(Self::switched(true)),
            other => match other.parse() {
                Ok(level) => Ok(Self::at(level)),
                Err(_) => Err(text.error(Invalid::new(
                    "`true`, `false` or a level (0, 1, 2, 3, 4, s or z)",
                    other,
                ))),
            },
        }
    }

    /// This layer, completed by one that is further away.
    pub(super) fn over(self, below: &Self) -> Self {
        Self {
            on: self.on.or(below.on),
            level: self.level.or(below.level),
            passes: self.passes.or_else(|| below.passes.clone()),
            names: self.names.or(below.names),
            debug: self.debug.or(below.debug),
            features: self.features.or_else(|| below.features.clone()),
            tool: self.tool.or_else(|| below.tool.clone()),
        }
    }

    /// The options, with defaults for what no layer says; `None` where the optimizer is off.
    pub(super) fn finish(self) -> Option<Optimize> {
        self.on.unwrap_or(true).then(|| Optimize {
            level: self.level.unwrap_or(Level::Oz),
            passes: self.passes.unwrap_or_default(),
            names: self.names.unwrap_or(Keep::Strip),
            debug: self.debug.unwrap_or(Keep::Strip),
            features: self.features.unwrap_or(Features::Auto),
            tool: self.tool.unwrap_or(Tool::Embedded),
        })
    }

    fn switched(on: bool) -> Self {
        Self { on: Some(on), ..Self::default() }
    }

    fn at(level: Level) -> Self {
        Self { level: Some(level), ..Self::switched(true) }
    }

    fn from_table(table: &Table<'_>) -> Result<Self> {
        Ok(Self {
            on: Some(true),
            level: table.get("level", level)?,
            passes: table.get("passes", passes)?,
            names: table.get("names", |node| node.text()?.parse())?,
            debug: table.get("debug", |node| node.text()?.parse())?,
            features: table.get("features", features)?,
            tool: table.get("tool", tool)?,
        })
    }
}

fn level(node: &Node<'_>) -> Result<Level> {
    node.as_scalar().ok_or_else(|| node.expected("a string or an integer"))?.parse()
}

fn passes(node: &Node<'_>) -> Result<Vec<String>> {
    words(&node.texts("a list of strings")?, "the name of a Binaryen pass")
}

fn features(node: &Node<'_>) -> Result<Features> {
    const EXPECTED: &str = "`auto` or a list of features";
    match node.as_text() {
        Some(text) => text.fitting(EXPECTED, |text| text == "auto").map(|_| Features::Auto),
        None => {
            words(&node.texts(EXPECTED)?, "the name of a WebAssembly feature").map(Features::List)
        }
    }
}

fn tool(node: &Node<'_>) -> Result<Tool> {
    let text = node.text()?;
    match text.fitting("`embedded` or a program", |text| !text.is_empty())? {
        "embedded" => Ok(Tool::Embedded),
        name if name.contains(std::path::is_separator) => {
            Ok(Tool::Program(node.source().resolve(name)))
        }
        name => Ok(Tool::Program(Path::new(name).to_path_buf())),
    }
}
