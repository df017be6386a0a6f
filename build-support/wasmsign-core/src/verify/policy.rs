//! What a verifier asks for, as data. Reads no bytes.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroUsize;

use crate::wasm::{Kind, Section};

#[cfg(feature = "manifest")]
use super::verdict::Reason;
#[cfg(feature = "manifest")]
use crate::manifest::{ModuleManifest, VersionReq};

/// How many of the trusted keys must have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Require {
    /// At least one.
    #[default]
    Any,
    /// Each of them, and at least one.
    All,
    /// At least so many distinct ones.
    AtLeast(NonZeroUsize),
}

impl Require {
    /// The number of signers wanted, of `keys` distinct keys. Never 0.
    #[must_use]
    pub fn count(self, keys: usize) -> usize {
        match self {
            Self::Any => 1,
            Self::All => keys.max(1),
            Self::AtLeast(count) => count.get(),
        }
    }
}

/// `any`, `all` or the number.
impl fmt::Display for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::All => f.write_str("all"),
            Self::AtLeast(count) => write!(f, "{count}"),
        }
    }
}

/// How much of a file the signatures must cover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Coverage {
    /// All of it.
    #[default]
    Whole,
    /// A prefix that holds every section that is not custom, and custom sections of these names.
    ///
    /// What lies behind it is not verified: see [`Verified::covered`](crate::Verified::covered).
    Prefix(SectionNames),
}

/// Decides by name whether a custom section is meant.
type NameTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Names of custom sections.
#[derive(Clone, Default)]
pub struct SectionNames {
    /// What was asked for, in the caller's own words.
    patterns: Vec<String>,
    /// What the patterns mean; they are the names themselves where there is none.
    test: Option<NameTest>,
}

impl SectionNames {
    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// These names, and no other spelling of them.
    pub fn exactly<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { patterns: names.into_iter().map(Into::into).collect(), test: None }
    }

    /// The names that pass `test`, which does what `patterns` say in a language of the caller's: globs, for one.
    ///
    /// Two of these are equal where their patterns are. So a caller that knows several languages puts its name into the
    /// pattern.
    pub fn matching<N: Into<String>>(
        patterns: impl IntoIterator<Item = N>,
        test: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            patterns: patterns.into_iter().map(Into::into).collect(),
            test: Some(Arc::new(test)),
        }
    }

    /// The names or patterns that were given.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether this name is one of them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match &self.test {
            Some(test) => test(name),
            None => self.patterns.iter().any(|wanted| wanted == name),
        }
    }
}

impl PartialEq for SectionNames {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns && self.test.is_some() == other.test.is_some()
    }
}

impl Eq for SectionNames {}

impl fmt::Debug for SectionNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.test.is_some() { "matching" } else { "exactly" };
        f.debug_tuple(word).field(&self.patterns).finish()
    }
}

/// `whole`, `prefix`, or `prefix` with the patterns of the sections in it.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Prefix(names) if names.patterns.is_empty() => f.write_str("prefix"),
            Self::Prefix(names) => write!(f, "prefix with {:?}", names.patterns),
        }
    }
}

/// How many keys must have signed how much of the file, and what kind of binary the file must be.
///
/// The default is the strictest: any key, the whole file, a module. Policies are data: they can be compared, shown and
/// stored.
///
/// ```
/// use wasmsign_core::{Policy, Require};
///
/// let policy = Policy::default().require(Require::All).prefix();
/// assert_eq!(policy.to_string(), "a module, signed by all of the keys, coverage prefix");
/// assert_ne!(policy, Policy::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// How many of the keys must have signed.
    pub require: Require,
    /// How much of the file they must cover.
    pub coverage: Coverage,
    /// The kind of binary that the header must announce; `None` where either will do.
    pub kind: Option<Kind>,
    /// The package that the module manifest in the covered range must name.
    #[cfg(feature = "manifest")]
    pub package: Option<String>,
    /// The versions that it may name.
    #[cfg(feature = "manifest")]
    pub version: Option<VersionReq>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            require: Require::Any,
            coverage: Coverage::Whole,
            kind: Some(Kind::Module),
            #[cfg(feature = "manifest")]
            package: None,
            #[cfg(feature = "manifest")]
            version: None,
        }
    }
}

