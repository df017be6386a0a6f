//! `cargo wasmsign verify --rebuild`: builds a package again, and compares a module with what its source gives.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cargo_metadata::Package;
use wasmsign_core::inspect::{self, Inspection};

use super::kit::Kit;
use super::place::{self, Spot};
use super::resolve::{self, Resolved, Wanted};
use super::{jobs, make, select};
use crate::args::{Mode, Overrides, Rebuild, Targets};
use crate::cargo::{self, Line, Messages, Resolution, Run, Selection, Workspace};
use crate::compare;
use crate::config::{PackageConfig, Settings};
use crate::error::{Error, Result, of_module};
use crate::exit::Exit;
use crate::files::Exclusive;
use crate::optimize::Cache;
use crate::pipeline::{Desk, Order, Place, Published, Recipe};
use crate::report::{Rebuilt, Report};
use crate::seal;
use crate::shape::Delimiters;
use crate::tokens::Tokens;

/// A module that is to be made again.
struct Original<'a> {
    path: &'a Path,
    file: File,
    what: Inspection,
    /// Where it lies among published modules, if it does.
    spot: Option<Spot>,
}

/// Builds the package of `module` again and compares; gives none where the build has failed, of which everything was
/// told, with its exit code.
///
/// # Errors
///
/// Exit code 2: no package makes such a module, or several do; those of a build.
pub(in crate::commands) fn run(
    module: &Path,
    arguments: &Rebuild,
    report: &Report,
) -> Result<Result<Rebuilt, Exit>> {
    let original = Original::open(module)?;
    let manifest_path = arguments.manifest_path.clone();
    let resolution = Resolution { manifest_path, ..Resolution::default() };
    let workspace = Workspace::load(&resolution)?;
    let mode = original.mode(arguments);
    let overrides = Overrides { keys: Vec::new(), no_sign: true, no_optimize: false };
    let selection = Selection {
        packages: arguments.package.iter().cloned().collect(),
        workspace: true,
        exclude: Vec::new(),
    };
    let wanted =
        Wanted { selection: &selection, overrides: &overrides, mode: &mode, cargo_config: &[] };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &wanted)?;
    let (package, config) = original.maker(packages)?;
    let mut kit = Kit::new(&manifests, &overrides);
    let recipe = Arc::new(kit.unsigned(&config, original.delimiters(&config)?)?);
    let job = Job { workspace: &workspace, package, config: &config, mode: &mode, resolution };
    let scratch = Scratch::new(&workspace.target_directory(), report)?;
    let run = job.cargo(arguments, &scratch.path)?;
    let built = match job.build(&original, recipe, &run, &scratch, report)? {
        Ok(built) => built,
        Err(exit) => return Ok(Err(exit)),
    };
    let (profile, target) = (resolve::profile(&mode).to_owned(), run.target);
    original.compare(&built, profile, target).map(Ok)
}

impl<'a> Original<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let file = seal::open(path)?;
        let what = inspect::inspect(&file).map_err(|error| of_module(path, error))?;
        let whole = std::path::absolute(path)
            .map_err(|source| Error::io(format!("failed to find `{}`", path.display()), source))?;
        Ok(Self { path, file, what, spot: Spot::of(&whole) })
    }

    fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The profile and target: as given, else as the place of the module tells, else those of a release.
    fn mode(&self, arguments: &Rebuild) -> Mode {
        let profile = || self.spot.as_ref().map_or("release", Spot::profile).to_owned();
        let target = || self.spot.as_ref().map(|spot| spot.triple.clone());
        let named = arguments.release || arguments.profile.is_some();
        Mode {
            release: arguments.release,
            profile: if named { arguments.profile.clone() } else { Some(profile()) },
            target: arguments.target.clone().or_else(target).into_iter().collect(),
        }
    }

    /// The one package that makes a module of this name.
    fn maker<'p>(
        &self,
        packages: Vec<(&'p Package, Settings)>,
    ) -> Result<(&'p Package, PackageConfig)> {
        let name = self.file_name();
        let makes = |package: &Package| select::makes(package, &Targets::default(), &name);
        let mut makers = packages.into_iter().filter(|(package, _)| makes(package));
        match (makers.next(), makers.next()) {
            (Some((package, settings)), None) => Ok((package, settings.into_config())),
            (None, _) => Err(Error::usage(format!("no package of this workspace makes a module `{name}`"))
                .advice("name its workspace with `--manifest-path`; the file must have the name that cargo gave it")),
            (Some((one, _)), Some((other, _))) => Err(Error::usage(format!(
                "both `{}` and `{}` make a module `{name}`",
                one.name, other.name
            ))
            .advice("say which one with `-p`")),
        }
    }

    /// The delimiters that the new module must have to be the same: nobody without the secret could make them.
    fn delimiters(&self, config: &PackageConfig) -> Result<Delimiters> {
        let has_any = self.what.sections.iter().any(|section| section.is_delimiter());
        match config.sections.parts.is_some() && has_any {
            true => Delimiters::of_module(self.path, &self.file, &self.what.sections),
            false => Ok(Delimiters::None),
        }
    }

    fn compare(&self, built: &Path, profile: String, target: String) -> Result<Rebuilt> {
        let again = Original::open(built)?;
        let identity = self.what.identity.ok_or_else(|| {
            let text = "a `signature` section is not first and alone: it has no identity";
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
        Ok(Rebuilt { identity, rebuilt, kind: self.what.kind, profile, target, difference })
    }
}

/// One package to be built again.
struct Job<'a> {
    workspace: &'a Workspace,
    package: &'a Package,
    config: &'a PackageConfig,
    mode: &'a Mode,
    resolution: Resolution,
}

