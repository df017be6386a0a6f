//! What tables say of `optimize`, and what counts of it.

use std::path::Path;

use serde_json::json;

use super::{Features, Interface, Keep, Open, Optimize, Timeout, Tool, of_opt_level};
use crate::error::Result;
use crate::manifest::listing::Listing;
use crate::manifest::reader::{KeySet, Node, Table};
use crate::manifest::setting::{Origin, Setting};
use crate::manifest::text::{Text, distinct, words};
use crate::module::optimize::Level;
use crate::text::words::Invalid;

/// The keys of the table.
pub(crate) const KEYS: KeySet = KeySet {
    known: &[
        "level",
        "passes",
        "exports",
        "names",
        "debug",
        "features",
        "tool",
        "minimum-version",
        "timeout",
    ],
    later: &[],
    elsewhere: &[],
};

/// What can be said of `optimize` without a table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Switch {
    /// `true` or `false`.
    On(bool),
    /// On, at this level.
    At(Level),
}

/// What one layer says of `optimize`.
#[derive(Debug, Clone, Default)]
pub(crate) struct OptimizeLayer {
    on: Option<Setting<bool>>,
    level: Option<Setting<Level>>,
    passes: Option<Setting<Vec<String>>>,
    exports: Option<Setting<Vec<String>>>,
    names: Option<Setting<Keep>>,
    debug: Option<Setting<Keep>>,
    features: Option<Setting<Features>>,
    tool: Option<Setting<Tool>>,
    minimum_version: Option<Setting<u32>>,
    timeout: Option<Setting<Timeout>>,
}

/// What counts of `optimize`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OptimizeSettings {
    on: Setting<bool>,
    level: Setting<Level>,
    passes: Setting<Vec<String>>,
    exports: Setting<Option<Vec<String>>>,
    names: Setting<Keep>,
    debug: Setting<Keep>,
    features: Setting<Features>,
    tool: Setting<Tool>,
    minimum_version: Setting<Option<u32>>,
    timeout: Setting<Option<Timeout>>,
}

impl Switch {
    /// `false`, `true` or a level.
    pub(crate) fn from_variable(text: &Text<'_>) -> Result<Self> {
        match text.as_str() {
            "false" => Ok(Self::On(false)),
            "true" => Ok(Self::On(true)),
            other => other.parse().map(Self::At).map_err(|_| {
                text.error(Invalid::new(
                    "`true`, `false` or a level (0, 1, 2, 3, 4, s or z)",
                    other,
                ))
            }),
        }
    }
}

impl From<Setting<Switch>> for OptimizeLayer {
    fn from(Setting { value, origin }: Setting<Switch>) -> Self {
        let (on, level) = match value {
            Switch::On(on) => (on, None),
            Switch::At(level) => (true, Some(Setting { value: level, origin: origin.clone() })),
        };
        Self { on: Some(Setting { value: on, origin }), level, ..Self::default() }
    }
}

impl OptimizeLayer {
    /// `false`, `true`, a level or a table.
    pub(crate) fn read(node: &Node<'_>) -> Result<Self> {
        let switched = |value| Self::from(Setting { value, origin: node.origin() });
        if let Some(on) = node.as_bool() {
            Ok(switched(Switch::On(on)))
        } else if let Some(level) = node.as_scalar() {
            level.parse().map(|level| switched(Switch::At(level)))
        } else if node.as_table().is_some() {
            Self { on: switched(Switch::On(true)).on, ..Self::default() }.with(&node.table(&KEYS)?)
        } else {
            Err(node.expected("`true`, `false`, a level or a table"))
        }
    }

    fn with(self, table: &Table<'_>) -> Result<Self> {
        Ok(Self {
            on: self.on,
            level: table.setting("level", level)?,
            passes: table.setting("passes", passes)?,
            exports: table.setting("exports", exports)?,
            names: table.setting("names", |node| node.text()?.parse())?,
            debug: table.setting("debug", |node| node.text()?.parse())?,
            features: table.setting("features", features)?,
            tool: table.setting("tool", tool)?,
            minimum_version: table.setting("minimum-version", version)?,
            timeout: table.setting("timeout", |node| node.text()?.parse())?,
        })
    }
}

impl Default for OptimizeSettings {
    fn default() -> Self {
        Self {
            on: Setting::unsaid(true),
            level: Setting::unsaid(Level::Oz),
            passes: Setting::unsaid(Vec::new()),
            exports: Setting::unsaid(None),
            names: Setting::unsaid(Keep::Strip),
            debug: Setting::unsaid(Keep::Strip),
            features: Setting::unsaid(Features::Auto),
            tool: Setting::unsaid(Tool::Auto),
            minimum_version: Setting::unsaid(None),
            timeout: Setting::unsaid(None),
        }
    }
}

