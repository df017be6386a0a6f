//! The workspace as `cargo metadata` describes it, and which of its packages are meant.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};
use globset::Glob;

use super::{Resolution, command};
use crate::child;
use crate::config::nearest;
use crate::error::{Error, Result};
use crate::exit::Exit;

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
        let failed = || Error::new(Exit::Build, "cargo metadata failed");
        let output = child::output(&mut cargo, &[]).map_err(|source| failed().because(source))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(failed().because(said.strip_prefix("error: ").unwrap_or(&said).to_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata =
            MetadataCommand::parse(text.as_ref()).map_err(|source| failed().because(source))?;
        Ok(Self { metadata, current: current_manifest(resolution.manifest_path.as_deref()) })
    }

    /// The `Cargo.toml` of the workspace.
    pub fn manifest(&self) -> PathBuf {
        self.metadata.workspace_root.join("Cargo.toml").into()
    }

    /// The directory of the workspace.
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where cargo puts what it builds, unless `--target-dir` says otherwise.
    pub fn target_directory(&self) -> PathBuf {
        self.metadata.target_directory.clone().into()
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
        if !selection.packages.is_empty() {
            return self.matching(&selection.packages);
        }
        if selection.workspace {
            let excluded = self.matching(&selection.exclude)?;
            let members = self.members().into_iter();
            return Ok(members
                .filter(|package| !excluded.iter().any(|other| other.id == package.id))
                .collect());
        }
        Ok(self.by_default())
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
        let error = Error::usage(format!("the workspace has no package `{}`", spec.escape_debug()));
        match nearest(spec, names.iter().copied()) {
            Some(name) => error.advice(format!("did you mean `{name}`?")),
            None => error.advice(format!("its packages are: {}", names.join(", "))),
        }
    }
}

/// Whether a package id specification, or a glob on names, means this package.
fn is_meant(package: &Package, spec: &str) -> bool {
    let name = package.name.as_str();
    let versioned = spec.split_once(['@', ':']).is_some_and(|(wanted, version)| {
        let whole = package.version.to_string();
        wanted == name && (whole == version || whole.starts_with(&format!("{version}.")))
    });
    let glob = || Glob::new(spec).is_ok_and(|glob| glob.compile_matcher().is_match(name));
    spec == name || spec == package.id.repr || versioned || glob()
}

/// The `Cargo.toml` that cargo starts from: the one named, or the nearest above the current directory.
fn current_manifest(named: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = named {
        return std::path::absolute(path).ok().map(|path| path.components().collect());
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|directory| directory.join("Cargo.toml")).find(|path| path.is_file())
}

/// Whether a package has a library that becomes a module.
pub fn has_cdylib(package: &Package) -> bool {
    package.targets.iter().any(|target| target.kind.contains(&TargetKind::CDyLib))
}
