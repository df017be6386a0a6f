//! Whom the workspace trusts with its own modules: the keys that it signs them with.

use std::path::{Path, PathBuf};

use wasmsign_core::PublicKey;

use crate::error::{Error, Result};
use crate::keys;
use crate::manifest::{CommandLine, Manifests};
use crate::ops::build::layout::ArtifactPath;
use crate::ops::resolve::{self, Query, Resolved};
use crate::ops::select::{self, TargetFilter};
use crate::project::{self, Configuration, Resolution, Selection, Workspace};
use crate::sys::paths;

/// The workspace of a manifest, or of this directory, if there is one.
///
/// # Errors
///
/// Exit code 101 where cargo cannot read it.
pub(super) fn load(manifest_path: Option<&Path>) -> Result<Option<Workspace>> {
    if manifest_path.is_none() && !project::is_in_project() {
        return Ok(None);
    }
    let manifest_path = manifest_path.map(Path::to_owned);
    Workspace::load(&Resolution { manifest_path, ..Resolution::default() }).map(Some)
}

/// For each of these modules, which lie where `build` publishes them, the keys that sign it.
///
/// # Errors
///
/// Exit code 2 where a module is none of them, or nobody signs it.
pub(super) fn signers<'a>(
    workspace: &Workspace,
    modules: &'a [PathBuf],
) -> Result<Vec<(&'a Path, Vec<PublicKey>)>> {
    let configuration = &Configuration::load(&[])?;
    let target_directory = workspace.target_directory()?;
    let signers = |module: &'a PathBuf| {
        let path = ArtifactPath::of(&paths::whole(module)?)
            .filter(|path| path.is_below(&target_directory));
        let path = path.ok_or_else(no_key)?;
        let options = &CommandLine::default();
        let selection = &Selection { workspace: true, ..Selection::default() };
        let query = Query { selection, options, profile: path.profile(), configuration };
        let Resolved { manifests, packages } = resolve::packages(workspace, &query)?;
        let file = module.file_name().unwrap_or_default().to_string_lossy();
        let targets = TargetFilter { examples: path.is_example, ..TargetFilter::default() };
        let made = packages
            .into_iter()
            .find(|(package, _)| select::target_of(package, &targets, &file).is_some());
        let (_, settings) = made.ok_or_else(no_key)?;
        let names = settings.into_config().options.sign_with;
        let keys = names.iter().map(|name| public_keys(&manifests, name));
        let keys = keys.collect::<Result<Vec<_>>>()?.concat();
        if keys.is_empty() {
            return Err(no_key());
        }
        Ok((&**module, keys))
    };
    modules.iter().map(signers).collect()
}

fn public_keys(manifests: &Manifests, name: &str) -> Result<Vec<PublicKey>> {
    let key = manifests
        .key(name)
        .ok_or_else(|| Error::usage(format!("there is no key named `{}`", name.escape_debug())))?;
    keys::public_halves(key)
}

/// The error where nobody says whom to trust.
pub(super) fn no_key() -> Error {
    Error::usage("no key to verify with").advice(
        "pass the public key that you trust with `--public-key`: a path, or the key's own text; or pass a trust file \
         with `--policy`",
    )
}
