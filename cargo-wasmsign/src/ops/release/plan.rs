//! What a release will be, decided before anything is built.

use std::path::{Path, PathBuf};

use cargo_metadata::PackageId;
use wasmsign_core::formats::Format;

use super::destination::Destination;
use super::names::{self, Names};
use super::request::Request;
use super::title::Title;
use crate::error::{Error, Result};
use crate::ops::build::{Batch, Prepared};
use crate::ops::{Event, Observer, select};
use crate::project::{self, Revision};

/// A release, decided and not begun.
pub(super) struct Plan {
    pub(super) title: Title,
    pub(super) revision: Option<Revision>,
    pub(super) destination: Destination,
    modules: Vec<Planned>,
}

/// A module that is to be built.
struct Planned {
    package: PackageId,
    target: String,
    triple: String,
    names: Names,
}

impl Plan {
    /// Decides all that can be decided now.
    ///
    /// # Errors
    ///
    /// Exit code 2: versions, tag, tree or directory are not what they must be, or two modules have one name.
    pub(super) fn make(
        request: &Request,
        prepared: &Prepared<'_>,
        observe: &mut Observer<'_>,
    ) -> Result<Self> {
        let title = Title::of(prepared.selected())?;
        if let Some(tag) = &request.tag {
            title.refuse_other_tag(tag, prepared.selected())?;
        }
        check_formats(request, prepared, observe)?;
        let root = prepared.workspace().root();
        let target = request.build.compilation.target_directory(prepared.workspace())?;
        let revision = revision(request, root, &target, observe)?;
        let modules = planned(prepared);
        let makers = modules.iter().map(|module| {
            let Planned { package, target, triple, names } = module;
            let name = prepared.selected().iter().find(|one| one.id == *package);
            let name = name.map(|one| one.name.to_string()).unwrap_or_default();
            (names, format!("`{target}` of the package `{name}` for {triple}"))
        });
        names::refuse_twice(makers)?;
        let commit = revision.as_ref().map(|revision| revision.commit.as_str());
        let out = match &request.out {
            Some(out) => out.clone(),
            None => target
                .join("wasmsign/release")
                .join(title.directory(commit, request.build.partition)?),
        };
        let here = std::env::current_dir().unwrap_or_default();
        let destination =
            Destination::new(&out, request.force, (&title, commit), &[root, &target, &here])?;
        Ok(Self { title, revision, destination, modules })
    }

    /// The names of the module of this target for this triple.
    pub(super) fn names(&self, package: &PackageId, target: &str, triple: &str) -> Option<&Names> {
        let is_meant = |module: &&Planned| {
            module.package == *package && module.target == target && module.triple == triple
        };
        self.modules.iter().find(is_meant).map(|module| &module.names)
    }
}

/// Refuses packages whose modules carry no signature of the default format. Those of other formats that lie beside a module
/// are left out.
fn check_formats(
    request: &Request,
    prepared: &Prepared<'_>,
    observe: &mut Observer<'_>,
) -> Result<()> {
    let packages = prepared.batches().iter().flat_map(|batch| &batch.packages);
    for planned in packages.filter(|_| !request.build.options.no_sign) {
        let (name, formats) = (&planned.package.name, &planned.config.options.formats);
        if !formats.contains(&Format::Wasmsign2) {
            return Err(Error::usage(format!(
                "the modules of `{name}` are not signed as {}",
                Format::Wasmsign2
            ))
            .advice(format!(
                "add `{}` to `signature-format`, or release with `--no-sign`",
                Format::Wasmsign2
            )));
        }
        let in_modules = [Format::Wasmsign2, Format::Wasmsign1, Format::WasmSign];
        for format in formats.iter().filter(|format| !in_modules.contains(format)) {
            observe(Event::Warning(&format!(
                "the release has no signatures of `{name}` as {format}: `build` publishes them"
            )))?;
        }
    }
    Ok(())
}

/// The modules of all packages, each with its name.
fn planned(prepared: &Prepared<'_>) -> Vec<Planned> {
    let modules = |batch: &Batch| {
        let triple = batch.target.clone();
        let packages = batch.packages.iter();
        packages
            .flat_map(move |planned| {
                let triple = triple.clone();
                planned.files.iter().filter_map(move |file| {
                    let all = select::TargetFilter::default();
                    let target = select::target_of(&planned.package, &all, file)?;
                    Some((planned.package.clone(), target.name.clone(), triple.clone()))
                })
            })
            .collect::<Vec<_>>()
    };
    let all: Vec<_> = prepared.batches().iter().flat_map(modules).collect();
    let has_several =
        |package: &PackageId, word: fn(&(cargo_metadata::Package, String, String)) -> &String| {
            let mut words: Vec<_> =
                all.iter().filter(|one| one.0.id == *package).map(word).collect();
            words.sort();
            words.dedup();
            words.len() > 1
        };
    let name = |(package, target, triple): &(cargo_metadata::Package, String, String)| {
        let short = Path::new(triple).file_stem().filter(|_| triple.ends_with(".json"));
        let short = short.and_then(|stem| stem.to_str()).unwrap_or(triple);
        let names = Names::new(
            &package.name,
            has_several(&package.id, |one| &one.1).then_some(target),
            has_several(&package.id, |one| &one.2).then_some(short),
            &package.version.to_string(),
        );
        Planned {
            package: package.id.clone(),
            target: target.clone(),
            triple: triple.clone(),
            names,
        }
    };
    all.iter().map(name).collect()
}

/// What of git is released.
fn revision(
    request: &Request,
    root: &Path,
    target: &Path,
    observe: &mut Observer<'_>,
) -> Result<Option<Revision>> {
    let out: Option<PathBuf> = request.out.as_deref().map(crate::sys::paths::whole).transpose()?;
    let outputs: Vec<&Path> = std::iter::once(target).chain(out.as_deref()).collect();
    let revision = project::tree_revision(root, &outputs);
    match &revision {
        None => observe(Event::Warning(&format!(
            "the release names no git revision: `{}` is not in a repository with a commit, or git does not run",
            root.display()
        )))?,
        Some(Revision { is_dirty: true, .. }) if !request.allow_dirty => {
            return Err(Error::usage(format!("the tree in `{}` differs from the commit that is checked out", root.display()))
                .advice("commit the changes that `git status` shows, or pass `--allow-dirty` to release them all the same"));
        }
        Some(_) => {}
    }
    Ok(revision)
}
