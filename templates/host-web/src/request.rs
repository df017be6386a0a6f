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
    /// The package that the module must say it is.
    #[cfg(feature = "trust")]
    package: Option<String>,
    /// The versions that it may say, as cargo writes a requirement.
    #[cfg(feature = "trust")]
    version: Option<String>,
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
        let policy = self.policy();
        #[cfg(feature = "trust")]
        let policy = self.of_package(policy)?;
        Verifier::builder(keys).policy(policy).build().map_err(Fault::unfit)
    }

    /// The policy, with what is asked of the module manifest.
    #[cfg(feature = "trust")]
    fn of_package(&self, mut policy: Policy) -> Result<Policy, Fault> {
        if let Some(package) = &self.package {
            policy = policy.package(package);
        }
        match self.version.as_ref().map(|text| text.parse()) {
            None => Ok(policy),
            Some(Ok(requirement)) => Ok(policy.version(requirement)),
            Some(Err(error)) => Err(Fault::version(&error)),
        }
    }

    /// Whether it says nothing that a trust file says.
    #[cfg(feature = "trust")]
    fn asks_for_nothing(&self) -> bool {
        self.keys.is_empty()
            && self.require == Required::Any
            && self.coverage == Coverage::Whole
            && self.sections.is_empty()
            && self.package.is_none()
            && self.version.is_none()
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
