//! `optimize`: what Binaryen is asked to do.

mod kinds;
mod timeout;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

use self::kinds::{Exports, Passes, Version};
pub use self::kinds::{Features, Tool};
pub use self::timeout::Timeout;
use super::kind::{Maybe, Word};
use super::listing::Listing;
use super::names::Names;
use super::node::Node;
use super::setting::{Origin, Setting};
use super::table::{FromVariable, Layer, Said, schema_of, table};
use super::text::Text;
use crate::error::Result;
use crate::module::optimize::Level;
use crate::text::words::{Invalid, words};

table! {
    /// Options of the optimizer (Binaryen).
    pub struct OptimizeOptions, layer OptionsLayer, named "OptimizeTable" {
        /// How much, and for what.
        "level" level: Level = Level::Oz;
        /// Further Binaryen passes by name, in this order.
        "passes" passes: Passes = Vec::new();
        /// The exports to keep; everything that only others need goes. By default all stay. Holds with the optimizer off too.
        "exports" exports: Maybe<Exports> = None;
        /// What happens to the name section.
        "names" names: Word<Keep> = Keep::Strip;
        /// What happens to DWARF.
        "debug" debug: Word<Keep> = Keep::Strip;
        /// The WebAssembly features that hosts know: a module that needs others is an error, with the optimizer off too.
        "features" features: Features = Features::Auto;
        /// The program that optimizes: `auto` (the embedded one where it can read the module, else a wasm-opt program in
        /// `PATH` that can), `embedded`, the path of a wasm-opt program (from this Cargo.toml), or a bare name to
        /// be found in `PATH`.
        "tool" tool: Tool = Tool::Auto;
        /// The oldest version of wasm-opt that may be used, such as 116.
        "minimum-version" minimum_version: Maybe<Version> = None;
        /// How long the optimizer may take over one module, such as `90s`, `10m` or `1h30m`. No limit by default.
        "timeout" timeout: Maybe<Timeout> = None;
    }
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

/// What the optimizer is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimize {
    /// Whether it runs.
    pub on: bool,
    /// How it runs.
    pub options: OptimizeOptions,
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

/// What a module shows its host and asks of it, whether or not it is optimized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The exports to keep, at least one; `None` keeps all.
    pub exports: Option<Vec<String>>,
    /// The WebAssembly features that the module may use.
    pub features: Features,
}

impl OptimizeOptions {
    /// What holds with the optimizer and without.
    pub(super) fn interface(&self) -> Interface {
        Interface { exports: self.exports.clone(), features: self.features.clone() }
    }
}

impl Optimize {
    /// What is done to a module that was compiled with this `opt-level`; none where it is left as it is.
    pub fn for_opt_level(&self, opt_level: &str) -> Option<Self> {
        if self.open.on && opt_level == "0" {
            return None;
        }
        let mut settled = Self { open: Open::default(), ..self.clone() };
        if let Some(level) = of_opt_level(opt_level).filter(|_| self.open.level) {
            settled.options.level = level;
        }
        Some(settled)
    }
}

/// The level that goes with an `opt-level` of the compiler: the same, as in clang and Emscripten, where the C++ beside it
/// is optimized. None goes with `0`.
fn of_opt_level(opt_level: &str) -> Option<Level> {
    opt_level.parse().ok().filter(|level| *level != Level::O0)
}

/// What can be said of `optimize` without a table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Switch {
    /// `true` or `false`.
    On(bool),
    /// On, at this level.
    At(Level),
}

/// What one layer says of `optimize`.
#[derive(Debug, Clone)]
pub(crate) struct OptimizeLayer {
    on: Said<bool>,
    options: OptionsLayer,
}

impl Default for OptimizeLayer {
    fn default() -> Self {
        Self { on: Said::unsaid(true), options: OptionsLayer::default() }
    }
}

impl OptimizeLayer {
    /// What is said without a table.
    pub(super) fn switched(Setting { value, origin }: Setting<Switch>) -> Self {
        let mut layer = Self::default();
        let on = match value {
            Switch::On(on) => on,
            Switch::At(level) => {
                layer.options.level.0 = Setting { value: level, origin: origin.clone() };
                true
            }
        };
        layer.on.0 = Setting { value: on, origin };
        layer
    }

    /// The same for cargo's `opt-level`, which decides what nobody else does.
    pub(super) fn for_opt_level(&self, profile: &str, level: &str) -> Self {
        let origin = Origin::OptLevel { profile: profile.to_owned(), level: level.to_owned() };
        let mut layer = self.clone();
        let open = self.open();
        if open.on && level == "0" {
            layer.on.0 = Setting { value: false, origin: origin.clone() };
        }
        if let Some(value) = of_opt_level(level).filter(|_| open.level) {
            layer.options.level.0 = Setting { value, origin };
        }
        layer
    }

    fn open(&self) -> Open {
        Open { on: !self.on.0.is_said(), level: !self.options.level.0.is_said() }
    }
}

/// `false`, `true`, a level or a table.
impl Layer for OptimizeLayer {
    type Value = Optimize;
    const NAME: Option<&'static str> = Some("Optimize");

    fn read(node: &Node<'_>) -> Result<Self> {
        let switched = |value| Self::switched(Setting { value, origin: node.origin() });
        if let Some(on) = node.as_bool() {
            Ok(switched(Switch::On(on)))
        } else if let Some(level) = node.as_scalar() {
            level.parse().map(|level| switched(Switch::At(level)))
        } else if node.as_table().is_some() {
            Ok(Self { options: OptionsLayer::read(node)?, ..switched(Switch::On(true)) })
        } else {
            Err(node.expected("`true`, `false`, a level or a table"))
        }
    }

    fn cover(&mut self, nearer: &Self) {
        self.on.cover(&nearer.on);
        self.options.cover(&nearer.options);
    }

    /// Every option; where the optimizer is off, `optimize = false` and what somebody says that holds without it, too.
    fn list(&self, key: String, listing: &mut Listing) {
        if self.on.0.value {
            return self.options.list(key, listing);
        }
        let OptionsLayer { exports, features, .. } = &self.options;
        self.on.list(key.clone(), listing);
        if exports.0.is_said() {
            exports.list(format!("{key}.exports"), listing);
        }
        if features.0.is_said() {
            features.list(format!("{key}.features"), listing);
        }
    }

    fn into_value(self) -> Optimize {
        let open = self.open();
        Optimize { on: self.on.into_value(), options: self.options.into_value(), open }
    }

    fn describe(generator: &mut SchemaGenerator) -> Schema {
        let described = |mut schema: Schema, about: &str| {
            schema.insert("description".to_owned(), json!(about));
            schema
        };
        let level = "A level; everything else is as in tables further away, or the default.";
        json_schema!({ "anyOf": [
            described(schema_of::<Said<bool>>(generator), "Whether the optimizer runs."),
            described(schema_of::<Said<Level>>(generator), level),
            described(schema_of::<OptionsLayer>(generator), "Options, with the optimizer on."),
        ] })
    }
}

impl FromVariable for OptimizeLayer {
    fn from_variable(name: &'static str, text: &Text<'_>, _: &Names) -> Result<Self> {
        let value = match text.as_str() {
            "false" => Switch::On(false),
            "true" => Switch::On(true),
            other => other.parse().map(Switch::At).map_err(|_| {
                const EXPECTED: &str = "`true`, `false` or a level (0, 1, 2, 3, 4, s or z)";
                text.invalid(&Invalid::new(EXPECTED, other))
            })?,
        };
        Ok(Self::switched(Setting { value, origin: Origin::Environment(name) }))
    }
}
