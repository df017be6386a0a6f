//! The steps from a copied artifact to a published module.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use cargo_metadata::Target;
use wasmsign_core::Identity;
use wasmsign_core::inspect::{self, Inspection};
use wasmsign_core::section::Kind;

use super::record::{self, Record};
use super::{Observer, Place, Published, Recipe, Sizes, Step};
use crate::config::{self, Placement};
use crate::error::{Error, Result, of_module};
use crate::files::Staged;
use crate::optimize::{self, Allowed, Changes, Features, Job};
use crate::seal;
use crate::shape;

/// One module on its way.
pub(super) struct Work<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) place: &'a Place,
    pub(super) observer: &'a dyn Observer,
    pub(super) file_name: &'a Path,
    pub(super) target: &'a Target,
}

impl Work<'_> {
    /// Takes every step.
    pub(super) fn run(&self, mut built: Staged, digest: String) -> Result<Published> {
        let what = self.inspect(&mut built)?;
        refuse_unfinished(self.file_name, &what)?;
        let mut sizes = Sizes { built: what.total, optimized: what.total, published: what.total };
        let (mut optimized, what) = self.optimize(built, what, &digest)?;
        sizes.optimized = what.total;
        let removed = self.removed(&what);
        if !removed.is_empty() {
            optimized = self.shape(optimized, &what, &removed)?;
        }
        let published = self.publish(&mut optimized, sizes)?;
        let record = Record::of(self.recipe, digest, &published)?;
        record.save(&record::path(&self.place.state, self.file_name))?;
        Ok(published)
    }

    fn tell(&self, step: Step<'_>) {
        self.observer.step(&self.target.name, step);
    }

    fn inspect(&self, file: &mut Staged) -> Result<Inspection> {
        let file = reader(file)?;
        inspect::inspect(file).map_err(|error| of_module(self.file_name, error))
    }

    /// The optimized module and what is in it, or the same one where nothing is to be optimized.
    fn optimize(
        &self,
        built: Staged,
        what: Inspection,
        digest: &str,
    ) -> Result<(Staged, Inspection)> {
        let Some((tool, options)) = &self.recipe.optimize else { return Ok((built, what)) };
        if what.kind == Kind::Component {
            return Err(component(self.file_name));
        }
        self.tell(Step::Optimizing { version: tool.version() });
        let mut output = step_file(self.place, self.file_name, "optimized")?;
        built.lend()?;
        output.lend()?;
        let job = self.job(options, digest, &built, &output)?;
        let outcome = optimize::run(&job, tool, Some(&self.place.cache))
            .map_err(|error| error.named(self.file_name))?;
        output.take_back()?;
        let after = self.inspect(&mut output)?;
        let (from, to, cached) = (what.total, after.total, outcome.cached);
        self.tell(Step::Optimized { from, to, cached });
        let changes = Changes::between(custom_names(&what), custom_names(&after));
        let dropped = changes.unasked(&job);
        if !dropped.is_empty() {
            self.tell(Step::Dropped { sections: &dropped });
        }
        Ok((output, after))
    }

    fn job(
        &self,
        options: &config::Optimize,
        digest: &str,
        input: &Staged,
        output: &Staged,
    ) -> Result<Job> {
        let features = match &options.features {
            config::Features::Auto => Allowed::Auto,
            config::Features::List(names) => Allowed::Only(Features::from_names(names)?),
        };
        Ok(Job {
            name: self.file_name.to_owned(),
            input: input.path().to_owned(),
            digest: digest.to_owned(),
            output: output.path().to_owned(),
            level: options.level,
            passes: options.passes.clone(),
            keep_names: options.names == config::Keep::Keep,
            keep_debug: options.debug == config::Keep::Keep,
            features,
            exports: None,
            producers: false,
            jobs: self.recipe.jobs,
        })
    }

    /// The custom sections that are to go.
    fn removed<'a>(&self, what: &'a Inspection) -> Vec<&'a str> {
        let leftover = |name: &str| {
            let options = self.recipe.optimize.as_ref().map(|(_, options)| options);
            options.is_some_and(|options| is_leftover(options, name))
        };
        custom_names(what)
            .filter(|name| self.recipe.remove.is_match(name) || leftover(name))
            .collect()
    }

    fn shape(&self, mut module: Staged, what: &Inspection, removed: &[&str]) -> Result<Staged> {
        let mut shaped = step_file(self.place, self.file_name, "shaped")?;
        let runs = shape::kept(&what.sections, |name| removed.contains(&name));
        shape::copy(self.file_name, &reader(&mut module)?, shaped.file(), &runs)?;
        self.tell(Step::Shaped { removed });
        Ok(shaped)
    }

    /// Signs, verifies what was written, and puts it in place.
    fn publish(&self, module: &mut Staged, mut sizes: Sizes) -> Result<Published> {
        let mut sealed = self.seal(module)?;
        let signers = self.recipe.signer_lines();
        if !signers.is_empty() {
            self.tell(Step::Signed { signers: &signers });
        }
        sizes.published = length(sealed.module.file())?;
        let path = self.place.published.join(self.file_name);
        let sig = with_suffix(&path, ".sig");
        let signature_path = sealed.signature.is_some().then(|| sig.clone());
        // The signature first: a module without its own is nobody's.
        sealed.signature.map_or(Ok(()), Staged::publish)?;
        sealed.module.publish()?;
        if signature_path.is_none() {
            remove_stale(&sig)?;
        }
        let identity = sealed.identity.map(|identity| identity.to_string()).unwrap_or_default();
        Ok(Published { path, signature_path, identity, fresh: false, sizes, signers })
    }

    /// Makes the files that will be published, and verifies these very files.
    fn seal(&self, module: &mut Staged) -> Result<Sealed> {
        let (name, signatures) = (self.file_name, self.recipe.signatures());
        let placement = (!signatures.is_empty()).then_some(self.recipe.placement);
        let path = self.place.published.join(name);
        let mut staged = seal::stage(&path)?;
        let from = reader(module)?;
        let embedded = match placement {
            Some(Placement::Embedded | Placement::Both) => {
                Some(seal::embedded(name, &from, &mut staged, &signatures)?)
            }
            _ => {
                let whole = 0..length(&from)?;
                shape::copy(name, &from, staged.file(), std::slice::from_ref(&whole))?;
                staged.sync()?;
                None
            }
        };
        let detached = match placement {
            Some(Placement::Detached | Placement::Both) => {
                let mut signature = seal::stage(&with_suffix(&path, ".sig"))?;
                let module = reader(&mut staged)?;
                let sealed = seal::detached(name, &module, None, &mut signature, &signatures)?;
                Some((signature, sealed))
            }
            _ => None,
        };
        let (signature, detached) = detached.unzip();
        let identity = match embedded.or(detached) {
            Some(sealed) => sealed.verified.identity(),
            None => self.inspect(&mut staged)?.identity,
        };
        Ok(Sealed { module: staged, signature, identity })
    }
}

