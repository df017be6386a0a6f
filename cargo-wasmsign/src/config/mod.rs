//! The tables of the manifests: from `Cargo.toml` files to options that cannot be wrong.
//!
//! `source` reads a file and knows its lines, `reader` turns its values into the wanted types,
//! `keys`, `layer` and `optimize` say what the tables hold, `environment` reads the variables that
//! stand above them. All tables are read and checked, those of other profiles too; only then is a
//! package asked for, and its layers are laid over each other key by key.

mod environment;
mod globs;
mod key_id;
mod keys;
mod layer;
mod nearest;
mod optimize;
mod reader;
mod source;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use environment::Environment;
pub use globs::{SectionGlob, SectionGlobs};
pub use key_id::KeyIdChoice;
pub use keys::{KeyConfig, KeyText, SecretSource};
pub use layer::Placement;
pub(crate) use nearest::nearest;
pub use optimize::{Features, Keep, Level, Optimize, Tool};

use self::keys::Keys;
use self::layer::{Layer, PACKAGE, Tables, WORKSPACE};
use self::source::Source;
use crate::error::{Error, Result};

/// What the manifests of a workspace say, all of it checked.
#[derive(Debug)]
pub struct Manifests {
    keys: Keys,
    workspace: Tables,
    /// By package name; `None` where the package has no table.
    packages: BTreeMap<String, Option<Tables>>,
}

/// What is to be done with the modules of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageConfig {
    /// Whether the package takes part at all.
    pub enabled: bool,
    /// The targets to build for, at least one; `None` where nothing names any.
    pub targets: Option<Vec<String>>,
    /// The names of the signing keys, in this order; each has a [`KeyConfig`].
    pub sign_with: Vec<String>,
    /// Where the signatures go.
    pub signature: Placement,
    /// The key id to store beside them.
    pub key_id: KeyIdChoice,
    /// What the optimizer does; `None` where it is off.
    pub optimize: Option<Optimize>,
    /// The custom sections to drop.
    pub remove: SectionGlobs,
}

impl Manifests {
    /// Reads the manifest at the root of the workspace, and that of each package (its name and
    /// the path of its `Cargo.toml`, which may be the one at the root).
    ///
    /// # Errors
    /// A manifest that cannot be read (exit 4) or that holds anything but what the reference
    /// allows (exit 2, with file, line and column).
    pub fn read(workspace_manifest: &Path, packages: &[(String, PathBuf)]) -> Result<Self> {
        let root = Source::read(workspace_manifest)?;
        let (keys, workspace) = read_workspace(&root)?;
        let mut tables = BTreeMap::new();
        for (name, path) in packages {
            let table = match path == workspace_manifest {
                true => read_package(&root, &keys),
                false => read_package(&Source::read(path)?, &keys),
            }?;
            tables.insert(name.clone(), table);
        }
        Ok(Self { keys, workspace, packages: tables })
    }

    /// Whether the manifest of `package` has a table `[package.metadata.wasmsign]`.
    pub fn has_table(&self, package: &str) -> bool {
        matches!(self.packages.get(package), Some(Some(_)))
    }

    /// What counts for `package` when cargo builds with `profile` (its name: `dev`, not `debug`).
    ///
    /// # Errors
    /// An unknown package, or a variable of the environment that is not right (exit 2).
    pub fn package(
        &self,
        package: &str,
        profile: &str,
        env: &Environment,
    ) -> Result<PackageConfig> {
        let own = self.packages.get(package).ok_or_else(|| unknown_package(package))?;
        let own = own.iter().flat_map(|tables| tables.layers(profile));
        let layers = own.chain(self.workspace.layers(profile));
        Ok(layers.fold(env.layer(&self.keys)?, Layer::over).finish())
    }

    /// Every key, in the order of their names.
    pub fn keys(&self) -> impl Iterator<Item = &KeyConfig> {
        self.keys.iter()
    }

    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&KeyConfig> {
        self.keys.get(name)
    }
}

fn read_workspace(root: &Source) -> Result<(Keys, Tables)> {
    let Some(node) = root.metadata("workspace") else { return Ok(Default::default()) };
    let table = node.table(&WORKSPACE)?;
    let keys = table.get("keys", Keys::read)?.unwrap_or_default();
    let tables = Tables::read(&table, &keys)?;
    Ok((keys, tables))
}

fn read_package(source: &Source, keys: &Keys) -> Result<Option<Tables>> {
    let node = source.metadata("package");
    node.map(|node| Tables::read(&node.table(&PACKAGE)?, keys)).transpose()
}

fn unknown_package(package: &str) -> Error {
    Error::usage(format!("no package of this workspace is named `{package}`"))
}
