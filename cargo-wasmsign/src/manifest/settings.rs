//! What counts for a package: with the origin of each value, and without.

use super::listing::Listing;
use super::optimize::{Interface, Optimize};
use super::options::{Options, OptionsLayer};
use super::setting::{Origin, Setting};
use super::table::Layer;
use crate::error::Result;

/// What is to be done with the modules of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageConfig {
    /// cargo's profile that all this is for.
    pub profile: String,
    /// Its `opt-level`, as far as it is known before cargo is called.
    pub opt_level: Option<String>,
    /// What the manifests, the environment and the command line say.
    pub options: Options,
}

impl PackageConfig {
    /// What the optimizer does; `None` where it is off.
    pub fn optimize(&self) -> Option<&Optimize> {
        Some(&self.options.optimize).filter(|optimize| optimize.on)
    }

    /// What the optimizer is expected to do.
    pub fn expected_optimize(&self) -> Option<Optimize> {
        let optimize = self.optimize()?;
        match &self.opt_level {
            None => Some(optimize.clone()),
            Some(level) => optimize.for_opt_level(level),
        }
    }

    /// What the modules show their hosts and ask of them, with the optimizer and without.
    pub fn interface(&self) -> Interface {
        self.options.optimize.options.interface()
    }
}

/// A [`PackageConfig`] of which each value knows where it comes from.
#[derive(Debug, Clone)]
pub struct Settings {
    profile: String,
    opt_level: Option<String>,
    options: OptionsLayer,
}

impl Settings {
    /// What counts for a profile with these layers, the nearest first.
    pub(super) fn of<'a>(
        profile: &str,
        layers: impl DoubleEndedIterator<Item = &'a OptionsLayer>,
    ) -> Result<Self> {
        let mut options = OptionsLayer::default();
        layers.rev().for_each(|layer| options.cover(layer));
        options.transforms.check()?;
        Ok(Self { profile: profile.to_owned(), opt_level: None, options })
    }

    /// Whether the package takes part at all.
    pub fn is_enabled(&self) -> bool {
        self.options.enabled.0.value
    }

    /// The targets to build for; `None` where nothing names any.
    pub fn targets(&self) -> Option<&[String]> {
        self.options.targets.0.value.as_deref()
    }

    /// Names targets where nobody else does: cargo's own configuration, or in the end we.
    pub fn or_targets(&mut self, targets: Vec<String>, origin: Origin) {
        let said = &mut self.options.targets.0;
        if said.value.is_none() {
            *said = Setting { value: Some(targets), origin };
        }
    }

    /// Says which `opt-level` cargo is expected to compile with.
    pub fn expect_opt_level(&mut self, opt_level: String) {
        self.opt_level = Some(opt_level);
    }

    /// The names of the keys that sign; none where the command line says who does.
    pub(super) fn named_signers(&self) -> &[String] {
        match &self.options.sign_with.0 {
            Setting { origin: Origin::CommandLine(_), .. } => &[],
            Setting { value, .. } => value,
        }
    }

    /// The values one by one.
    pub(super) fn list(&self) -> Listing {
        let mut options = self.options.clone();
        if let Some(level) = &self.opt_level {
            options.optimize = options.optimize.for_opt_level(&self.profile, level);
        }
        let mut listing = Listing::default();
        options.list(String::new(), &mut listing);
        listing
    }

    /// The values alone.
    pub fn into_config(self) -> PackageConfig {
        let Self { profile, opt_level, options } = self;
        PackageConfig { profile, opt_level, options: options.into_value() }
    }
}
