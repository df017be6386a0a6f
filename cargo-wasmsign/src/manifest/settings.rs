//! What counts for a package: with the origin of each value, and without.

use std::path::PathBuf;

use serde_json::json;

use super::layer::{Layer, Placement, Unfinished};
use super::listing::Listing;
use super::optimize::{Interface, Optimize, OptimizeSettings};
use super::sections::{Sections, SectionsSettings};
use super::setting::{Origin, Setting};
use super::transform::{Transform, TransformSettings};
use crate::error::Result;
use crate::keys::KeyIdChoice;

/// What is to be done with the modules of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageConfig {
    /// cargo's profile that all this is for.
    pub profile: String,
    /// Its `opt-level`, as far as it is known before cargo is called.
    pub opt_level: Option<String>,
    /// Whether the package takes part at all.
    pub enabled: bool,
    /// The targets to build for, at least one; `None` where nothing names any.
    pub targets: Option<Vec<String>>,
    /// Who signs, in this order: names of keys that each have a [`super::KeyConfig`], or what `--key` says.
    pub sign_with: Vec<String>,
    /// Where the signatures go.
    pub signature: Placement,
    /// The key id to store beside them.
    pub key_id: KeyIdChoice,
    /// Whether the module must come out the same wherever it is built.
    pub reproducible: bool,
    /// Whether the module carries the list of what it was built from.
    pub auditable: bool,
    /// Where published modules are copied to, as a whole path; `None` for nowhere.
    pub artifact_dir: Option<PathBuf>,
    /// What becomes of a module that is not finished.
    pub unfinished: Unfinished,
    /// What rewrites the module, in this order.
    pub transforms: Vec<Transform>,
    /// What the optimizer does; `None` where it is off.
    pub optimize: Option<Optimize>,
    /// What the module shows its host and asks of it, with the optimizer and without.
    pub interface: Interface,
    /// What happens to the custom sections.
    pub sections: Sections,
}

impl PackageConfig {
    /// What the optimizer is expected to do.
    pub fn expected_optimize(&self) -> Option<Optimize> {
        let options = self.optimize.clone()?;
        match &self.opt_level {
            None => Some(options),
            Some(level) => options.for_opt_level(level),
        }
    }
}

/// A [`PackageConfig`] of which each value knows where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    profile: String,
    opt_level: Option<String>,
    pub(super) enabled: Setting<bool>,
    pub(super) targets: Setting<Option<Vec<String>>>,
    pub(super) sign_with: Setting<Vec<String>>,
    pub(super) signature: Setting<Placement>,
    pub(super) key_id: Setting<KeyIdChoice>,
    pub(super) reproducible: Setting<bool>,
    pub(super) auditable: Setting<bool>,
    pub(super) artifact_dir: Setting<Option<PathBuf>>,
    pub(super) unfinished: Setting<Unfinished>,
    pub(super) transform: TransformSettings,
    pub(super) optimize: OptimizeSettings,
    pub(super) sections: SectionsSettings,
}

/// What counts where nobody says anything.
impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: String::new(),
            opt_level: None,
            enabled: Setting::unsaid(true),
            targets: Setting::unsaid(None),
            sign_with: Setting::unsaid(Vec::new()),
            signature: Setting::unsaid(Placement::Embedded),
            key_id: Setting::unsaid(KeyIdChoice::Auto),
            reproducible: Setting::unsaid(false),
            auditable: Setting::unsaid(false),
            artifact_dir: Setting::unsaid(None),
            unfinished: Setting::unsaid(Unfinished::Refuse),
            transform: TransformSettings::default(),
            optimize: OptimizeSettings::default(),
            sections: SectionsSettings::default(),
        }
    }
}

