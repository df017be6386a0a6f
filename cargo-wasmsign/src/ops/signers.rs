//! Who signs what is there already: keys that the command line names, and those of a manifest.

use std::path::{Path, PathBuf};

use super::resolve;
use crate::error::{Error, Result};
use crate::keys::{PassphraseSource, Signer};
use crate::project::{Configuration, Resolution, Workspace, is_in_project};

/// Signers by their names.
#[derive(Debug)]
pub(crate) struct Signers {
    /// Secret keys, as `--key` names them.
    pub(crate) keys: Vec<String>,
    /// Where the passphrase of an encrypted key is.
    pub(crate) passphrase: PassphraseSource,
    /// Signers by their names in the manifest.
    pub(crate) with: Vec<String>,
    /// That manifest, where it is not in this directory or above it.
    pub(crate) manifest_path: Option<PathBuf>,
}

impl Signers {
    /// Whether nobody is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.with.is_empty()
    }

    /// Finds them.
    ///
    /// # Errors
    ///
    /// Exit code 2 where nobody is named; those of keys.
    pub(crate) fn load(&self) -> Result<Vec<Signer>> {
        self.load_any(false)
    }

    /// As [`Signers::load`]; the keys may be of secp256k1 too.
    ///
    /// # Errors
    ///
    /// As of [`Signers::load`].
    pub(crate) fn load_any(&self, takes_secp256k1: bool) -> Result<Vec<Signer>> {
        if self.is_empty() {
            return Err(Error::usage("no key to sign with").advice(
                "pass a secret key with `--key PATH`, `--key env:NAME`, `--key ssh-agent:FINGERPRINT` or \
                 `--key pkcs11:URI`, or a key of the manifest with `--with NAME`",
            ));
        }
        let signer = |key: &String| Signer::of_argument(key, &self.passphrase, takes_secp256k1);
        let mut signers = self.keys.iter().map(signer).collect::<Result<Vec<_>>>()?;
        signers.extend(self.of_manifest(takes_secp256k1)?);
        Ok(signers)
    }

    /// Those that `--with` names.
    fn of_manifest(&self, takes_secp256k1: bool) -> Result<Vec<Signer>> {
        if self.with.is_empty() {
            return Ok(Vec::new());
        }
        let manifest_path = self.manifest_path.clone();
        if manifest_path.as_deref().map_or_else(|| !is_in_project(), |path| !path.is_file()) {
            return Err(no_manifest(manifest_path.as_deref()));
        }
        let workspace = Workspace::load(&Resolution { manifest_path, ..Resolution::default() })?;
        let manifests = resolve::read(&workspace, &Configuration::load(&[])?)?;
        let signer = |name: &String| {
            let key = manifests.named("--with", name)?;
            Signer::of_manifest(key, &self.passphrase, takes_secp256k1)
        };
        self.with.iter().map(signer).collect()
    }
}

fn no_manifest(given: Option<&Path>) -> Error {
    let found = match given {
        Some(path) => format!("`{}` is not a file", path.display()),
        None => "there is no `Cargo.toml` in this directory or above it".to_owned(),
    };
    Error::usage(format!("`--with` needs a manifest, but {found}"))
        .advice("pass the manifest with `--manifest-path PATH/Cargo.toml`, or a key with `--key`")
}
