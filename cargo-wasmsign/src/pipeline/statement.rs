//! What the modules of a package say of themselves.

use std::collections::BTreeMap;

use cargo_metadata::semver::Version;
use wasmsign_core::ModuleManifest;
use wasmsign_core::manifest::MANIFEST_SECTION;

use crate::error::{Error, Result};
use crate::manifest::{Keep, Optimize, OptimizeOptions};
use crate::module::optimize::Ran;
use crate::project::Revision;

/// What is known of a module before cargo builds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The package.
    pub package: String,
    /// Its version.
    pub version: Version,
    /// What of it was checked out.
    pub revision: Option<Revision>,
    /// What the publisher says besides.
    pub extra: BTreeMap<String, String>,
}

/// What is known once it is built.
pub(super) struct Made<'a> {
    /// The cargo target.
    pub(super) target: &'a str,
    /// cargo's profile.
    pub(super) profile: &'a str,
    /// SHA-256 of what cargo made, which has no signature.
    pub(super) built: &'a str,
    /// Who has optimized it, and how.
    pub(super) optimizer: Option<(&'a Ran, &'a Optimize)>,
}

impl Statement {
    /// The content of the section.
    ///
    /// # Errors
    ///
    /// Exit code 2 where it is too long.
    pub(super) fn encode(&self, made: &Made<'_>) -> Result<Vec<u8>> {
        let built = format!("sha256:{}", made.built).parse();
        let built = built.expect("a digest in hexadecimal is an identity");
        let (target, profile) = (made.target, made.profile);
        let mut builder =
            ModuleManifest::builder(&self.package, &self.version, target, profile, built);
        if let Some(Revision { commit, is_dirty }) = &self.revision {
            builder = builder.revision(format!("git:{commit}"), *is_dirty);
        }
        if let Some((ran, optimize)) = made.optimizer {
            builder =
                builder.optimizer("binaryen", number(&ran.version), options(&optimize.options));
        }
        for (key, value) in &self.extra {
            builder = builder.extra(key, value);
        }
        let encoded = builder.build().and_then(|manifest| manifest.encode());
        encoded.map_err(|error| {
            Error::usage(format!("the section `{MANIFEST_SECTION}` cannot be made: {error}"))
                .advice("shorten the texts in `manifest.extra`")
        })
    }
}

/// The version in what an optimizer calls itself, such as `wasm-opt version 116`; several for a component that several have
/// optimized.
fn number(version: &str) -> String {
    let is_number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    let one = |tool: &'_ str| tool.split_whitespace().find(is_number).map(str::to_owned);
    let numbers: Option<Vec<_>> = version.split(" and ").map(one).collect();
    numbers.map_or_else(|| version.to_owned(), |numbers| numbers.join(" and "))
}

/// What the optimizer was asked to do, as options of a command.
fn options(options: &OptimizeOptions) -> Vec<String> {
    let keep = |what: &str, keep: Keep| match keep {
        Keep::Keep => format!("--keep-{what}"),
        Keep::Strip => format!("--strip-{what}"),
    };
    let level = format!("-O{}", options.level.as_str());
    let passes = options.passes.iter().map(|pass| format!("--{pass}"));
    let kept = [keep("names", options.names), keep("debug", options.debug)];
    std::iter::once(level).chain(passes).chain(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_its_number() {
        for (version, expected) in [
            ("binaryen 116 (embedded)", "116"),
            ("wasm-opt version 123 (version_123-4-gabcdef)", "123"),
            ("binaryen 116 (embedded) and wasm-opt version 123", "116 and 123"),
            ("wasm-opt of unknown version", "wasm-opt of unknown version"),
        ] {
            assert_eq!(number(version), expected);
        }
    }
}
