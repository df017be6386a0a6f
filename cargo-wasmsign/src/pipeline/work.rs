//! The steps from a copied artifact to a published module.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use wasmsign_core::Identity;
use wasmsign_core::inspect::{self, Inspection};
use wasmsign_core::section::Kind;

use super::record::{self, Record};
use super::{Observer, Order, Place, Published, Recipe, Sizes, Step};
use crate::config::{self, Placement};
use crate::error::{Error, Result, of_module};
use crate::files::Staged;
use crate::optimize::{self, Features, Job};
use crate::seal;
use crate::shape::{self, Delimiters, Plan, Wishes};

/// One module on its way.
pub(super) struct Work<'a> {
    pub(super) order: &'a Order,
    /// The optimizer's threads.
    pub(super) cores: usize,
    pub(super) observer: &'a dyn Observer,
    pub(super) file_name: &'a Path,
}

/// A module that is made, signed and verified, and seen by nobody yet.
pub struct Made {
    order: Order,
    module: Staged,
    signature: Option<Staged>,
    published: Published,
    record: Record,
}

impl Made {
    pub(super) fn publish(self) -> Result<(Order, Published)> {
        let sig = with_suffix(&self.published.path, ".sig");
        // The signature first: a module without its own is nobody's.
        self.signature.map_or(Ok(()), Staged::publish)?;
        self.module.publish()?;
        if self.published.signature_path.is_none() {
            remove_stale(&sig)?;
        }
        let name = Path::new(self.published.path.file_name().unwrap_or_default());
        self.record.save(&record::path(&self.order.place.state, name))?;
        Ok((self.order, self.published))
    }
}

