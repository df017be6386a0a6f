//! `optimize`: what Binaryen is asked to do.

mod layer;
mod timeout;

use std::path::PathBuf;

use serde_json::{Value, json};

#[cfg(test)]
pub(super) use layer::KEYS;
pub(super) use layer::{OptimizeLayer, OptimizeSettings, Switch};
pub use timeout::Timeout;

use crate::module::optimize::Level;
use crate::text::words::words;

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
    /// The program that optimizes.
    pub tool: Tool,
    /// The oldest version of wasm-opt that will do.
    pub minimum_version: Option<u32>,
    /// How long it may take over one module.
    pub timeout: Option<Timeout>,
    /// What cargo's `opt-level` decides, because nobody else does.
    pub open: Open,
}

/// What nobody has said of the optimizer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// Whether it runs.
    pub on: bool,
    /// At which level.
    pub level: bool,
}

impl Optimize {
    /// What is done to a module that was compiled with this `opt-level`; none where it is left as it is.
    pub fn for_opt_level(&self, opt_level: &str) -> Option<Self> {
        if self.open.on && opt_level == "0" {
            return None;
        }
        let level = of_opt_level(opt_level).filter(|_| self.open.level).unwrap_or(self.level);
        Some(Self { level, open: Open::default(), ..self.clone() })
    }
}

/// The level that goes with an `opt-level` of the compiler: the same, as in clang and Emscripten, where the C++ beside it
/// is optimized. None goes with `0`.
fn of_opt_level(opt_level: &str) -> Option<Level> {
    opt_level.parse().ok().filter(|level| *level != Level::O0)
}

/// What a module shows its host and asks of it, whether or not it is optimized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The exports to keep, at least one; `None` keeps all.
    pub exports: Option<Vec<String>>,
    /// The WebAssembly features that the module may use.
    pub features: Features,
}

words! {
    /// Whether something stays in the module.
    pub enum Keep {
        /// It stays.
        Keep = "keep",
        /// It goes.
        Strip = "strip",
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

impl Features {
    fn shown(&self) -> Value {
        match self {
            Self::Auto => json!("auto"),
            Self::List(names) => json!(names),
        }
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

impl Tool {
    fn shown(&self) -> Value {
        match self {
            Self::Auto => json!("auto"),
            Self::Embedded => json!("embedded"),
            Self::Program(path) => json!(path.to_string_lossy()),
        }
    }
}