impl Settings {
    /// What counts for a profile with these layers, the nearest first.
    pub(super) fn of<'a>(
        profile: &str,
        layers: impl DoubleEndedIterator<Item = &'a Layer>,
    ) -> Result<Self> {
        let mut settings = Self { profile: profile.to_owned(), ..Self::default() };
        layers.rev().for_each(|layer| settings.cover(layer));
        settings.transform.check()?;
        Ok(settings)
    }

    /// Puts a nearer layer on top.
    fn cover(&mut self, nearer: &Layer) {
        self.enabled.yield_to(nearer.enabled.as_ref());
        self.targets.yield_to(nearer.targets.as_ref());
        self.sign_with.yield_to(nearer.sign_with.as_ref());
        self.signature.yield_to(nearer.signature.as_ref());
        self.key_id.yield_to(nearer.key_id.as_ref());
        self.reproducible.yield_to(nearer.reproducible.as_ref());
        self.auditable.yield_to(nearer.auditable.as_ref());
        self.artifact_dir.yield_to(nearer.artifact_dir.as_ref());
        self.unfinished.yield_to(nearer.unfinished.as_ref());
        nearer.transform.iter().for_each(|transform| self.transform.cover(transform));
        self.optimize.cover(&nearer.optimize);
        self.sections.cover(&nearer.sections);
    }

    /// Whether the package takes part at all.
    pub fn is_enabled(&self) -> bool {
        self.enabled.value
    }

    /// The targets to build for; `None` where nothing names any.
    pub fn targets(&self) -> Option<&[String]> {
        self.targets.value.as_deref()
    }

    /// Names targets where nobody else does: cargo's own configuration, or in the end we.
    pub fn or_targets(&mut self, targets: Vec<String>, origin: Origin) {
        if self.targets.value.is_none() {
            self.targets = Setting { value: Some(targets), origin };
        }
    }

    /// Says which `opt-level` cargo is expected to compile with.
    pub fn expect_opt_level(&mut self, opt_level: String) {
        self.opt_level = Some(opt_level);
    }

    /// Whether the signers are the arguments of `--key` rather than names of keys.
    pub(super) fn signs_with_arguments(&self) -> bool {
        matches!(self.sign_with.origin, Origin::CommandLine(_))
    }

    /// The values one by one.
    pub(super) fn list(&self) -> Listing {
        let mut listing = Listing::default();
        listing.add("enabled", &self.enabled, |on| json!(on));
        listing.add("target", &self.targets, |targets| match targets.as_deref() {
            Some([one]) => json!(one),
            several => json!(several),
        });
        listing.add("sign-with", &self.sign_with, |names| json!(names));
        listing.add("signature", &self.signature, |placement| json!(placement.as_str()));
        listing.add("key-id", &self.key_id, |id| json!(id.to_string()));
        listing.add("reproducible", &self.reproducible, |on| json!(on));
        listing.add("auditable", &self.auditable, |on| json!(on));
        listing.add("artifact-dir", &self.artifact_dir, |directory| {
            json!(directory.as_ref().map(|path| path.to_string_lossy()))
        });
        listing.add("unfinished", &self.unfinished, |word| json!(word.as_str()));
        self.transform.list(&mut listing);
        match &self.opt_level {
            None => self.optimize.list(&mut listing),
            Some(level) => self.optimize.for_opt_level(&self.profile, level).list(&mut listing),
        }
        self.sections.list(&mut listing);
        listing
    }

    /// The values alone.
    pub fn into_config(self) -> PackageConfig {
        let (optimize, interface) = self.optimize.finish();
        PackageConfig {
            profile: self.profile,
            opt_level: self.opt_level,
            enabled: self.enabled.value,
            targets: self.targets.value,
            sign_with: self.sign_with.value,
            signature: self.signature.value,
            key_id: self.key_id.value,
            reproducible: self.reproducible.value,
            auditable: self.auditable.value,
            artifact_dir: self.artifact_dir.value,
            unfinished: self.unfinished.value,
            transforms: self.transform.finish(),
            optimize,
            interface,
            sections: self.sections.finish(),
        }
    }
}