impl Work<'_> {
    /// Takes every step.
    pub(super) fn run(&self, mut built: Staged, digest: String) -> Result<Made> {
        let what = self.inspect(&mut built)?;
        refuse_unfinished(self.file_name, &what)?;
        shape::refuse_signed(&what.sections).map_err(|error| error.named(self.file_name))?;
        let mut sizes = Sizes { built: what.total, optimized: what.total, published: what.total };
        let optimized = self.optimize(built, &what)?;
        let (mut optimized, what) = match optimized {
            Ok(mut optimized) => {
                let what = self.inspect(&mut optimized)?;
                sizes.optimized = what.total;
                self.tell(Step::Optimized { from: sizes.built, to: sizes.optimized });
                (optimized, what)
            }
            Err(built) => (built, what),
        };
        let (plan, delimiters) = (self.plan(&what)?, Delimiters::None);
        if plan.changes_anything(&delimiters) {
            optimized = self.shape(optimized, &plan, &delimiters)?;
        }
        let sealed = self.seal(&mut optimized)?;
        self.made(sealed, digest, sizes)
    }

    fn recipe(&self) -> &Recipe {
        &self.order.recipe
    }

    fn tell(&self, step: Step) {
        self.observer.step(&self.order.artifact.target.name, step);
    }

    /// What a module holds, with all its sections.
    fn inspect(&self, file: &mut Staged) -> Result<Inspection> {
        let file = reader(file)?;
        let what = inspect::inspect(file).map_err(|error| of_module(self.file_name, error))?;
        match what.is_truncated() {
            true => Err(too_many_sections(self.file_name, &what)),
            false => Ok(what),
        }
    }

    /// The optimized module, or the same one where nothing is to be optimized.
    fn optimize(&self, mut built: Staged, what: &Inspection) -> Result<Result<Staged, Staged>> {
        let Some((tool, options)) = &self.recipe().optimize else { return Ok(Err(built)) };
        if what.kind == Kind::Component {
            return Err(component(self.file_name));
        }
        self.tell(Step::Optimizing { version: tool.version().to_owned() });
        let mut output = step_file(&self.order.place, self.file_name, "optimized")?;
        let features = self.features(options, &mut built)?;
        built.lend()?;
        output.lend()?;
        let job = job(options, features, &built, &output, self.cores)?;
        optimize::run(&job, tool).map_err(|error| error.named(self.file_name))?;
        output.take_back()?;
        Ok(Ok(output))
    }

    fn features(&self, options: &config::Optimize, built: &mut Staged) -> Result<Features> {
        match &options.features {
            config::Features::List(names) => Features::from_names(names),
            config::Features::Auto => {
                let mut module = Vec::new();
                let read = io::Read::read_to_end(&mut reader(built)?, &mut module);
                read.map_err(|source| {
                    Error::io(format!("failed to read `{}`", self.file_name.display()), source)
                })?;
                optimize::detect(self.file_name, &module)
            }
        }
    }

    /// What is to become of the custom sections.
    fn plan(&self, what: &Inspection) -> Result<Plan> {
        let options = self.recipe().optimize.as_ref().map(|(_, options)| options);
        let leftover = |name: &str| options.is_some_and(|options| is_leftover(options, name));
        let remove = |name: &str| self.recipe().remove.is_match(name) || leftover(name);
        let wishes = Wishes { remove: &remove, embed: Vec::new(), parts: None };
        let plan = Plan::make(what.kind, &what.sections, wishes);
        plan.map_err(|error| error.named(self.file_name))
    }

    fn shape(&self, mut module: Staged, plan: &Plan, delimiters: &Delimiters) -> Result<Staged> {
        let mut shaped = step_file(&self.order.place, self.file_name, "shaped")?;
        plan.write(self.file_name, &reader(&mut module)?, shaped.file(), delimiters)?;
        self.tell(Step::Shaped { outline: plan.outline().clone() });
        Ok(shaped)
    }

    /// What is known of the files that will be published.
    fn made(&self, mut sealed: Sealed, built: String, mut sizes: Sizes) -> Result<Made> {
        let signers = self.recipe().signer_lines();
        if !signers.is_empty() {
            self.tell(Step::Signed { signers: signers.clone() });
        }
        sizes.published = length(sealed.module.file())?;
        let path = self.order.place.published.join(self.file_name);
        let signature_path = sealed.signature.is_some().then(|| with_suffix(&path, ".sig"));
        let identity = sealed.identity.map(|identity| identity.to_string()).unwrap_or_default();
        let published = Published { path, signature_path, identity, fresh: false, sizes, signers };
        let Sealed { mut module, mut signature, .. } = sealed;
        let record = Record::of(
            self.recipe(),
            built,
            &published,
            reader(&mut module)?,
            signature.as_mut().map(reader).transpose()?,
        )?;
        Ok(Made { order: self.order.clone(), module, signature, published, record })
    }

    /// Makes the files that will be published, and verifies these very files.
    fn seal(&self, module: &mut Staged) -> Result<Sealed> {
        let (name, signatures) = (self.file_name, self.recipe().signatures());
        let placement = (!signatures.is_empty()).then_some(self.recipe().placement);
        let path = self.order.place.published.join(name);
        let mut staged = seal::stage(&path)?;
        let mut from = reader(module)?;
        let embedded = match placement {
            Some(Placement::Embedded | Placement::Both) => {
                Some(seal::embedded(name, &from, &mut staged, &signatures)?)
            }
            _ => {
                let copied = io::copy(&mut from, staged.file());
                copied.map_err(|source| {
                    Error::io(format!("failed to write `{}`", path.display()), source)
                })?;
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
            None => {
                inspect::inspect_without_sections(reader(&mut staged)?)
                    .map_err(|error| of_module(name, error))?
                    .identity
            }
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

fn job(
    options: &config::Optimize,
    features: Features,
    input: &Staged,
    output: &Staged,
    cores: usize,
) -> Result<Job> {
    Ok(Job {
        input: input.path().to_owned(),
        output: output.path().to_owned(),
        level: options.level,
        passes: options.passes.clone(),
        keep_names: options.names == config::Keep::Keep,
        keep_debug: options.debug == config::Keep::Keep,
        features,
        jobs: Some(cores),
    })
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

/// The error for a module of more sections than are listed.
fn too_many_sections(name: &Path, what: &Inspection) -> Error {
    Error::malformed(format!(
        "`{}` has {} sections: so many cannot be looked through",
        name.display(),
        what.section_count
    ))
    .advice("find out what makes them; a build has less than a hundred")
}

/// A module that a later tool must rewrite would lose its signature to that tool.
fn refuse_unfinished(name: &Path, what: &Inspection) -> Result<()> {
    let unfinished = |section: &str| {
        section == "__wasm_bindgen_unstable" || section.starts_with("component-type:")
    };
    match what.sections.iter().filter_map(|section| section.name()).find(|section| unfinished(section)) {
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
