//! A module to build again, and what it reveals about how it was built.

use std::fs::File;
use std::path::Path;

use cargo_metadata::Package;
use wasmsign_core::inspect::{self, Inspection};

use super::Rebuilt;
use crate::error::{Error, Result, of_module};
use crate::exit::Exit;
use crate::manifest::{PackageConfig, Settings};
use crate::module::compare;
use crate::module::seal;
use crate::module::shape::Delimiters;
use crate::module::toolchain::Toolchain;
use crate::ops::build::layout::ArtifactPath;
use crate::ops::cargo::Profile;
use crate::ops::select::{self, TargetFilter};
use crate::project::{Compiler, Configuration};
use crate::sys::paths;

/// A module that is to be built again.
pub(super) struct Original<'a> {
    path: &'a Path,
    file: File,
    what: Inspection,
    /// Where it is among published modules, if it is.
    location: Option<ArtifactPath>,
}

impl<'a> Original<'a> {
    pub(super) fn open(path: &'a Path, target_directory: &Path) -> Result<Self> {
        Ok(Self { location: location(path, target_directory)?, ..Self::read(path)? })
    }

    fn read(path: &'a Path) -> Result<Self> {
        let file = seal::open(path)?;
        let what = inspect::inspect(&file).map_err(|error| of_module(path, error))?;
        Ok(Self { path, file, what, location: None })
    }

    pub(super) fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The profile: as given, else as the path of the module says, else that of a release.
    pub(super) fn profile(&self, given: &Profile) -> Profile {
        let named = || self.location.as_ref().map_or("release", ArtifactPath::profile).to_owned();
        match given {
            Profile::Dev => Profile::Named(named()),
            given => given.clone(),
        }
    }

    /// The target triple: as given, else as the path of the module says. One that only its file describes is looked for
    /// later, among those of the package.
    pub(super) fn triple(
        &self,
        given: &[String],
        configuration: &Configuration,
    ) -> Result<Option<String>> {
        if given.len() > 1 {
            return Err(Error::usage("a module has one target, but several were given")
                .advice("pass `--target` once"));
        }
        let is_known =
            |path: &&ArtifactPath| path.is_of_wasm() && is_known(&path.triple, configuration);
        let found = || self.location.as_ref().filter(is_known).map(|path| path.triple.clone());
        Ok(given.first().cloned().or_else(found))
    }

    /// The target to build for, where `triple` is what [`Original::triple`] gave: that one, else the one that the path of
    /// the module says, which is named by the package or has its file beside the manifest of the workspace; else the
    /// package's first.
    pub(super) fn target(
        &self,
        config: &PackageConfig,
        triple: Option<&String>,
        root: &Path,
    ) -> Result<String> {
        let mut targets = config.options.targets.iter().flatten();
        let Some(path) = self.location.as_ref().filter(|_| triple.is_none()) else {
            let first = targets.next().cloned();
            return first.ok_or_else(|| Error::usage("the target is not known"));
        };
        let name = format!("{}.json", path.triple);
        let beside = || Some(root.join(&name)).filter(|file| file.is_file());
        let found = targets.find(|target| path.is_of(target)).cloned();
        found.or_else(|| Some(beside()?.display().to_string())).ok_or_else(|| {
            let (module, triple) = (self.path.display(), &path.triple);
            Error::usage(format!(
                "`{module}` is for the target `{triple}`, which is not configured here"
            ))
            .advice(format!("pass its file: `--target PATH/{name}`"))
        })
    }

    /// The one package that makes a module of this name, and the targets of it that are to be built.
    pub(super) fn package<'p>(
        &self,
        packages: &[(&'p Package, Settings)],
        given: &TargetFilter,
    ) -> Result<(&'p Package, PackageConfig, TargetFilter)> {
        let name = self.file_name();
        for wanted in self.searched(given) {
            let made =
                |package: &Package| Some(select::target_of(package, &wanted, &name)?.name.clone());
            let makers = packages.iter().filter_map(|one| Some((one.0, &one.1, made(one.0)?)));
            match &makers.collect::<Vec<_>>()[..] {
                [] => {}
                [(package, settings, target)] => {
                    let config = (*settings).clone().into_config();
                    return Ok((package, config, narrowed(wanted, target)));
                }
                [(one, ..), (other, ..), ..] => {
                    let text =
                        format!("both `{}` and `{}` make a module `{name}`", one.name, other.name);
                    return Err(Error::usage(text).advice("choose one with `-p`"));
                }
            }
        }
        Err(Error::usage(format!("no package of this workspace makes a module `{name}`")).advice(
            "pass its workspace with `--manifest-path`; the file must have the name that cargo \
             gave it",
        ))
    }

    /// Which targets are searched for it, in this order: an example may lie somewhere else by now.
    fn searched(&self, given: &TargetFilter) -> Vec<TargetFilter> {
        let examples = TargetFilter { examples: true, ..TargetFilter::default() };
        match &self.location {
            _ if !given.is_default() => vec![given.clone()],
            Some(path) if path.is_example => vec![examples],
            _ => vec![TargetFilter::default(), examples],
        }
    }

    /// The delimiters that the new module must have to be the same: nobody without the secret could make them.
    pub(super) fn delimiters(&self, config: &PackageConfig) -> Result<Delimiters> {
        let has_any = self.what.sections.iter().any(|section| section.is_delimiter());
        match config.options.sections.parts.is_some() && has_any {
            true => Delimiters::of_module(self.path, &self.file, &self.what.sections),
            false => Ok(Delimiters::None),
        }
    }

    fn toolchain(&self) -> Result<Toolchain> {
        Toolchain::of(self.path, &self.file, &self.what)
    }

    /// Where it differs from a module that was built again, with this profile and for this target.
    pub(super) fn compare(&self, built: &Path, profile: String, target: String) -> Result<Rebuilt> {
        let again = Original::read(built)?;
        let identity = self.what.identity.ok_or_else(|| {
            let text = "a `signature` section is not the first and only one, so the module has no \
                        identity";
            Error::malformed(format!("`{}`: {text}", self.path.display()))
        })?;
        let rebuilt = again
            .what
            .identity
            .ok_or_else(|| Error::malformed(format!("`{}` has no identity", built.display())))?;
        let difference = match identity == rebuilt {
            true => None,
            false => Some(compare::first_difference(
                (self.path, &self.file, &self.what),
                (built, &again.file, &again.what),
            )?),
        };
        let tools = (self.toolchain()?, again.toolchain()?);
        Ok(Rebuilt { identity, rebuilt, kind: self.what.kind, profile, target, difference, tools })
    }
}

/// The path of a module in its parts, where it is among those of this target directory, or of another one for a target
/// that is surely wasm. Anywhere else the names of directories need not mean anything.
fn location(module: &Path, target_directory: &Path) -> Result<Option<ArtifactPath>> {
    let is_meant = |path: &ArtifactPath| path.is_of_wasm() || path.is_below(target_directory);
    Ok(ArtifactPath::of(&paths::whole(module)?).filter(is_meant))
}

/// Whether the compiler has a target of this name.
fn is_known(triple: &str, configuration: &Configuration) -> bool {
    let library = Compiler::of(configuration).and_then(|compiler| compiler.library(triple));
    // Another failure of the compiler shows again later, and is reported then.
    library.map_or_else(|error| error.exit() != Exit::Usage, |_| true)
}

/// Of several examples, the one: the others need not compile.
fn narrowed(targets: TargetFilter, name: &str) -> TargetFilter {
    match targets.examples {
        true => TargetFilter { example: vec![name.to_owned()], ..TargetFilter::default() },
        false => targets,
    }
}
