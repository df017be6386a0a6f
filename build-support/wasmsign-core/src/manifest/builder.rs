//! How a manifest is made.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use semver::Version;

use super::document::{ModuleManifest, Optimizer};
use super::error::ManifestError;
use super::read::is_revision;
use crate::digest::Identity;

/// A manifest in the making; made by [`ModuleManifest::builder`].
///
/// ```
/// use wasmsign_core::{Identity, ModuleManifest};
///
/// let built = Identity::from_bytes([7; 32]);
/// let manifest = ModuleManifest::builder("codec", &"1.4.0".parse()?, "codec", "release", built)
///     .revision("git:2b6f1e0c57a1d8f3b9044f9f0f6a3b1b5d4c3a29", false)
///     .extra("channel", "stable")
///     .build()?;
/// assert_eq!(ModuleManifest::parse(&manifest.encode()?), Ok(manifest));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "`build` makes the manifest"]
pub struct ManifestBuilder {
    manifest: ModuleManifest,
    extra: BTreeMap<String, String>,
}

impl ModuleManifest {
    /// A manifest of this package and version, made of this cargo target with this cargo profile. `built` is the identity
    /// of what cargo made. All else is empty at first.
    pub fn builder(
        package: impl Into<String>,
        version: &Version,
        target: impl Into<String>,
        profile: impl Into<String>,
        built: Identity,
    ) -> ManifestBuilder {
        let manifest = Self {
            package: Cow::Owned(package.into()),
            version: version.to_string().into(),
            target: Cow::Owned(target.into()),
            profile: Cow::Owned(profile.into()),
            revision: None,
            dirty: None,
            built,
            optimizer: None,
            extra: Cow::Borrowed(&[]),
        };
        ManifestBuilder { manifest, extra: BTreeMap::new() }
    }
}

impl ManifestBuilder {
    /// Sets the commit, as `git:` and its hexadecimal digits, and whether there are changes that are not in it.
    pub fn revision(mut self, revision: impl Into<String>, dirty: bool) -> Self {
        self.manifest.revision = Some(Cow::Owned(revision.into()));
        self.manifest.dirty = Some(dirty);
        self
    }

    /// Sets the optimizer: its name, its version, and what it was told.
    pub fn optimizer<O: Into<String>>(
        mut self,
        name: impl Into<String>,
        version: impl Into<String>,
        options: impl IntoIterator<Item = O>,
    ) -> Self {
        let (name, version) = (Cow::Owned(name.into()), Cow::Owned(version.into()));
        let options = options.into_iter().map(|option| Cow::Owned(option.into())).collect();
        self.manifest.optimizer = Some(Optimizer { name, version, options });
        self
    }

    /// Adds a text of the publisher. A key that was there before gets the new text.
    pub fn extra(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.insert(key.into(), value.into());
        self
    }

    /// Makes the manifest.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Broken`] where the revision is not `git:` and 40 or 64 hexadecimal digits, and
    /// [`ManifestError::TooLong`].
    pub fn build(self) -> Result<ModuleManifest, ManifestError> {
        let Self { mut manifest, extra } = self;
        if let Some(revision) = manifest.revision.as_deref().filter(|text| !is_revision(text)) {
            return Err(ManifestError::Broken(alloc::format!("{revision:?} is no revision")));
        }
        manifest.extra = extra.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        manifest.encode()?;
        Ok(manifest)
    }
}
