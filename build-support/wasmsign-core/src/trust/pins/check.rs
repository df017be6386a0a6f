//! A module against what is remembered of its name.

use alloc::string::String;
use alloc::vec::Vec;

use super::pin::Pin;
use super::store::Pins;
use crate::keys::PublicKey;
use crate::manifest::Version;
use crate::trust::model::Trust;
use crate::verify::Verified;
#[cfg(feature = "whole-file")]
use crate::verify::VerifiedFile;

/// What a store says of a module that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinCheck {
    /// Nothing was known of the name: the module is accepted, and to be pinned so. Put it in the store.
    New(Pin),
    /// One of the pinned signers, or a successor of one, has signed it.
    Known,
    /// The same, and more is known now than before: a higher version. Put it in the store.
    Newer(Pin),
    /// Nobody has signed the module, and nothing was known of the name: accepted, and never pinned.
    Unsigned,
    /// The module is refused.
    Refused(PinRefusal),
}

/// Why a store refuses a module that was verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinRefusal {
    /// None of the pinned signers has signed it.
    #[error("pinned to {}, but signed by {}", keys(pinned), keys(found))]
    Changed {
        /// The pinned signers.
        pinned: Vec<PublicKey>,
        /// Who has signed it.
        found: Vec<PublicKey>,
    },
    /// Its version is lower than the pinned one, or it says none any more.
    #[error("version {pinned} was seen before, but this is {}", version(found.as_ref()))]
    RolledBack {
        /// The pinned version.
        pinned: Version,
        /// The version that it says.
        found: Option<Version>,
    },
}

impl PinRefusal {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "pin-changed",
            Self::RolledBack { .. } => "rolled-back",
        }
    }
}

fn keys(keys: &[PublicKey]) -> String {
    match keys {
        [] => "nobody".into(),
        keys => keys.iter().map(|key| alloc::format!("{key}")).collect::<Vec<_>>().join(", "),
    }
}

fn version(version: Option<&Version>) -> String {
    version
        .map_or_else(|| "without a version".into(), |version| alloc::format!("version {version}"))
}

impl Pins {
    /// As [`Pins::check`], for a file that is no module, such as the archive of a package.
    #[cfg(feature = "whole-file")]
    #[must_use]
    pub fn check_file(&self, name: &str, file: &VerifiedFile, trust: Option<&Trust>) -> PinCheck {
        self.check(name, file.proof(), trust, false)
    }

    /// Decides about a module of this name that was verified, by what is remembered of the name.
    ///
    /// Nothing changes in the store: [`PinCheck::New`] and [`PinCheck::Newer`] have what is to be put there with
    /// [`Pins::set`]. The successions of `trust` count: a key that has taken over from a pinned one is as good.
    /// `downgrade` accepts lower versions too, and then the pinned one stays.
    #[must_use]
    pub fn check(
        &self,
        name: &str,
        verified: &Verified,
        trust: Option<&Trust>,
        downgrade: bool,
    ) -> PinCheck {
        let found = Pin::of(verified);
        let (pinned, found) = match (self.get(name), found) {
            (None, None) => return PinCheck::Unsigned,
            (None, Some(found)) => return PinCheck::New(found),
            (Some(pinned), None) => (pinned, Pin { signers: Vec::new(), version: None }),
            (Some(pinned), Some(found)) => (pinned, found),
        };
        let follows = |old: &PublicKey, new: &PublicKey| match trust {
            Some(trust) => trust.succeeds(old, new),
            None => old == new,
        };
        let mut signers = found.signers.iter();
        if !signers.any(|new| pinned.signers.iter().any(|old| follows(old, new))) {
            let (pinned, found) = (pinned.signers.clone(), found.signers);
            return PinCheck::Refused(PinRefusal::Changed { pinned, found });
        }
        match (&pinned.version, found.version) {
            (Some(seen), Some(found)) if found.cmp_precedence(seen).is_gt() => newer(pinned, found),
            (Some(seen), Some(found)) if found.cmp_precedence(seen).is_eq() => PinCheck::Known,
            (None, Some(found)) => newer(pinned, found),
            (None, None) => PinCheck::Known,
            (Some(_), _) if downgrade => PinCheck::Known,
            (Some(seen), found) => {
                PinCheck::Refused(PinRefusal::RolledBack { pinned: seen.clone(), found })
            }
        }
    }
}

/// The signers stay: a key that happens to sign a version too is not pinned by that.
fn newer(pinned: &Pin, version: Version) -> PinCheck {
    PinCheck::Newer(Pin { signers: pinned.signers.clone(), version: Some(version) })
}
