//! What is remembered of a published module, so that a second build has nothing to do.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wasmsign_core::formats::Format;
use wasmsign_core::{Policy, Require, Verifier};

use super::seal_as;
use super::transform::products::Products;
use super::{Published, Recipe};
use crate::error::{Error, Result};
use crate::manifest::Placement;
use crate::module::optimize::Ran;
use crate::module::other_formats;
use crate::sys::files::{Access, Staged};
use crate::sys::hashing::{copy_with_sha256, sha256};

/// The file that remembers one published module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// What the module was made from and how: see [`Recipe::fingerprint`].
    fingerprint: String,
    /// SHA-256 of cargo's artifact.
    pub(super) built: String,
    /// SHA-256 of the published module.
    module: String,
    /// SHA-256 of the detached signature.
    signature: Option<String>,
    /// SHA-256 of each of the signatures in other formats.
    #[serde(default)]
    others: Vec<String>,
    /// Who has optimized it.
    #[serde(default)]
    optimizer: Option<Ran>,
    /// What the user's programs have made besides.
    products: Products,
    /// What was reported of it.
    published: Published,
}

/// What a module is made from, and how.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// [`Recipe::fingerprint`], as it was before anything was done.
    pub(super) fingerprint: String,
    /// SHA-256 of cargo's artifact.
    pub(super) built: String,
}

impl Record {
    /// A record of files that are about to be published.
    pub(super) fn of(
        source: Source,
        products: Products,
        optimizer: Option<Ran>,
        published: &Published,
        module: File,
        signature: Option<File>,
        others: Vec<File>,
    ) -> Result<Self> {
        let digest = |file: File| {
            copy_with_sha256(file, &mut io::sink())
                .map_err(|source| Error::io("failed to read a temporary file", source))
        };
        Ok(Self {
            fingerprint: source.fingerprint,
            built: source.built,
            module: digest(module)?,
            signature: signature.map(digest).transpose()?,
            others: others.into_iter().map(digest).collect::<Result<_>>()?,
            optimizer,
            products,
            published: published.clone(),
        })
    }

    /// Writes the record, to be published where [`Record::fresh`] looks for it. Whatever can be wrong with it is told
    /// before the module is seen by anybody.
    ///
    /// It is not synced: what a power cut leaves of a record only makes a module once more.
    pub(super) fn stage(&self, path: &Path) -> Result<Staged> {
        let mut staged = Staged::new(path, Access::Usual)?;
        let written = serde_json::to_vec(self).map_err(io::Error::from);
        written
            .and_then(|text| staged.file().write_all(&text))
            .map_err(|source| Error::io(format!("failed to write `{}`", path.display()), source))?;
        Ok(staged)
    }

    /// The published module, if it is what this recipe would make of these bytes again.
    ///
    /// Whatever keeps it from being so, an unreadable record too, means that the module is made again.
    pub(super) fn fresh(path: &Path, recipe: &Recipe, source: &Source) -> Option<Published> {
        let record: Self = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let same = record.fingerprint == source.fingerprint
            && record.built == source.built
            && recipe.would_optimize_with(record.optimizer.as_ref())
            && sha256(&record.published.path).ok()? == record.module
            && record.published.signature_path.as_deref().map(sha256).transpose().ok()?
                == record.signature
            && others(&record.published)? == record.others
            && record.products.are_there();
        (same && still_verifies(&record.published, recipe))
            .then_some(Published { fresh: true, ..record.published })
    }
}

/// Whether all signers of the recipe have signed the published files.
fn still_verifies(published: &Published, recipe: &Recipe) -> bool {
    if recipe.signers.is_empty() {
        return true;
    }
    if !other_formats_verify(published, recipe) {
        return false;
    }
    if !recipe.formats.contains(&Format::Wasmsign2) {
        return true;
    }
    let policy = Policy::default().require(Require::All).expect(None);
    let signers = recipe.signers.iter().filter(|signer| signer.secp256k1().is_none());
    let keys = signers.map(|signer| signer.public_key().clone());
    // No verifier, no verdict: the module is made again.
    let Ok(verifier) = Verifier::builder(keys).policy(policy).build() else { return false };
    let module = || File::open(&published.path).ok();
    let embedded = || module().is_some_and(|module| verifier.verify(module).is_ok());
    let detached = || {
        let signature = published.signature_path.as_ref().and_then(|path| std::fs::read(path).ok());
        signature
            .zip(module())
            .is_some_and(|(data, module)| verifier.verify_detached(module, &data).is_ok())
    };
    match recipe.placement {
        Placement::Embedded => embedded(),
        Placement::Detached => detached(),
        Placement::Both => embedded() && detached(),
    }
}

/// Whether the signatures in other formats are still valid ones of their signers.
fn other_formats_verify(published: &Published, recipe: &Recipe) -> bool {
    let Ok(all) = recipe.other_signatures() else { return false };
    all.iter().all(|(format, signers)| {
        let beside = other_formats::file_beside(&published.path, *format);
        let content = beside.map(std::fs::read).transpose().ok().flatten();
        let module = File::open(&published.path).ok();
        module.is_some_and(|module| {
            let options = seal_as::Options::default();
            seal_as::verifies(&module, *format, content.as_deref(), signers, &options)
        })
    })
}

/// The digests of the signatures in other formats; `None` where one cannot be read.
fn others(published: &Published) -> Option<Vec<String>> {
    published.other_signatures.iter().map(|other| sha256(&other.path).ok()).collect()
}

/// The signatures in other formats that an earlier build has published, and this one does not.
pub(super) fn stale_signatures(path: &Path, published: &Published) -> Vec<PathBuf> {
    let earlier = std::fs::read(path).ok();
    let earlier = earlier.and_then(|text| serde_json::from_slice::<Record>(&text).ok());
    let is_made = |path: &PathBuf| {
        Some(path) == published.signature_path.as_ref()
            || published.other_signatures.iter().any(|other| other.path == *path)
    };
    let earlier = earlier.into_iter().flat_map(|record| record.published.other_signatures);
    earlier.map(|other| other.path).filter(|path| !is_made(path)).collect()
}

/// Where the record of a published file is kept.
pub(super) fn path(state: &Path, file_name: &Path) -> PathBuf {
    let mut name = file_name.as_os_str().to_owned();
    name.push(".json");
    state.join(name)
}
