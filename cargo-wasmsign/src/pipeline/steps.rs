//! The steps from a copied artifact to a module that can be signed.

use std::io;
use std::path::Path;

use wasmsign_core::inspect::{self, Inspection};
use wasmsign_core::manifest::MANIFEST_SECTION;
use wasmsign_core::wasm::Kind;

use super::check::Copied;
use super::context::Context;
use super::finish::Unpublished;
use super::record::Source;
use super::statement::Made;
use super::temporary::{length, reader};
use super::transform::products::Products;
use super::waiting::every_second;
use super::{Job, Observer, Recipe, Sizes, Step, auditable, unfinished};
use crate::error::{Error, Result, of_module};
use crate::manifest::{self, After, Unfinished};
use crate::module::edit;
use crate::module::optimize::{self, Allowed, Changes, Features, Ran};
use crate::module::shape::{self, Embedding, Plan, Wishes};
use crate::sys::files::Staged;
use crate::sys::hashing::copy_with_sha256;
use crate::text::escape::escape;

/// Takes every step with a copied artifact but the last: what was published before is still there.
///
/// # Errors
///
/// Those of each step.
pub(super) fn make(
    copied: Copied,
    job: &Job,
    cores: usize,
    observer: &dyn Observer,
) -> Result<Unpublished> {
    let Copied { file_name, built, source } = copied;
    Context { job, cores, observer, file_name: &file_name }.run(built, source)
}