impl Policy {
    /// Sets how many of the keys must have signed.
    #[must_use]
    pub fn require(mut self, require: Require) -> Self {
        self.require = require;
        self
    }

    /// Sets how much of the file they must cover.
    #[must_use]
    pub fn coverage(mut self, coverage: Coverage) -> Self {
        self.coverage = coverage;
        self
    }

    /// Is content with a signed prefix of the file that holds every section that is not custom.
    #[must_use]
    pub fn prefix(self) -> Self {
        self.prefix_with(SectionNames::none())
    }

    /// As [`Policy::prefix`]; the custom sections of these names must lie in the prefix too.
    #[must_use]
    pub fn prefix_with(self, sections: SectionNames) -> Self {
        self.coverage(Coverage::Prefix(sections))
    }

    /// Sets the kind of binary that the header must announce; `None` takes either. The header is not
    /// under the signature, so this is the only word on it.
    #[must_use]
    pub fn expect(mut self, kind: Option<Kind>) -> Self {
        self.kind = kind;
        self
    }

    /// Wants a module manifest in the covered range that names this package: else a validly signed module is refused as
    /// [`Reason::NoManifest`] or [`Reason::WrongPackage`].
    #[cfg(feature = "manifest")]
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.package = Some(name.into());
        self
    }

    /// Wants a module manifest in the covered range that names a version which meets this requirement, with cargo's
    /// meaning: `1.4` is `^1.4`, and a pre-release only meets a requirement that names one. Else a validly signed module
    /// is refused as [`Reason::NoManifest`] or [`Reason::WrongVersion`].
    ///
    /// ```
    /// use wasmsign_core::Policy;
    ///
    /// let policy = Policy::default().package("codec").version(">=1.4".parse()?);
    /// assert!(policy.to_string().ends_with(r#", of the package "codec", version >=1.4"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "manifest")]
    #[must_use]
    pub fn version(mut self, requirement: VersionReq) -> Self {
        self.version = Some(requirement);
        self
    }

    /// Whether a module that says this of itself in its covered range may pass.
    #[cfg(feature = "manifest")]
    pub(super) fn agrees_with(&self, manifest: Option<&ModuleManifest>) -> Result<(), Reason> {
        if self.package.is_none() && self.version.is_none() {
            return Ok(());
        }
        let manifest = manifest.ok_or(Reason::NoManifest)?;
        if let Some(expected) = self.package.as_ref().filter(|name| *name != manifest.package()) {
            let (expected, found) = (expected.clone(), manifest.package().into());
            return Err(Reason::WrongPackage { expected, found });
        }
        let version = manifest.version();
        match self.version.as_ref().filter(|expected| !expected.matches(&version)) {
            Some(expected) => {
                Err(Reason::WrongVersion { expected: expected.clone(), found: version })
            }
            None => Ok(()),
        }
    }

    /// Whether a prefix is enough.
    pub(super) fn takes_prefix(&self) -> bool {
        matches!(self.coverage, Coverage::Prefix(_))
    }

    /// Whether a prefix may be enough only if it holds this section.
    pub(super) fn must_cover(&self, section: &Section) -> bool {
        match (section.name(), &self.coverage) {
            (Some(name), Coverage::Prefix(names)) => names.contains(name),
            (None, _) | (Some(_), Coverage::Whole) => true,
        }
    }
}

/// One line that says what is asked for.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Some(Kind::Module) => "a module",
            Some(Kind::Component) => "a component",
            None => "a module or a component",
        };
        write!(f, "{kind}, signed by {} of the keys, coverage {}", self.require, self.coverage)?;
        #[cfg(feature = "manifest")]
        if let Some(package) = &self.package {
            write!(f, ", of the package {package:?}")?;
        }
        #[cfg(feature = "manifest")]
        if let Some(version) = &self.version {
            write!(f, ", version {version}")?;
        }
        Ok(())
    }
}
