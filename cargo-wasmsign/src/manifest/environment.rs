//! What the environment says.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::place::Place;
use super::text::Text;
use crate::error::Result;

/// How the variables begin that stand above every manifest.
pub(super) const PREFIX: &str = "CARGO_WASMSIGN_";

/// The environment variables that stand above every manifest; an empty one is an unset one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// The variables of this process.
    pub fn from_process() -> Self {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value));
        Self::new(std::env::vars_os().filter_map(text))
    }

    /// Variables by name; others than those that count are left out.
    pub fn new<N: Into<String>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(pairs.filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty()).collect())
    }

    /// The value of a variable, where it is set.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<Text<'static>>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let place = Place::Variable(name);
        match value.to_str() {
            Some(text) => Ok(Some(Text::new(place, text))),
            None => Err(place.error("expected UTF-8, found other bytes")),
        }
    }
}
