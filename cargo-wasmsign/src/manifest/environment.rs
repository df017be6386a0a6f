//! What the environment says.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::keys::Keys;
use super::layer::{Layer, signers, targets};
use super::optimize::Switch;
use super::setting::{Origin, Setting};
use super::source::Place;
use super::text::Text;
use crate::error::Result;

const TARGET: &str = "CARGO_WASMSIGN_TARGET";
const SIGN_WITH: &str = "CARGO_WASMSIGN_SIGN_WITH";
const SIGNATURE: &str = "CARGO_WASMSIGN_SIGNATURE";
const KEY_ID: &str = "CARGO_WASMSIGN_KEY_ID";
const OPTIMIZE: &str = "CARGO_WASMSIGN_OPTIMIZE";
/// Every variable of ours, those too that are read elsewhere.
pub(super) const VARIABLES: [&str; 7] = [
    TARGET,
    SIGN_WITH,
    SIGNATURE,
    KEY_ID,
    OPTIMIZE,
    "CARGO_WASMSIGN_CACHE_SIZE",
    "CARGO_WASMSIGN_OPTIMIZER",
];

/// The environment variables that stand above every manifest; an empty one is an unset one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<&'static str, OsString>);

impl Environment {
    /// The variables of this process.
    pub fn from_process() -> Self {
        Self::new(VARIABLES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))))
    }

    /// Variables by name; others than those that count are left out.
    pub fn new<N: AsRef<str>, V: Into<OsString>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let known = |name: N| VARIABLES.into_iter().find(|known| *known == name.as_ref());
        let pairs =
            pairs.into_iter().filter_map(|(name, value)| Some((known(name)?, value.into())));
        Self(pairs.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The variables as the layer above all manifests.
    pub(super) fn layer(&self, keys: &Keys) -> Result<Layer> {
        Ok(Layer {
            targets: self.get(TARGET, |text| targets(&text.split()))?,
            sign_with: self.get(SIGN_WITH, |text| signers(&text.split(), keys))?,
            signature: self.get(SIGNATURE, |text| text.parse())?,
            key_id: self.get(KEY_ID, |text| text.parse())?,
            optimize: self
                .get(OPTIMIZE, Switch::from_variable)?
                .map(Into::into)
                .unwrap_or_default(),
            ..Layer::default()
        })
    }

    fn get<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Text<'_>) -> Result<T>,
    ) -> Result<Option<Setting<T>>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let place = Place::Variable(name);
        let text =
            value.to_str().ok_or_else(|| place.error("expected UTF-8, found other bytes"))?;
        let value = read(&Text::new(place, text))?;
        Ok(Some(Setting { value, origin: Origin::Environment(name) }))
    }
}
