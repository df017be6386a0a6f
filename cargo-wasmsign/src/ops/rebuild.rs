//! `cargo wasmsign verify --rebuild`: builds a package again, and compares a module with what its source gives.

pub(crate) mod scratch;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use cargo_metadata::Package;
use wasmsign_core::inspect::{self, Inspection};

use super::build::layout::Spot;
use super::build::recipes::Kit;
use super::build::{cargo_flags, publish};
use super::rebuild::scratch::Scratch;
use super::resolve::{self, Resolved, Wanted};
use super::{jobs, select};
use crate::cli::args::{Compilation, Mode, Overrides, Rebuild, Screen, Targets};
use crate::error::{Error, Result, of_module};
use crate::exit::Exit;
use crate::manifest::{PackageConfig, Settings};
use crate::module::compare;
use crate::module::seal;
use crate::module::shape::Delimiters;
use crate::module::toolchain::Toolchain;
use crate::pipeline::{Job, Published, Queue, Recipe};
use crate::project::{
    self, Arguments, Compiler, Configuration, Messages, Reproducible, Run, Selection, Subject,
    Workspace,
};
use crate::report::{Rebuilt, Report};
use crate::sys::tokens::Tokens;
use crate::text::paths;

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
pub(crate) fn run(
    module: &Path,
    arguments: &Rebuild,
    screen: Screen,
    report: &Report,
) -> Result<Result<Rebuilt, Exit>> {
    let resolution = resolve::resolution(&arguments.resolution);
    let workspace = Workspace::load(&resolution)?;
    let configuration = &Configuration::load(&resolution.config)?;
    project::refuse_artifact_dir(configuration)?;
    let directory = match &arguments.compilation.target_dir {
        Some(directory) => paths::whole(directory)?,
        None => workspace.target_directory()?,
    };
    let original = Original { spot: spot(module, &directory)?, ..Original::open(module)? };
    let mode = original.mode(&arguments.compilation.mode, configuration)?;
    let no_optimize = arguments.no_optimize;
    let overrides = Overrides { no_sign: true, no_optimize, ..Overrides::default() };
    let selection = Selection {
        packages: arguments.package.iter().cloned().collect(),
        workspace: arguments.package.is_none(),
        exclude: Vec::new(),
    };
    let wanted =
        Wanted { selection: &selection, overrides: &overrides, mode: &mode, configuration };
    let Resolved { manifests, packages } = resolve::packages(&workspace, &wanted)?;
    let (package, config, targets) = original.maker(&packages, &arguments.targets)?;
    let target = original.target(&config, &mode, workspace.root())?;
    let mut kit = Kit::new(&manifests, &overrides);
    let recipe = Arc::new(kit.unsigned(&config, original.delimiters(&config)?)?);
    let compilation = Compilation { mode, ..arguments.compilation.clone() };
    let scratch = Scratch::new(&directory, report)?;
    let job = Rebuilding {
        package,
        config: &config,
        target: &target,
        compilation: &compilation,
        scratch: &scratch,
        configuration,
    };
    let run = job.cargo(&targets, &arguments.resolution, &workspace, screen)?;
    report.rebuilding(module, package.name.as_str(), &scratch.path);
    let built = match job.build(&original, recipe, &run, report)? {
        Ok(built) => built,
        Err(exit) => return Ok(Err(exit)),
    };
    let (profile, target) = (resolve::profile(&compilation.mode).to_owned(), run.target);
    original.compare(&built, profile, target).map(Ok)
}

