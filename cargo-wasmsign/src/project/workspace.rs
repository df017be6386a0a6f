//! The workspace as `cargo metadata` describes it, and which of its packages are meant.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use super::cargo::{Resolution, command};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child;
use crate::sys::exit_status::in_words;
use crate::sys::paths;
use crate::text::glob::Glob;
use crate::text::nearest::nearest;

/// cargo's selection of packages.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `-p`, each.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--exclude`, each.
    pub exclude: Vec<String>,
}

impl Selection {
    /// Whether the packages were selected by name.
    pub fn is_by_name(&self) -> bool {
        !self.workspace && !self.packages.is_empty()
    }
}

/// A workspace, without its dependencies.
#[derive(Debug)]
pub struct Workspace {
    metadata: Metadata,
    /// The manifest that cargo starts from here.
    current: Option<PathBuf>,
}

impl Workspace {
    /// Asks cargo.
    ///
    /// # Errors
    ///
    /// Exit code 101 where cargo fails, with its own message on the screen.
    pub fn load(resolution: &Resolution) -> Result<Self> {
        let mut cargo = command(&["metadata"], resolution);
        cargo.args(["--format-version", "1", "--no-deps"]).stdout(Stdio::piped());
        // What it says is quoted, and has the colours of our own errors then.
        cargo.args(["--color", "never"]);
        let current = current_manifest(resolution.manifest_path.as_deref());
        let failed = || {
            let error = Error::new(Exit::Build, "cargo metadata failed");
            match current.as_deref().is_some_and(Path::is_file) {
                true => error,
                false => error.advice(
                    "run this in a project's directory, or pass `--manifest-path`; use `cargo \
                     wasmsign sign` to sign an existing module",
                ),
            }
        };
        let output = child::output(&mut cargo, &[]).map_err(|source| failed().because(source))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(failed().because(match said.strip_prefix("error: ").unwrap_or(&said) {
                "" => format!("it {}", in_words(output.status)),
                words => words.to_owned(),
            }));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata =
            MetadataCommand::parse(text.as_ref()).map_err(|source| failed().because(source))?;
        Ok(Self { metadata, current })
    }

    /// The `Cargo.toml` of the workspace.
    pub fn manifest(&self) -> PathBuf {
        self.metadata.workspace_root.join("Cargo.toml").into()
    }

    /// The directory of the workspace.
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// cargo's target directory, unless `--target-dir` sets another one.
    ///
    /// # Errors
    ///
    /// Exit code 4: it cannot be found.
    pub fn target_directory(&self) -> Result<PathBuf> {
        paths::whole(self.metadata.target_directory.as_std_path())
    }

    /// cargo's directory for intermediate artifacts, unless `--target-dir` sets another one.
    ///
    /// # Errors
    ///
    /// As of [`Workspace::target_directory`].
    pub fn build_directory(&self) -> Result<PathBuf> {
        match &self.metadata.build_directory {
            Some(directory) => paths::whole(directory.as_std_path()),
            None => self.target_directory(),
        }
    }

    /// Both directories as cargo names them to the compiler, detours and all.
    pub(super) fn directories_as_named(&self) -> impl Iterator<Item = PathBuf> {
        let own = self.metadata.build_directory.iter();
        own.chain([&self.metadata.target_directory]).cloned().map(PathBuf::from)
    }

    /// All packages of the workspace.
    pub fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// The packages that cargo itself would build with these flags here.
    ///
    /// # Errors
    ///
    /// Exit code 2: a name that no package has.
    pub fn select(&self, selection: &Selection) -> Result<Vec<&Package>> {
        if !selection.workspace {
            return match selection.packages.is_empty() {
                true => Ok(self.by_default()),
                false => self.matching(&selection.packages),
            };
        }
        // With `--workspace`, the names have no effect, and cargo checks them only if nothing is excluded.
        if selection.exclude.is_empty() {
            self.matching(&selection.packages)?;
        }
        let is_excluded =
            |package: &&Package| selection.exclude.iter().any(|spec| is_meant(package, spec));
        Ok(self.members().into_iter().filter(|package| !is_excluded(package)).collect())
    }

    /// A warning about names in `--exclude` that match no package: cargo warns about them and continues.
    pub fn unknown_excludes(&self, selection: &Selection) -> Vec<String> {
        let is_unknown =
            |spec: &&String| !self.members().into_iter().any(|package| is_meant(package, spec));
        let text = |spec: &String| {
            let error = self.unknown(spec);
            format!("{error}, which `--exclude` names; {}", error.what_to_do().unwrap_or_default())
        };
        selection.exclude.iter().filter(is_unknown).map(text).collect()
    }

    fn by_default(&self) -> Vec<&Package> {
        let current = self.current.as_deref().filter(|path| *path != self.manifest());
        let here = self.members().into_iter().filter(|package| {
            current.is_some_and(|path| package.manifest_path.as_std_path() == path)
        });
        let here: Vec<_> = here.collect();
        if here.is_empty() { self.metadata.workspace_default_packages() } else { here }
    }

    fn matching(&self, specs: &[String]) -> Result<Vec<&Package>> {
        let mut packages: Vec<&Package> = Vec::new();
        for spec in specs {
            let found: Vec<_> =
                self.members().into_iter().filter(|package| is_meant(package, spec)).collect();
            if found.is_empty() {
                return Err(self.unknown(spec));
            }
            packages.extend(
                found
                    .into_iter()
                    .filter(|new| !packages.iter().any(|old| old.id == new.id))
                    .collect::<Vec<_>>(),
            );
        }
        Ok(packages)
    }

    fn unknown(&self, spec: &str) -> Error {
        let members = self.members();
        let names: Vec<&str> = members.iter().map(|package| package.name.as_str()).collect();
        let error = Error::usage(match spec {
            "" => "`--package` requires the name of a package".to_owned(),
            spec => format!("the workspace has no package `{}`", spec.escape_debug()),
        });
        match nearest(spec, names.iter().copied()) {
            Some(name) => error.advice(format!("did you mean `{name}`?")),
            None => error.advice(format!("its packages are: {}", names.join(", "))),
        }
    }
}

/// Whether a package id specification (a name, a version, an address), or a glob on names, means this package.
pub(super) fn is_meant(package: &Package, spec: &str) -> bool {
    let name = package.name.as_str();
    let versioned = spec.split_once(['@', ':']).is_some_and(|(wanted, version)| {
        let whole = package.version.to_string();
        wanted == name && (whole == version || whole.starts_with(&format!("{version}.")))
    });
    let glob = || Glob::of_name(spec).is_ok_and(|glob| glob.is_name(name));
    let address = || {
        let id = package.id.repr.as_str();
        let bare = id.split_once('+').map_or(id, |(_, address)| address);
        let of = |id: &str| spec == id || id.split('#').next() == Some(spec);
        spec.contains("://") && (of(id) || of(bare))
    };
    spec == name || versioned || address() || glob()
}

/// The `Cargo.toml` that cargo starts from: the one named, or the nearest above the current directory.
fn current_manifest(named: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = named {
        return std::path::absolute(path).ok().map(|path| path.components().collect());
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|directory| directory.join("Cargo.toml")).find(|path| path.is_file())
}

/// Whether there is a `Cargo.toml` in the current directory or above it.
pub fn is_in_project() -> bool {
    current_manifest(None).is_some()
}

/// Whether a package has a library that becomes a module.
pub fn has_cdylib(package: &Package) -> bool {
    package.targets.iter().any(|target| target.kind.contains(&TargetKind::CDyLib))
}
