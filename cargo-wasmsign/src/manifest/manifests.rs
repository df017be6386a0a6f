//! What the manifests of a workspace say together.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use super::command_line::CommandLine;
use super::environment::Environment;
use super::file::File;
use super::listing::{Entry, Listing};
use super::names::Names;
use super::options::OptionsLayer;
use super::place::Place;
use super::setting::Origin;
use super::settings::Settings;
use super::tables::{self, Tables, Workspace};
use super::text::Text;
use super::{misspelt, packaged};
use crate::error::{Error, Result};
use crate::keys::{KeyRef, NamedKey};
use crate::text::toml::toml_key;

/// As many manifests as one thread reads before another could have begun.
const FEW_MANIFESTS: usize = 16;

/// What the manifests of a workspace say, all of it checked.
#[derive(Debug)]
pub struct Manifests {
    /// The names that signers may have.
    names: Names,
    workspace: Workspace,
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
        let root = File::read(workspace_manifest)?;
        packaged::refuse(&root)?;
        let workspace = Workspace::read(&root)?;
        let names = Names::new(workspace.keys.keys().cloned());
        let packages = read_packages(&root, packages, &names)?;
        let (profiles, warnings) = (root.names_of("profile"), Vec::new());
        Ok(Self { names, workspace, packages, profiles, warnings })
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
        let above = [command_line.layer()?, OptionsLayer::from_environment(env, &self.names)?];
        let mut layers: Vec<_> = above.iter().collect();
        layers.extend(own.iter().flat_map(|tables| tables.layers(profile)));
        layers.extend(self.workspace.tables.layers(profile));
        Settings::of(profile, layers.into_iter())
    }

    /// The values of `settings` one by one, and where the keys are found that sign.
    pub fn list(&self, settings: &Settings) -> Vec<Entry> {
        let Listing(mut entries) = settings.list();
        let signers = settings.named_signers().iter().filter_map(|name| self.key(name));
        signers.for_each(|key| entries.extend(halves(key)));
        entries
    }

    /// Refuses tables of profiles whose names are nearly those of profiles that there are, and remembers the others that
    /// no profile has, as a warning. `configured` are the profiles of cargo's configuration.
    ///
    /// # Errors
    ///
    /// Exit code 2, with the place of the table and the nearest name.
    pub fn check_profiles(&mut self, configured: Vec<&str>) -> Result<()> {
        let known: Vec<_> = self.profiles.iter().map(String::as_str).chain(configured).collect();
        let tables = self.packages.values().flatten().chain([&self.workspace.tables]);
        let places = tables.flat_map(Tables::profile_places);
        self.warnings = misspelt::check_profiles(places, &known)?;
        Ok(())
    }

    /// Refuses a variable of the environment whose name is nearly one of ours, and that no key is in.
    ///
    /// # Errors
    ///
    /// Exit code 2, with the nearest name.
    pub fn check_environment(&self, names: impl IntoIterator<Item = String>) -> Result<()> {
        let variables =
            self.keys().filter_map(|key| key.secret.as_ref()).flat_map(KeyRef::variables);
        let wanted: Vec<_> = variables.collect();
        misspelt::check_environment(names, |name| wanted.contains(&name))
    }

    /// What the reader should know, though everything can be done.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Every key, in the order of their names.
    pub fn keys(&self) -> impl Iterator<Item = &NamedKey> {
        self.workspace.keys.values()
    }

    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&NamedKey> {
        self.workspace.keys.get(name)
    }

    /// The key that this flag of the command line names.
    ///
    /// # Errors
    /// There is no such key (exit 2).
    pub fn named(&self, flag: &'static str, name: &str) -> Result<&NamedKey> {
        let unknown = || self.names.unknown(&Text::new(Place::Flag(flag), name));
        self.key(name).ok_or_else(unknown)
    }
}

/// Where the halves of a key are found; never what a secret half is.
fn halves(key: &NamedKey) -> Vec<Entry> {
    let table = format!("keys.{}", toml_key(&key.name));
    let (place, full) = (key.place.clone(), format!("{}.{table}", tables::ROOT));
    let origin = Origin::Manifest { place, table: full };
    let entry =
        |half: &str, value| Entry { key: format!("{table}.{half}"), value, origin: origin.clone() };
    let public = key.public.iter().map(|key| entry("public", key.told_public()));
    let secret = key.secret.iter().map(|key| entry("secret", key.told()));
    public.chain(secret).collect()
}

/// The tables of all packages, read side by side: a workspace may have hundreds. The first error in their order counts.
fn read_packages<'a>(
    root: &File,
    packages: &'a [(String, PathBuf)],
    names: &Names,
) -> Result<BTreeMap<String, Option<Tables>>> {
    let read = |(name, path): &(String, PathBuf)| {
        let tables = match path == root.path() {
            true => Tables::of_package(root, names),
            false => Tables::of_package(&File::read(path)?, names),
        };
        Ok((name.clone(), tables?))
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
    Error::usage(format!("this workspace has no package named `{package}`"))
}