/// Files that are ready to be published.
struct Sealed {
    module: Staged,
    signature: Option<Staged>,
    identity: Option<Identity>,
}

fn custom_names(what: &Inspection) -> impl Iterator<Item = &str> {
    what.sections.iter().filter_map(|section| section.name())
}

/// What the optimizer leaves though it was told to strip it.
fn is_leftover(options: &config::Optimize, name: &str) -> bool {
    let strip = config::Keep::Strip;
    (options.names == strip && name == "name")
        || (options.debug == strip && name.starts_with(".debug_"))
}

/// The error for a component that is to be optimized: the optimizer knows core modules alone.
pub fn component(name: &Path) -> Error {
    Error::usage(format!("`{}` is a component, which the optimizer cannot read", name.display()))
        .advice("set `optimize = false` for this package, or build with `--no-optimize`")
}

/// A module that a later tool must rewrite would lose its signature to that tool.
fn refuse_unfinished(name: &Path, what: &Inspection) -> Result<()> {
    let unfinished = |section: &str| {
        section == "__wasm_bindgen_unstable" || section.starts_with("component-type:")
    };
    match custom_names(what).find(|section| unfinished(section)) {
        None => Ok(()),
        Some(section) => Err(Error::usage(format!(
            "`{}` is not finished: its section `{}` is for a tool that rewrites the module, which would break any \
             signature",
            name.display(),
            section.escape_debug()
        ))
        .advice("run that tool first (wasm-bindgen, wasm-tools component new, …), and sign its result with `cargo wasmsign sign`")),
    }
}

/// A temporary file for one step of a module, in the directory where the module will be.
pub(super) fn step_file(place: &Place, file_name: &Path, step: &str) -> Result<Staged> {
    seal::stage(&with_suffix(&place.published.join(file_name), &format!(".{step}")))
}

fn reader(file: &mut Staged) -> Result<File> {
    let failed = |source| Error::io("failed to read a temporary file", source);
    io::Seek::rewind(file.file()).map_err(failed)?;
    // The same lock is on it: on Windows another handle could not read the file.
    file.file().try_clone().map_err(failed)
}

fn length(file: &File) -> Result<u64> {
    let metadata =
        file.metadata().map_err(|source| Error::io("failed to read a temporary file", source))?;
    Ok(metadata.len())
}

fn remove_stale(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::io(
            format!("failed to remove the stale signature `{}`", path.display()),
            source,
        )),
        _ => Ok(()),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