impl<'a> Original<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let file = seal::open(path)?;
        let what = inspect::inspect(&file).map_err(|error| of_module(path, error))?;
        Ok(Self { path, file, what, spot: None })
    }

    fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The profile and target: as given, else as the place of the module tells, else those of a release. A target that
    /// only its file tells of is looked for later, among those of the package.
    fn mode(&self, given: &Mode, configuration: &Configuration) -> Result<Mode> {
        if given.target.len() > 1 {
            return Err(Error::usage("a module is of one target, and several are given")
                .advice("give `--target` once"));
        }
        let profile = || self.spot.as_ref().map_or("release", Spot::profile).to_owned();
        let is_known = |spot: &&Spot| spot.is_of_wasm() && is_known(&spot.triple, configuration);
        let target = || self.spot.as_ref().filter(is_known).map(|spot| spot.triple.clone());
        let named = given.release || given.profile.is_some();
        Ok(Mode {
            release: given.release,
            profile: if named { given.profile.clone() } else { Some(profile()) },
            target: given.target.first().cloned().or_else(target).into_iter().collect(),
        })
    }

    /// The target: as given, else the one that the place of the module tells, which is named by the package or has its file
    /// beside the manifest of the workspace; else the package's first.
    fn target(&self, config: &PackageConfig, mode: &Mode, root: &Path) -> Result<String> {
        let mut targets = config.targets.iter().flatten();
        let Some(spot) = self.spot.as_ref().filter(|_| mode.target.is_empty()) else {
            let first = targets.next().cloned();
            return first.ok_or_else(|| Error::usage("no target is named"));
        };
        let name = format!("{}.json", spot.triple);
        let beside = || Some(root.join(&name)).filter(|file| file.is_file());
        let found = targets.find(|target| spot.is_of(target)).cloned();
        found.or_else(|| Some(beside()?.display().to_string())).ok_or_else(|| {
            let (path, triple) = (self.path.display(), &spot.triple);
            Error::usage(format!("`{path}` is of the target `{triple}`, which nothing names here"))
                .advice(format!("name its file: `--target PATH/{name}`"))
        })
    }

    /// The one package that makes a module of this name, and the targets of it that are to be built.
    fn maker<'p>(
        &self,
        packages: &[(&'p Package, Settings)],
        given: &Targets,
    ) -> Result<(&'p Package, PackageConfig, Targets)> {
        let name = self.file_name();
        for wanted in self.searched(given) {
            let made =
                |package: &Package| Some(select::maker(package, &wanted, &name)?.name.clone());
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
                    return Err(Error::usage(text).advice("say which one with `-p`"));
                }
            }
        }
        Err(Error::usage(format!("no package of this workspace makes a module `{name}`"))
            .advice("name its workspace with `--manifest-path`; the file must have the name that cargo gave it"))
    }

    /// Which targets are searched for it, in this order: an example may lie somewhere else by now.
    fn searched(&self, given: &Targets) -> Vec<Targets> {
        let examples = Targets { examples: true, ..Targets::default() };
        match &self.spot {
            _ if !given.are_default() => vec![given.clone()],
            Some(spot) if spot.is_example => vec![examples],
            _ => vec![Targets::default(), examples],
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

    fn toolchain(&self) -> Result<Toolchain> {
        Toolchain::of(self.path, &self.file, &self.what)
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
        let tools = (self.toolchain()?, again.toolchain()?);
        Ok(Rebuilt { identity, rebuilt, kind: self.what.kind, profile, target, difference, tools })
    }
}

/// Where a module lies among those of this target directory, or of another one for a target that is surely wasm. Anywhere
/// else the names of directories need not mean anything.
fn spot(module: &Path, target_directory: &Path) -> Result<Option<Spot>> {
    let is_meant = |spot: &Spot| spot.is_of_wasm() || spot.is_below(target_directory);
    Ok(Spot::of(&paths::whole(module)?).filter(is_meant))
}

/// Whether the compiler has a target of this name.
fn is_known(triple: &str, configuration: &Configuration) -> bool {
    let library = Compiler::of(configuration).and_then(|compiler| compiler.library(triple));
    // One that fails otherwise is asked again, and is told of then.
    library.map_or_else(|error| error.exit() != Exit::Usage, |_| true)
}

/// Of several examples, the one: the others need not compile.
fn narrowed(targets: Targets, name: &str) -> Targets {
    match targets.examples {
        true => Targets { example: vec![name.to_owned()], ..Targets::default() },
        false => targets,
    }
}

/// One package to be built again.
struct Rebuilding<'a> {
    package: &'a Package,
    config: &'a PackageConfig,
    target: &'a str,
    compilation: &'a Compilation,
    scratch: &'a Scratch,
    configuration: &'a Configuration,
}

impl Rebuilding<'_> {
    /// Builds it in a place of its own, and gives the path of the module; or the exit code, of which everything was
    /// told.
    fn build(
        &self,
        original: &Original<'_>,
        recipe: Arc<Recipe>,
        run: &Run,
        report: &Report,
    ) -> Result<Result<PathBuf, Exit>> {
        let place =
            Arc::new(self.scratch.place(&run.target, resolve::profile(&self.compilation.mode)));
        let install = |rustup: &mut Command| report.installing(&run.target, rustup);
        project::ensure_installed(&run.target, &run.resolution, self.configuration, install)?;
        let name = original.file_name();
        let source = |tokens: &Tokens, queue: &Queue<'_>| {
            run.run(tokens, self.configuration, |mut line| {
                for artifact in std::mem::take(&mut line.artifacts) {
                    if artifact.path.ends_with(&name) {
                        let (recipe, output) = (Arc::clone(&recipe), Arc::clone(&place));
                        queue.push(Job { artifact, recipe, output });
                    }
                }
                // Nobody has asked for these.
                line.others.clear();
                queue.cargo_line(line);
                Ok(())
            })
        };
        let mut built = None;
        let told = |_: &Job, module: &Published| {
            built = Some(module.path.clone());
            Ok(())
        };
        let jobs = jobs::of(self.compilation, &Arguments::default(), self.configuration)?;
        // What cargo says is not what was asked for: not as JSON, that is.
        let done = publish::run(&[&*place], jobs, false, source, &report.as_human(), told)?;
        match (built, done.exit) {
            (Some(path), Exit::Ok) => Ok(Ok(path)),
            (_, Exit::Ok) => Err(Error::usage(format!("cargo built no `{name}`"))
                .advice("a program whose `required-features` are off needs them: `--features`")),
            (_, exit) => Ok(Err(exit)),
        }
    }

    fn cargo(
        &self,
        targets: &Targets,
        given: &crate::cli::args::Resolution,
        workspace: &Workspace,
        screen: Screen,
    ) -> Result<Run> {
        let (config, directory, target) = (self.config, &self.scratch.path, self.target);
        let profile = resolve::profile(&self.compilation.mode);
        let directories = std::slice::from_ref(directory);
        let subject = Subject { target, profile, directories };
        let reproducible = config
            .reproducible
            .then(|| Reproducible::new(subject, workspace, self.configuration))
            .transpose()?;
        let mut resolution = resolve::resolution(given);
        if workspace.build_directory()? != workspace.target_directory()? {
            // What is on the way to the module is built anew as well.
            let text = serde_json::Value::from(directory.display().to_string());
            resolution.config.push(format!("build.build-dir={text}"));
        }
        if config.auditable {
            project::find_auditable()?;
        }
        let mut flags = cargo_flags::of(self.compilation, targets, given, screen);
        flags.extend(["--target-dir".into(), directory.display().to_string()]);
        let short = self.compilation.message_format.iter().any(|format| format == "short");
        Ok(Run {
            resolution,
            packages: vec![self.package.id.clone()],
            target: target.to_owned(),
            features: cargo_flags::features(self.compilation),
            flags,
            messages: Messages::Rendered { short },
            reproducible,
            auditable: config.auditable,
            own_jobs: jobs::for_cargo(self.compilation).is_some(),
        })
    }
}