impl OptimizeSettings {
    /// Puts a nearer layer on top.
    pub(crate) fn cover(&mut self, nearer: &OptimizeLayer) {
        self.on.yield_to(nearer.on.as_ref());
        self.level.yield_to(nearer.level.as_ref());
        self.passes.yield_to(nearer.passes.as_ref());
        self.exports.yield_to(nearer.exports.as_ref());
        self.names.yield_to(nearer.names.as_ref());
        self.debug.yield_to(nearer.debug.as_ref());
        self.features.yield_to(nearer.features.as_ref());
        self.tool.yield_to(nearer.tool.as_ref());
        self.minimum_version.yield_to(nearer.minimum_version.as_ref());
        self.timeout.yield_to(nearer.timeout.as_ref());
    }

    /// The same for cargo's `opt-level`, which decides what nobody else does.
    pub(crate) fn for_opt_level(&self, profile: &str, level: &str) -> Self {
        let origin = Origin::OptLevel { profile: profile.to_owned(), level: level.to_owned() };
        let mut settings = self.clone();
        let Open { on, level: at } = self.open();
        if on && level == "0" {
            settings.on = Setting { value: false, origin: origin.clone() };
        }
        if let Some(value) = of_opt_level(level).filter(|_| at) {
            settings.level = Setting { value, origin };
        }
        settings
    }

    fn open(&self) -> Open {
        Open { on: self.on.origin == Origin::Default, level: self.level.origin == Origin::Default }
    }

    /// Every option; where the optimizer is off, `optimize = false` and those that hold without it.
    pub(crate) fn list(&self, listing: &mut Listing) {
        if !self.on.value {
            listing.add("optimize", &self.on, |on| json!(on));
            return self.list_interface(listing);
        }
        listing.add("optimize.level", &self.level, |level| json!(level.as_str()));
        listing.add("optimize.passes", &self.passes, |passes| json!(passes));
        listing.add("optimize.exports", &self.exports, |names| json!(names));
        listing.add("optimize.names", &self.names, |keep| json!(keep.as_str()));
        listing.add("optimize.debug", &self.debug, |keep| json!(keep.as_str()));
        listing.add("optimize.features", &self.features, Features::shown);
        listing.add("optimize.tool", &self.tool, Tool::shown);
        listing.add("optimize.minimum-version", &self.minimum_version, |version| json!(version));
        listing.add("optimize.timeout", &self.timeout, |timeout| {
            json!(timeout.map(|timeout| timeout.to_string()))
        });
    }

    /// What somebody says that holds without the optimizer, too.
    fn list_interface(&self, listing: &mut Listing) {
        if self.exports.origin != Origin::Default {
            listing.add("optimize.exports", &self.exports, |names| json!(names));
        }
        if self.features.origin != Origin::Default {
            listing.add("optimize.features", &self.features, Features::shown);
        }
    }

    /// The options, `None` where the optimizer is off; and what holds with and without it.
    pub(crate) fn finish(self) -> (Option<Optimize>, Interface) {
        let open = self.open();
        let optimize = self.on.value.then_some(Optimize {
            level: self.level.value,
            passes: self.passes.value,
            names: self.names.value,
            debug: self.debug.value,
            tool: self.tool.value,
            minimum_version: self.minimum_version.value,
            timeout: self.timeout.value,
            open,
        });
        (optimize, Interface { exports: self.exports.value, features: self.features.value })
    }
}

fn level(node: &Node<'_>) -> Result<Level> {
    node.as_scalar().ok_or_else(|| node.expected("a string or an integer"))?.parse()
}

fn passes(node: &Node<'_>) -> Result<Vec<String>> {
    words(&node.texts("a list of strings")?, "the name of a Binaryen pass")
}

fn exports(node: &Node<'_>) -> Result<Vec<String>> {
    let texts = node.filled("a list of strings")?;
    distinct(&texts)?;
    let name = |text: &Text<'_>| {
        text.fitting("the name of an export", |text| !text.is_empty()).map(str::to_owned)
    };
    texts.iter().map(name).collect()
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
    match text.fitting("`auto`, `embedded` or a program", |text| !text.is_empty())? {
        "auto" => Ok(Tool::Auto),
        "embedded" => Ok(Tool::Embedded),
        name if name.contains(std::path::is_separator) => {
            Ok(Tool::Program(node.source().resolve(name)))
        }
        name => Ok(Tool::Program(Path::new(name).to_path_buf())),
    }
}

fn version(node: &Node<'_>) -> Result<u32> {
    const EXPECTED: &str = "a version of wasm-opt, such as 116";
    let number = node.as_integer().ok_or_else(|| node.expected(EXPECTED))?;
    let version = u32::try_from(number).ok().filter(|version| *version > 0);
    version.ok_or_else(|| node.place().error(Invalid::new(EXPECTED, &number.to_string())))
}
