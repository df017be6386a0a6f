//! What is asked for.

use std::num::NonZeroUsize;

use serde::Deserialize;
use wasmsign_core::{Policy, PublicKey, Require, SectionNames, Verifier};

use crate::answer::Fault;
#[cfg(feature = "trust")]
use crate::trust::TrustFile;

/// A request, as JSON in UTF-8.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Request {
    /// The public keys that are trusted, in any form that `PublicKey::decode` reads.
    keys: Vec<String>,
    /// How many of them must have signed.
    #[serde(default)]
    require: Required,
    /// How much of the file they must have signed.
    #[serde(default)]
    coverage: Coverage,
    /// Custom sections that a prefix must hold, by their exact names.
    #[serde(default)]
    sections: Vec<String>,
    /// Whether the answer lists the sections.
    #[serde(default)]
    pub(crate) map: bool,
    /// What decides in place of all of these.
    #[cfg(feature = "trust")]
    #[serde(default)]
    trust: Option<TrustFile>,
}

/// `"any"`, `"all"`, or `{"atLeast": 2}`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Required {
    #[default]
    Any,
    All,
    AtLeast(NonZeroUsize),
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Coverage {
    #[default]
    Whole,
    Prefix,
}

impl Request {
    pub(crate) fn read(json: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(json).map_err(|error| Fault::request(&error))
    }

    /// A verifier that asks for this.
    pub(crate) fn verifier(&self) -> Result<Verifier, Fault> {
        #[cfg(feature = "trust")]
        if let Some(trust) = &self.trust {
            return if self.asks_for_nothing() { trust.verifier() } else { Err(Fault::both()) };
        }
        let key = |(index, text): (usize, &String)| {
            PublicKey::decode(text.as_bytes()).map_err(|error| Fault::key(index, &error))
        };
        let keys = self.keys.iter().enumerate().map(key).collect::<Result<Vec<_>, _>>()?;
        Verifier::builder(keys).policy(self.policy()).build().map_err(Fault::unfit)
    }

    /// Whether it says nothing that a trust file says.
    #[cfg(feature = "trust")]
    fn asks_for_nothing(&self) -> bool {
        self.keys.is_empty()
            && self.require == Required::Any
            && self.coverage == Coverage::Whole
            && self.sections.is_empty()
    }

    fn policy(&self) -> Policy {
        let policy = Policy::default().require(match self.require {
            Required::Any => Require::Any,
            Required::All => Require::All,
            Required::AtLeast(count) => Require::AtLeast(count),
        });
        match self.coverage {
            Coverage::Whole if self.sections.is_empty() => policy,
            _ => policy.prefix_with(SectionNames::exactly(&self.sections)),
        }
    }
}
