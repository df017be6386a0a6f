//! What a release is called, and whether its tag says so.

use cargo_metadata::Package;

use super::index::Index;
use crate::error::{Error, Result};
use crate::ops::partition::Partition;

/// The name of a release of several packages.
const SEVERAL: &str = "workspace";

/// Name and version of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    pub(super) name: String,
    /// None where packages have several versions.
    pub(super) version: Option<String>,
}

impl Title {
    /// That of a release of these packages.
    ///
    /// # Errors
    ///
    /// Exit code 2: a package has no version.
    pub(super) fn of(packages: &[Package]) -> Result<Self> {
        packages.iter().try_for_each(refuse_without_version)?;
        let mut versions = packages.iter().map(|package| package.version.to_string());
        let first = versions.next();
        let version = first.filter(|first| versions.all(|version| version == *first));
        let name = match packages {
            [only] => only.name.to_string(),
            _ => SEVERAL.to_owned(),
        };
        Ok(Self { name, version })
    }

    /// That of an index.
    pub(super) fn of_index(index: &Index) -> Self {
        Self { name: index.name.clone(), version: index.version.clone() }
    }

    /// Refuses a tag of another version or package.
    ///
    /// # Errors
    ///
    /// Exit code 2.
    pub(super) fn refuse_other_tag(&self, tag: &str, packages: &[Package]) -> Result<()> {
        let whole = self.version.iter().map(|version| format!("v{version}"));
        let single = match packages {
            [only] => Some(format!("{}-v{}", only.name, only.version)),
            _ => None,
        };
        let expected: Vec<_> = whole.chain(single).collect();
        if expected.iter().any(|name| name == tag) {
            return Ok(());
        }
        let of_one = |package: &&Package| format!("{}-v{}", package.name, package.version) == tag;
        let error = Error::usage(match tag {
            "" => "`--tag` is empty".to_owned(),
            tag => format!("the tag `{}` is not that of this release", tag.escape_debug()),
        });
        if let Some(one) = packages.iter().find(of_one) {
            return Err(error.advice(format!("release this package alone, with `-p {}`", one.name)));
        }
        Err(match &expected[..] {
            [] => error.advice("the packages have several versions: release one with `-p`, and a tag `PACKAGE-vVERSION`"),
            tags => error.advice(format!("expected `{}`; correct the tag, or `version` in Cargo.toml", tags.join("` or `"))),
        })
    }

    /// The name of the release's directory.
    ///
    /// # Errors
    ///
    /// Exit code 2: nothing tells it from others.
    pub(super) fn directory(
        &self,
        revision: Option<&str>,
        part: Option<Partition>,
    ) -> Result<String> {
        let version = match (&self.version, revision) {
            (Some(version), _) => version.as_str(),
            (None, Some(revision)) => &revision[..12],
            (None, None) => {
                return Err(Error::usage(
                    "the packages have several versions, and there is no git revision to name the release after",
                )
                .advice("pass the directory with `--out`, or release one package with `-p`"));
            }
        };
        let part = part.map(|part| format!("-{}-of-{}", part.part(), part.parts()));
        Ok(format!("{}-{version}{}", self.name, part.unwrap_or_default()))
    }

    /// Name and version for people.
    pub(super) fn in_words(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

/// cargo gives a package without a version this one.
fn refuse_without_version(package: &Package) -> Result<()> {
    let version = &package.version;
    match (version.major, version.minor, version.patch) {
        (0, 0, 0) => {
            Err(Error::usage(format!("the package `{}` has no version to release", package.name))
                .advice("set `version` in its Cargo.toml to something greater than 0.0.0"))
        }
        _ => Ok(()),
    }
}