impl Job<'_> {
    /// Builds it in a place of its own, and gives the path of the module; or the exit code, of which everything was
    /// told.
    fn build(
        &self,
        original: &Original<'_>,
        recipe: Arc<Recipe>,
        run: &Run,
        scratch: &Scratch,
        report: &Report,
    ) -> Result<Result<PathBuf, Exit>> {
        let place = Arc::new(scratch.place(&run.target, resolve::profile(self.mode)));
        let install =
            || report.status("Installing", &format!("standard library for {}", run.target));
        cargo::ensure_installed(&run.target, &run.resolution, install)?;
        let name = original.file_name();
        let source = |tokens: &Tokens, desk: &Desk<'_, Line>| {
            run.run(tokens, |mut line| {
                for artifact in std::mem::take(&mut line.artifacts) {
                    if artifact.path.ends_with(&name) {
                        let (recipe, place) = (Arc::clone(&recipe), Arc::clone(&place));
                        desk.take(Order { artifact, recipe, place })?;
                    }
                }
                desk.say(line);
                Ok(())
            })
        };
        let mut built = None;
        let told = |_: &Order, module: &Published| {
            built = Some(module.path.clone());
            Ok(())
        };
        // What cargo says is not what was asked for: not as JSON, that is.
        let done = make::run(&[&*place], jobs::usual()?, source, &report.as_human(), told)?;
        match (built, done.exit) {
            (Some(path), Exit::Ok) => Ok(Ok(path)),
            (_, Exit::Ok) => Err(Error::usage(format!("cargo built no `{name}`"))),
            (_, exit) => Ok(Err(exit)),
        }
    }

    fn cargo(&self, arguments: &Rebuild, directory: &Path) -> Result<Run> {
        let targets = self.config.targets.clone().unwrap_or_default();
        let target =
            targets.into_iter().next().ok_or_else(|| Error::usage("no target is named"))?;
        let flags = self
            .config
            .reproducible
            .then(|| cargo::rustflags(&target, self.workspace.root(), directory, &[]));
        if self.config.auditable {
            cargo::find_auditable()?;
        }
        Ok(Run {
            resolution: self.resolution.clone(),
            packages: vec![self.package.id.clone()],
            target,
            features: arguments.features.clone(),
            flags: vec![
                "--profile".into(),
                resolve::profile(self.mode).into(),
                "--target-dir".into(),
                directory.display().to_string(),
            ],
            messages: Messages::Rendered { short: false },
            rustflags: flags.transpose()?,
            auditable: self.config.auditable,
            own_jobs: false,
        })
    }
}

/// A directory in which everything is built anew: nothing of what was built before is believed. It goes in the end.
struct Scratch {
    path: PathBuf,
    _lock: Exclusive,
}

impl Scratch {
    fn new(target_directory: &Path, report: &Report) -> Result<Self> {
        let base = target_directory.join("wasmsign");
        let (path, state) = (base.join(".rebuilt"), base.join(".state").join("rebuilt"));
        let failed = |source| Error::io("failed to make a directory", source);
        fs_err::create_dir_all(&state).map_err(failed)?;
        let waiting = || report.status("Blocking", "waiting for another rebuild");
        let lock = Exclusive::acquire(&state.join("lock"), waiting)?;
        // What one that was killed has left.
        remove(&path)?;
        fs_err::create_dir_all(&path).map_err(failed)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where its modules go. Nothing is taken from the cache of optimized modules.
    fn place(&self, target: &str, profile: &str) -> Place {
        place::of(&self.path, target, profile, &Cache::of_target_directory(&self.path, 0))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The next rebuild tries again, and says why it cannot.
        let _ = remove(&self.path);
    }
}

fn remove(directory: &Path) -> Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(format!("failed to remove `{}`", directory.display()), source))
        }
        _ => Ok(()),
    }
}
