//! The manifest as a value, and how it is written.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use semver::Version;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::error::ManifestError;
use crate::digest::Identity;
use crate::limits::MAX_MANIFEST_BYTES;

/// The name of the custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "wasmsign-manifest";

/// The only value of `schema`.
pub(super) const SCHEMA: u64 = 1;

/// Text that may belong to the program.
pub(super) type Text = Cow<'static, str>;

/// What a module says of itself; read by [`ModuleManifest::parse`] and made by [`ModuleManifest::builder`].
///
/// Texts of it come from the module: escape them before they reach a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleManifest {
    pub(super) package: Text,
    /// A semantic version.
    pub(super) version: Text,
    pub(super) target: Text,
    pub(super) profile: Text,
    pub(super) revision: Option<Text>,
    pub(super) dirty: Option<bool>,
    pub(super) built: Identity,
    pub(super) optimizer: Option<Optimizer>,
    /// Sorted by key.
    pub(super) extra: Cow<'static, [(Text, Text)]>,
}

/// The optimizer that a module went through.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Optimizer {
    /// Its name: `binaryen`.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
    /// What it was told, in order.
    pub options: Cow<'static, [Cow<'static, str>]>,
}

impl ModuleManifest {
    /// What `wasmsign-macros` has read while a program was compiled: package, version, target and profile; revision, and
    /// whether there were changes; what cargo made; name and version of the optimizer with its options; the rest, sorted.
    pub(crate) const fn from_build(
        [package, version, target, profile]: [&'static str; 4],
        (revision, dirty): (Option<&'static str>, Option<bool>),
        built: Identity,
        optimizer: Option<[&'static str; 2]>,
        options: &'static [Text],
        extra: &'static [(Text, Text)],
    ) -> Self {
        let optimizer = match optimizer {
            Some([name, version]) => Some(Optimizer {
                name: Cow::Borrowed(name),
                version: Cow::Borrowed(version),
                options: Cow::Borrowed(options),
            }),
            None => None,
        };
        let revision = match revision {
            Some(revision) => Some(Cow::Borrowed(revision)),
            None => None,
        };
        Self {
            package: Cow::Borrowed(package),
            version: Cow::Borrowed(version),
            target: Cow::Borrowed(target),
            profile: Cow::Borrowed(profile),
            revision,
            dirty,
            built,
            optimizer,
            extra: Cow::Borrowed(extra),
        }
    }

    /// The cargo package.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The package's version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version.parse().expect("whoever makes a manifest checks the version")
    }

    /// The cargo target.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The cargo profile.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The commit: `git:` and its hexadecimal digits.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// Whether the package's directory had changes that are not in the commit.
    #[must_use]
    pub fn dirty(&self) -> Option<bool> {
        self.dirty
    }

    /// The identity of what cargo made, before transform and optimizer.
    #[must_use]
    pub fn built(&self) -> Identity {
        self.built
    }

    /// The optimizer that the module went through.
    #[must_use]
    pub fn optimizer(&self) -> Option<&Optimizer> {
        self.optimizer.as_ref()
    }

    /// What the publisher says besides, sorted by key.
    pub fn extra(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.extra.iter().map(|(key, value)| (key.as_ref(), value.as_ref()))
    }

    /// The content of the section: the keys in their order, without white space. The same value gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`ManifestError::TooLong`].
    pub fn encode(&self) -> Result<Vec<u8>, ManifestError> {
        let bytes = serde_json::to_vec(self).expect("texts, lists and flags are JSON");
        match bytes.len() > MAX_MANIFEST_BYTES {
            true => Err(ManifestError::TooLong { length: bytes.len() as u64 }),
            false => Ok(bytes),
        }
    }
}

/// The keys in their order.
impl Serialize for ModuleManifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = serializer.serialize_struct("ModuleManifest", 10)?;
        keys.serialize_field("schema", &SCHEMA)?;
        keys.serialize_field("package", &self.package)?;
        keys.serialize_field("version", &self.version)?;
        keys.serialize_field("target", &self.target)?;
        keys.serialize_field("profile", &self.profile)?;
        keys.serialize_field("revision", &self.revision)?;
        keys.serialize_field("dirty", &self.dirty)?;
        keys.serialize_field("built", &self.built)?;
        keys.serialize_field("optimizer", &self.optimizer)?;
        keys.serialize_field("extra", &Extra(&self.extra))?;
        keys.end()
    }
}

impl Serialize for Optimizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = serializer.serialize_struct("Optimizer", 3)?;
        keys.serialize_field("name", &self.name)?;
        keys.serialize_field("version", &self.version)?;
        keys.serialize_field("options", &self.options)?;
        keys.end()
    }
}

/// Pairs that are an object.
struct Extra<'a>(&'a [(Text, Text)]);

impl Serialize for Extra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
