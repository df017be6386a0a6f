//! The document that pins are kept in.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use toml::de::DeTable;
use toml_writer::TomlWrite;

use super::pin::Pin;
use crate::keys::PublicKey;
use crate::manifest::Version;
use crate::trust::document::{Located, Table, Value};
use crate::trust::error::{Fault, Faults, TrustError};

/// The version of stores that this reads and writes.
const VERSION: i64 = 1;

/// Pins by the names of modules.
///
/// ```
/// use wasmsign_core::trust::Pins;
///
/// let pins = Pins::parse("version = 1\n")?;
/// assert_eq!(pins.names().count(), 0);
/// assert_eq!(Pins::parse(&pins.to_toml())?, pins);
/// # Ok::<(), wasmsign_core::trust::PinsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins {
    by_name: BTreeMap<String, Pin>,
}

/// A text is no store of pins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct PinsError(#[from] TrustError);

impl PinsError {
    /// What is wrong, and where.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        self.0.faults()
    }

    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "pin-store"
    }
}

impl Pins {
    /// No pins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a store. A text of nothing but white space, as a file has that was just made, has no pins.
    ///
    /// # Errors
    ///
    /// A [`PinsError`] with everything that is wrong.
    pub fn parse(text: &str) -> Result<Self, PinsError> {
        if text.trim().is_empty() {
            return Ok(Self::new());
        }
        let mut faults = Faults::new(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            faults.add(&error.span().unwrap_or(0..0), format!("invalid TOML: {}", error.message()));
        }
        faults.into_result()?;
        let mut faults = Faults::new(text);
        let mut table = Table::root(&document);
        let version = table.needed("version", &mut faults);
        if let Some(value) = version.filter(|value| value.integer() != Some(VERSION)) {
            let what = format!("expected the version of the pin store, {VERSION}");
            faults.add(&value.span, what);
            faults.into_result()?;
            faults = Faults::new(text);
        }
        let by_name = pins(table.take("pins"), &mut faults);
        table.finish(&mut faults);
        faults.into_result()?;
        Ok(Self { by_name })
    }

    /// The store as text: what [`Pins::parse`] reads. The same pins always give the same text.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# Who has signed the modules that were seen before: written by cargo-wasmsign.\nversion = 1\n",
        );
        for (name, pin) in &self.by_name {
            write_pin(&mut text, name, pin).expect("a string takes everything");
        }
        text
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// What is remembered of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Pin> {
        self.by_name.get(name)
    }

    /// Remembers this of a name, in place of what was.
    pub fn set(&mut self, name: impl Into<String>, pin: Pin) {
        self.by_name.insert(name.into(), pin);
    }

    /// Forgets a name; what was remembered of it.
    pub fn remove(&mut self, name: &str) -> Option<Pin> {
        self.by_name.remove(name)
    }
}

fn write_pin(text: &mut String, name: &str, pin: &Pin) -> core::fmt::Result {
    text.write_str("\n[pins.")?;
    text.key(name)?;
    text.write_str("]\nsigners = [")?;
    for (index, key) in pin.signers.iter().enumerate() {
        write!(text, "{}\"{key}\"", if index > 0 { ", " } else { "" })?;
    }
    text.write_str("]\n")?;
    match &pin.version {
        Some(version) => writeln!(text, "version = \"{version}\""),
        None => Ok(()),
    }
}

fn pins(value: Option<Value<'_>>, faults: &mut Faults<'_>) -> BTreeMap<String, Pin> {
    let table = value.and_then(|value| value.table(faults));
    let mut pins = BTreeMap::new();
    for (name, value) in table.iter().flat_map(Table::entries) {
        if let Some(pin) = value.table(faults).and_then(|table| pin(table, faults)) {
            pins.insert(name.value.into(), pin);
        }
    }
    pins
}

fn pin(mut table: Table<'_>, faults: &mut Faults<'_>) -> Option<Pin> {
    let listed = table.needed("signers", faults)?;
    let texts = listed.strings(faults);
    if listed.is_empty_array() {
        faults.add(&listed.span, "a pin needs a signer");
    }
    let signers = texts.iter().filter_map(|text| signer(text, faults)).collect();
    let version = table.take("version").and_then(|value| value.string(faults));
    let version = version.and_then(|text| {
        let parsed = Version::parse(text.value);
        faults.take(&text.span, parsed.map_err(|error| format!("expected a version: {error}")))
    });
    table.finish(faults);
    Some(Pin { signers, version })
}

fn signer(text: &Located<&str>, faults: &mut Faults<'_>) -> Option<PublicKey> {
    let key = text.value.parse::<PublicKey>();
    faults.take(&text.span, key.map_err(|error| format!("{error}")))
}