impl Context<'_> {
    /// Takes every step.
    fn run(&self, mut built: Staged, source: Source) -> Result<Unpublished> {
        let mut sizes = Sizes { built: length(built.file())?, ..Sizes::default() };
        let mut products = Products::default();
        let (mut module, transformed) = self.transform(After::Build, built, &mut products)?;
        sizes.transformed = transformed;
        let what = self.inspect(&mut module)?;
        // What a later program finishes need not be finished here.
        if !self.runs(After::Optimize) {
            self.refuse_unfinished(&what, &mut module)?;
        }
        self.refuse_signed(&what)?;
        let digest = match transformed {
            None => source.built.clone(),
            Some(_) => digest(&mut module)?,
        };
        let (module, what, optimizer) = self.optimize(module, what, digest)?;
        sizes.optimized = what.total;
        let (mut module, finished) = self.transform(After::Optimize, module, &mut products)?;
        sizes.finished = finished;
        let what = if finished.is_some() { self.inspect(&mut module)? } else { what };
        self.refuse_unfinished(&what, &mut module)?;
        self.refuse_signed(&what)?;
        let mut shaped = self.shape(module, &what, &source.built, optimizer.as_ref())?;
        self.warn_of_dylink(&what);
        if self.recipe().auditable {
            auditable::refuse_without(self.file_name, what.kind, shaped.file())?;
        }
        self.seal(&mut shaped, source, products, optimizer, sizes)
    }

    fn refuse_signed(&self, what: &Inspection) -> Result<()> {
        shape::refuse_signed(&what.sections, !self.recipe().transforms.is_empty())
            .map_err(|error| error.named(self.file_name))
    }

    fn refuse_unfinished(&self, what: &Inspection, module: &mut Staged) -> Result<()> {
        match self.recipe().unfinished {
            Unfinished::Refuse => unfinished::refuse(self.file_name, what, module.file()),
            Unfinished::Allow => Ok(()),
        }
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

    /// The optimized module, what is in it, and who has optimized it; or the same one where nothing is to be optimized.
    fn optimize(
        &self,
        built: Staged,
        what: Inspection,
        digest: String,
    ) -> Result<(Staged, Inspection, Option<Ran>)> {
        let Some((optimizer, manifest::Optimize { options, .. })) = &self.recipe().optimize else {
            let (module, what) = self.edit(built, what, digest)?;
            return Ok((module, what, None));
        };
        let mut output = self.step_file("optimized")?;
        built.lend()?;
        output.lend()?;
        let job = optimize::Job {
            level: options.level,
            passes: options.passes.clone(),
            keep_names: options.names == manifest::Keep::Keep,
            keep_debug: options.debug == manifest::Keep::Keep,
            timeout: options.timeout.map(manifest::Timeout::duration),
            ..self.optimizer_job(digest, &built, &output)?
        };
        let run = match what.kind {
            Kind::Module => optimize::run,
            Kind::Component => optimize::run_component,
        };
        let cache = Some(&self.job.output.cache);
        let begins = |version: &str| self.notify(Step::Optimizing { version: version.to_owned() });
        let notify = |time| self.notify(Step::StillOptimizing { time });
        let outcome = every_second(notify, || run(&job, optimizer, cache, &begins))
            .map_err(|error| error.named(self.file_name))?;
        for reason in &outcome.left {
            let text = format!("left unchanged: {reason}");
            self.notify(Step::Warned { text });
        }
        let Some(tool) = outcome.tool else { return Ok((built, what, None)) };
        output.take_back()?;
        let after = self.inspect(&mut output)?;
        let mut changes = Changes::between(custom_names(&what), custom_names(&after));
        changes.dropped.extend(outcome.dropped);
        self.notify(Step::Optimized {
            from: what.total,
            to: after.total,
            tool: tool.version.clone(),
            cached: outcome.cached,
            dropped: changes.dropped.clone(),
        });
        self.warn_of_changes(&changes, &job, tool.keeps_hints && job.exports.is_none());
        Ok((output, after, Some(tool)))
    }

    /// Tells of sections that went though nobody had asked for it. Where hints are kept, those that went had lost what
    /// they were about.
    fn warn_of_changes(&self, changes: &Changes, job: &optimize::Job, keeps_hints: bool) {
        let (places, unasked): (Vec<_>, Vec<_>) =
            changes.unasked(job).into_iter().partition(|name| edit::is_stale(name, false));
        for name in places.into_iter().filter(|name| edit::is_stale(name, keeps_hints)) {
            let text = format!(
                "dropped the section `{}`: it refers to code offsets that have changed",
                escape(name)
            );
            self.notify(Step::Warned { text });
        }
        if !unasked.is_empty() {
            let sections = unasked.into_iter().map(str::to_owned).collect();
            self.notify(Step::Dropped { sections });
        }
    }

    /// What holds of a module with the optimizer and without; without, names and DWARF stay.
    fn optimizer_job(
        &self,
        digest: String,
        input: &Staged,
        output: &Staged,
    ) -> Result<optimize::Job> {
        let interface = &self.recipe().interface;
        let features = match &interface.features {
            manifest::Features::Auto => Allowed::Auto,
            manifest::Features::List(names) => Allowed::Only(Features::from_names(names)?),
        };
        Ok(optimize::Job {
            name: self.file_name.to_owned(),
            input: input.path().to_owned(),
            digest,
            output: output.path().to_owned(),
            level: optimize::Level::O0,
            passes: Vec::new(),
            keep_names: true,
            keep_debug: true,
            features,
            exports: interface.exports.clone(),
            producers: self.recipe().sections.producers,
            jobs: Some(self.cores),
            timeout: None,
        })
    }

    /// The module as far as it is edited without an optimizer; it must not need more than hosts know.
    fn edit(
        &self,
        module: Staged,
        what: Inspection,
        digest: String,
    ) -> Result<(Staged, Inspection)> {
        let mut output = self.step_file("edited")?;
        let job = self.optimizer_job(digest, &module, &output)?;
        if job.exports.is_none() && !job.producers && job.features == Allowed::Auto {
            return Ok((module, what));
        }
        module.lend()?;
        output.lend()?;
        let is_edited =
            optimize::without_optimizer(&job).map_err(|error| error.named(self.file_name))?;
        output.take_back()?;
        if !is_edited {
            return Ok((module, what));
        }
        let after = self.inspect(&mut output)?;
        let changes = Changes::between(custom_names(&what), custom_names(&after));
        self.warn_of_changes(&changes, &job, false);
        Ok((output, after))
    }

    /// The module with the custom sections, in the order and the parts, that are wished for.
    fn shape(
        &self,
        mut module: Staged,
        what: &Inspection,
        built: &str,
        optimizer: Option<&Ran>,
    ) -> Result<Staged> {
        self.warn_of_misses(what);
        let plan = self.plan(what, self.embeddings(built, optimizer)?)?;
        let delimiters = &self.recipe().delimiters;
        if !plan.changes_anything(delimiters) {
            return Ok(module);
        }
        let mut shaped = self.step_file("shaped")?;
        plan.write(self.file_name, &reader(&mut module)?, shaped.file(), delimiters)?;
        self.notify(Step::Shaped { outline: plan.outline().clone() });
        Ok(shaped)
    }

    /// Tells of selectors that select nothing, which may be typing errors.
    fn warn_of_misses(&self, what: &Inspection) {
        let sections = &self.recipe().sections;
        let embedded = sections.embed.iter().map(|embed| embed.name.as_str());
        let metadata = self.recipe().metadata.iter().map(|(name, _)| *name);
        let manifest = self.recipe().statement.iter().map(|_| MANIFEST_SECTION);
        let names: Vec<_> =
            custom_names(what).chain(embedded).chain(metadata).chain(manifest).collect();
        for pattern in sections.remove.misses(&names) {
            let text = format!("`sections.remove` names `{pattern}`, but no section matches");
            self.notify(Step::Warned { text });
        }
        let empty = sections.parts.iter().flat_map(|parts| parts.empty(&names));
        for part in empty {
            let text = format!("the part [{part}] of `sections.parts` contains no section");
            self.notify(Step::Warned { text });
        }
    }

    /// Tells of a section that wants to be first, where the signature will be.
    fn warn_of_dylink(&self, what: &Inspection) {
        let Recipe { signers, placement, sections, .. } = self.recipe();
        let is_embedded = !signers.is_empty() && *placement != manifest::Placement::Detached;
        let stays = |name: &&str| shape::wants_to_be_first(name) && !sections.remove.is_match(name);
        if let Some(name) = custom_names(what).find(stays)
            && is_embedded
        {
            let text = format!(
                "its signature is before `{name}`, which dynamic linkers expect first; `signature \
                 = \"detached\"` avoids this"
            );
            self.notify(Step::Warned { text });
        }
    }

    /// The custom sections that are added. `built` is the digest of what cargo made.
    fn embeddings(&self, built: &str, optimizer: Option<&Ran>) -> Result<Vec<Embedding>> {
        let Recipe { optimize, sections, statement, metadata, profile, .. } = self.recipe();
        let files = sections.embed.iter().map(|embed| Embedding::open(&embed.name, &embed.file));
        let mut embeddings = files.collect::<Result<Vec<_>>>()?;
        for (name, text) in metadata {
            let text = text.clone().into_bytes();
            embeddings.push(Embedding::of(name, text, "sections.metadata")?);
        }
        if let Some(statement) = statement {
            let options = optimize.as_ref().map(|(_, options)| options);
            let target = &self.job.artifact.target.name;
            let made = Made { target, profile, built, optimizer: optimizer.zip(options) };
            let content = statement.encode(&made).map_err(|error| error.named(self.file_name))?;
            embeddings.push(Embedding::of(MANIFEST_SECTION, content, "manifest")?);
        }
        Ok(embeddings)
    }

    /// What is to become of the custom sections.
    fn plan(&self, what: &Inspection, embed: Vec<Embedding>) -> Result<Plan> {
        let Recipe { optimize, sections, .. } = self.recipe();
        let options = optimize.as_ref().map(|(_, optimize)| &optimize.options);
        let leftover = |name: &str| options.is_some_and(|options| is_leftover(options, name));
        let remove = |name: &str| sections.remove.is_match(name) || leftover(name);
        let part_of = sections.parts.as_ref().map(|parts| |name: Option<&str>| parts.part_of(name));
        let wishes = Wishes {
            remove: &remove,
            embed,
            parts: part_of.as_ref().map(|part_of| part_of as shape::PartOf<'_>),
        };
        let plan = Plan::make(what.kind, &what.sections, wishes);
        plan.map_err(|error| error.named(self.file_name))
    }
}

fn custom_names(what: &Inspection) -> impl Iterator<Item = &str> {
    what.sections.iter().filter_map(|section| section.name())
}

/// What the optimizer leaves though it was asked to strip it.
fn is_leftover(options: &manifest::OptimizeOptions, name: &str) -> bool {
    let strip = manifest::Keep::Strip;
    (options.names == strip && name == "name")
        || (options.debug == strip && name.starts_with(".debug_"))
}

/// The error for a module of more sections than are listed.
fn too_many_sections(name: &Path, what: &Inspection) -> Error {
    Error::malformed(format!(
        "`{}` has {} sections, which is too many",
        name.display(),
        what.section_count
    ))
    .advice("find out what makes them; a typical build has fewer than a hundred")
}

fn digest(module: &mut Staged) -> Result<String> {
    copy_with_sha256(reader(module)?, &mut io::sink())
        .map_err(|source| Error::io("failed to read a temporary file", source))
}
