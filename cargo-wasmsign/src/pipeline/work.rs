//! The steps from a copied artifact to a module that can be signed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use wasmsign_core::inspect::{self, Inspection};
use wasmsign_core::section::Kind;

use super::sealed::Made;
use super::{Observer, Order, Place, Recipe, Sizes, Step, record, transform};
use crate::config;
use crate::error::{Error, Result, of_module};
use crate::files::Staged;
use crate::optimize::{self, Allowed, Changes, Features, Job, Ran};
use crate::seal;
use crate::shape::{self, Embedding, Plan, Wishes};

/// One module on its way.
pub(super) struct Work<'a> {
    pub(super) order: &'a Order,
    /// The optimizer's threads.
    pub(super) cores: usize,
    pub(super) observer: &'a dyn Observer,
    pub(super) file_name: &'a Path,
}

impl Work<'_> {
    /// Takes every step.
    pub(super) fn run(&self, mut built: Staged, digest: String) -> Result<Made> {
        let size = length(built.file())?;
        let (mut module, module_digest) = self.transform(built, digest.clone())?;
        let what = self.inspect(&mut module)?;
        refuse_unfinished(self.file_name, &what)?;
        shape::refuse_signed(&what.sections, self.recipe().transform.is_some())
            .map_err(|error| error.named(self.file_name))?;
        let (module, what, optimizer) = self.optimize(module, what, module_digest)?;
        let sizes = Sizes { built: size, optimized: what.total, published: what.total };
        let mut shaped = self.shape(module, &what)?;
        self.warn_of_dylink(&what);
        self.seal(&mut shaped, digest, optimizer, sizes)
    }

    pub(super) fn recipe(&self) -> &Recipe {
        &self.order.recipe
    }

    pub(super) fn tell(&self, step: Step) {
        self.observer.step(&self.order.artifact.target.name, step);
    }

    /// A temporary file for one step.
    fn step_file(&self, step: &str) -> Result<Staged> {
        step_file(&self.order.place, self.file_name, step)
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

    /// The module as the user's program leaves it, and its digest.
    fn transform(&self, mut built: Staged, digest: String) -> Result<(Staged, String)> {
        let Some(transform) = &self.recipe().transform else { return Ok((built, digest)) };
        self.tell(Step::Transforming { program: transform.command[0].clone() });
        let mut output = self.step_file("transformed")?;
        transform::run(transform, self.file_name, &mut built, &mut output)
            .map_err(|error| error.named(self.file_name))?;
        let digest = record::copy_hashed(reader(&mut output)?, &mut io::sink())
            .map_err(|source| Error::io("failed to read a temporary file", source))?;
        Ok((output, digest))
    }

    /// The optimized module, what is in it, and who has optimized it; or the same one where nothing is to be optimized.
    fn optimize(
        &self,
        built: Staged,
        what: Inspection,
        digest: String,
    ) -> Result<(Staged, Inspection, Option<Ran>)> {
        let Some((optimizer, options)) = &self.recipe().optimize else {
            let (module, what) = self.recorded(built, what)?;
            return Ok((module, what, None));
        };
        if what.kind == Kind::Component {
            return Err(component(self.file_name));
        }
        let mut output = self.step_file("optimized")?;
        built.lend()?;
        output.lend()?;
        let job = self.job(options, digest, &built, &output)?;
        let begins = |version: &str| self.tell(Step::Optimizing { version: version.to_owned() });
        let outcome = optimize::run(&job, optimizer, Some(&self.order.place.cache), &begins)
            .map_err(|error| error.named(self.file_name))?;
        output.take_back()?;
        let after = self.inspect(&mut output)?;
        let changes = Changes::between(custom_names(&what), custom_names(&after));
        self.tell(Step::Optimized {
            from: what.total,
            to: after.total,
            tool: outcome.tool.version.clone(),
            cached: outcome.cached,
            dropped: changes.dropped.clone(),
        });
        let unasked = changes.unasked(&job);
        if !unasked.is_empty() {
            let sections = unasked.into_iter().map(str::to_owned).collect();
            self.tell(Step::Dropped { sections });
        }
        Ok((output, after, Some(outcome.tool)))
    }

    fn job(
        &self,
        options: &config::Optimize,
        digest: String,
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
            digest,
            output: output.path().to_owned(),
            level: options.level,
            passes: options.passes.clone(),
            keep_names: options.names == config::Keep::Keep,
            keep_debug: options.debug == config::Keep::Keep,
            features,
            exports: options.exports.clone(),
            producers: self.recipe().sections.producers,
            jobs: Some(self.cores),
        })
    }

    /// The module with this program among its producers, where it asks for that and no optimizer runs.
    fn recorded(&self, module: Staged, what: Inspection) -> Result<(Staged, Inspection)> {
        if !self.recipe().sections.producers {
            return Ok((module, what));
        }
        if what.kind == Kind::Component {
            let text = format!(
                "`{}` is a component: its producers cannot be recorded",
                self.file_name.display()
            );
            return Err(
                Error::usage(text).advice("leave `sections.producers` out for this package")
            );
        }
        let mut output = self.step_file("recorded")?;
        module.lend()?;
        output.lend()?;
        optimize::record(self.file_name, module.path(), output.path())?;
        output.take_back()?;
        let what = self.inspect(&mut output)?;
        Ok((output, what))
    }

    /// The module with the custom sections, in the order and the parts, that are wished for.
    fn shape(&self, mut module: Staged, what: &Inspection) -> Result<Staged> {
        self.warn_of_misses(what);
        let plan = self.plan(what)?;
        let delimiters = &self.recipe().delimiters;
        if !plan.changes_anything(delimiters) {
            return Ok(module);
        }
        let mut shaped = self.step_file("shaped")?;
        plan.write(self.file_name, &reader(&mut module)?, shaped.file(), delimiters)?;
        self.tell(Step::Shaped { outline: plan.outline().clone() });
        Ok(shaped)
    }

    /// Tells of selectors that select nothing, which may be typing errors.
    fn warn_of_misses(&self, what: &Inspection) {
        let sections = &self.recipe().sections;
        let embedded = sections.embed.iter().map(|embed| embed.name.as_str());
        let names: Vec<_> = custom_names(what).chain(embedded).collect();
        for pattern in sections.remove.misses(&names) {
            let text = format!("`sections.remove` names `{pattern}`, and there is no such section");
            self.tell(Step::Warned { text });
        }
        let empty = sections.parts.iter().flat_map(|parts| parts.empty(&names));
        for part in empty {
            let text = format!("no section is in the part [{part}] of `sections.parts`");
            self.tell(Step::Warned { text });
        }
    }

    /// Tells of a section that wants to be first, where the signature will be.
    fn warn_of_dylink(&self, what: &Inspection) {
        let Recipe { signers, placement, sections, .. } = self.recipe();
        let is_embedded = !signers.is_empty() && *placement != config::Placement::Detached;
        let stays = |name: &&str| shape::wants_to_be_first(name) && !sections.remove.is_match(name);
        if let Some(name) = custom_names(what).find(stays)
            && is_embedded
        {
            let text = format!(
                "its signature is before `{name}`, which dynamic linkers want to be first; `signature = \"detached\"` \
                 leaves the module as they want it"
            );
            self.tell(Step::Warned { text });
        }
    }

    /// What is to become of the custom sections.
    fn plan(&self, what: &Inspection) -> Result<Plan> {
        let Recipe { optimize, sections, .. } = self.recipe();
        let options = optimize.as_ref().map(|(_, options)| options);
        let leftover = |name: &str| options.is_some_and(|options| is_leftover(options, name));
        let remove = |name: &str| sections.remove.is_match(name) || leftover(name);
        let embed = sections.embed.iter().map(|embed| Embedding::open(&embed.name, &embed.file));
        let part_of = sections.parts.as_ref().map(|parts| |name: Option<&str>| parts.part_of(name));
        let wishes = Wishes {
            remove: &remove,
            embed: embed.collect::<Result<_>>()?,
            parts: part_of.as_ref().map(|part_of| part_of as shape::PartOf<'_>),
        };
        let plan = Plan::make(what.kind, &what.sections, wishes);
        plan.map_err(|error| error.named(self.file_name))
    }
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

pub(super) fn reader(file: &mut Staged) -> Result<File> {
    let failed = |source| Error::io("failed to read a temporary file", source);
    io::Seek::rewind(file.file()).map_err(failed)?;
    // The same lock is on it: on Windows another handle could not read the file.
    file.file().try_clone().map_err(failed)
}

pub(super) fn length(file: &File) -> Result<u64> {
    let metadata =
        file.metadata().map_err(|source| Error::io("failed to read a temporary file", source))?;
    Ok(metadata.len())
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
