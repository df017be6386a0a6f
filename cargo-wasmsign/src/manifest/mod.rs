//! The tables of the manifests: from `Cargo.toml` files to options that cannot be wrong.
//!
//! `source` reads a file and knows its lines, `reader` turns its values into the wanted types. `layer`
//! is what one table says, with `optimize`, `sections`, `transform` and `keys` for the tables in it;
//! `environment` and `command_line` are layers above all manifests. All tables are read and checked, those
//! of other profiles too; only then is a package asked for, and its layers cover each other key by key in
//! `settings`, where each value keeps its origin. `listing` shows them; `schema` describes the tables.

mod command_line;
mod environment;
mod globs;
mod keys;
mod layer;
mod listing;
mod misspelt;
mod optimize;
mod parts;
mod reader;
mod schema;
mod sections;
mod setting;
mod settings;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod transform;
mod unpacked;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

pub use command_line::CommandLine;
pub use environment::Environment;
pub use globs::SectionGlob;
pub use keys::{KeyConfig, KeyText, SecretSource};
pub use layer::{Placement, Unfinished};
pub use listing::Entry;
pub(crate) use listing::toml_key;
pub use optimize::{Features, Interface, Keep, Optimize, Timeout, Tool};
pub use schema::schema;
pub use sections::Sections;
pub use setting::Origin;
pub use settings::{PackageConfig, Settings};
#[cfg(test)]
use template::PathTemplate;
pub use template::{FileSet, fill};
pub use transform::{After, Transform};

use self::keys::Keys;
use self::layer::{Layer, PACKAGE, Tables, WORKSPACE};
use self::source::{Place, Source};
use self::text::Text;
use crate::error::{Error, Result};

/// As many manifests as one thread reads before another could have begun.
const FEW_MANIFESTS: usize = 16;

/// What the manifests of a workspace say, all of it checked.
#[derive(Debug)]
pub struct Manifests {
    keys: Keys,
    workspace: Tables,
    /// By package name; `None` where the package has no table.
    packages: BTreeMap<String, Option<Tables>>,
    /// The profiles that the manifest at the root describes.
    profiles: Vec<String>,
    warnings: Vec<String>,
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
        unpacked::refuse(&root)?;
        let (keys, workspace) = read_workspace(&root)?;
        let tables = read_packages(&root, workspace_manifest, packages, &keys)?;
        let (profiles, warnings) = (root.names_of("profile"), Vec::new());
        Ok(Self { keys, workspace, packages: tables, profiles, warnings })
    }

    /// Whether the manifest of `package` has a table `[package.metadata.wasmsign]`.
    pub fn has_table(&self, package: &str) -> bool {
        matches!(self.packages.get(package), Some(Some(_)))
    }

    /// Whether any manifest of a package has such a table.
    pub fn have_tables(&self) -> bool {
        self.packages.values().any(Option::is_some)
    }

    /// What counts for `package` when cargo builds with `profile` (its name: `dev`, not `debug`).
    ///
    /// # Errors
    /// An unknown package, or a variable or flag that is not right (exit 2).
    pub fn settings(
        &self,
        package: &str,
        profile: &str,
        env: &Environment,
        command_line: &CommandLine,
    ) -> Result<Settings> {
        let own = self.packages.get(package).ok_or_else(|| unknown_package(package))?;
        let mut layers: Vec<&Layer> = Vec::new();
        let above = [command_line.layer()?, env.layer(&self.keys)?];
        layers.extend(&above);
        layers.extend(own.iter().flat_map(|tables| tables.layers(profile)));
        layers.extend(self.workspace.layers(profile));
        Settings::of(profile, layers.into_iter())
    }

    /// The values of `settings` one by one, and where the keys are found that sign.
    pub fn list(&self, settings: &Settings) -> Vec<Entry> {
        let mut listing = settings.list();
        if !settings.signs_with_arguments() {
            let signers = settings.sign_with.value.iter();
            signers.filter_map(|name| self.key(name)).for_each(|key| listing.add_key(key));
        }
        listing.entries()
    }

    /// What the reader should know, though everything can be done.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Every key, in the order of their names.
    pub fn keys(&self) -> impl Iterator<Item = &KeyConfig> {
        self.keys.iter()
    }

    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&KeyConfig> {
        self.keys.get(name)
    }

    /// The key that this flag of the command line names.
    ///
    /// # Errors
    /// There is no such key (exit 2).
    pub fn named(&self, flag: &'static str, name: &str) -> Result<&KeyConfig> {
        let unknown = || self.keys.unknown(&Text::new(Place::Flag(flag), name));
        self.key(name).ok_or_else(unknown)
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

/// The tables of all packages, read side by side: a workspace may have hundreds. The first error in their order counts.
fn read_packages<'a>(
    root: &Source,
    root_path: &Path,
    packages: &'a [(String, PathBuf)],
    keys: &Keys,
) -> Result<BTreeMap<String, Option<Tables>>> {
    let read = |(name, path): &(String, PathBuf)| {
        let table = match path == root_path {
            true => read_package(root, keys),
            false => read_package(&Source::read(path)?, keys),
        };
        Ok((name.clone(), table?))
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = packages.len().div_ceil(threads).max(FEW_MANIFESTS);
    thread::scope(|scope| {
        let reads = |share: &'a [(String, PathBuf)]| {
            scope.spawn(move || share.iter().map(read).collect::<Result<Vec<_>>>())
        };
        let threads: Vec<_> = packages.chunks(share).map(reads).collect();
        let shares = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        shares.collect::<Result<Vec<_>>>().map(|shares| shares.into_iter().flatten().collect())
    })
}

fn unknown_package(package: &str) -> Error {
    Error::usage(format!("no package of this workspace is named `{package}`"))
}
