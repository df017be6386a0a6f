//! Joining the parts of a release.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::build::Released;
use super::check::{self, Seen};
use super::contents::Contents;
use super::destination::{Destination, Placed};
use super::index::{Index, Module, Tools};
use super::opened::Opened;
use super::problem;
use super::title::Title;
use super::verify::{self, Whom};
use super::{epoch, finish};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys::Signer;
use crate::ops::parallel::in_parallel;
use crate::ops::partition::Partition;
use crate::ops::{Event, Observer, Signers};
use crate::text::hex::public_key_text;

/// Parts, and where the whole goes.
#[derive(Debug)]
pub(crate) struct Request {
    /// The directories of the parts.
    pub(crate) directories: Vec<PathBuf>,
    /// The directory of the whole.
    pub(crate) out: PathBuf,
    /// Whether other content of it is replaced.
    pub(crate) force: bool,
    /// The public keys that have signed the parts; those of the signers where none is given.
    pub(crate) public_keys: Vec<String>,
    /// Who signs what spans the parts.
    pub(crate) signers: Signers,
}

/// A part of a release.
struct Part {
    /// As it was named.
    directory: PathBuf,
    partition: Partition,
    opened: Opened,
}

/// Joins all parts of a release. The files of the parts stay what they are; what spans them is made anew.
///
/// # Errors
///
/// Exit code 2: a part is missing, or there twice, or of another release, or no key is given for signed parts; 1, 3 and 4
/// where a part is not what was built.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Released> {
    let time = epoch::read()?;
    let parts =
        request.directories.iter().map(|directory| open(directory)).collect::<Result<Vec<_>>>()?;
    refuse_incomplete(&parts)?;
    let signers = signers(request, &parts, observe)?;
    parts.iter().try_for_each(|part| verify(request, part, &signers))?;
    let index = united(&parts)?;
    refuse_missing_packages(&parts)?;
    let title = Title::of_index(&index);
    let here = std::env::current_dir().unwrap_or_default();
    let kept: Vec<_> = parts.iter().map(|part| &*part.opened.directory).chain([&*here]).collect();
    let destination =
        Destination::new(&request.out, request.force, (&title, index.revision.as_deref()), &kept)?;
    let contents = Contents::new(destination.path())?;
    let files = parts.iter().flat_map(|part| {
        part.opened.index.modules.iter().flat_map(Module::files).map(move |file| (part, file))
    });
    let files: Vec<_> = files.collect();
    in_parallel(&files, |(part, file)| copy(part, file, &contents), |copied: Result<()>| copied)?;
    finish::write_index(&contents, &index, signers.first(), time)?;
    let fresh = destination.place(contents)? == Placed::Fresh;
    Ok(Released { directory: destination.path().to_owned(), index, fresh })
}

fn open(directory: &Path) -> Result<Part> {
    let opened = Opened::open(directory).map_err(|error| error.named(directory))?;
    let partition = opened.index.partition.as_deref().and_then(Partition::of_numbers);
    let partition = partition.ok_or_else(|| {
        Error::usage(format!("`{}` is not a part of a release", directory.display()))
            .advice("make parts with `cargo wasmsign release --partition hash:K/N`")
    })?;
    Ok(Part { directory: directory.to_owned(), partition, opened })
}

/// Refuses parts that are not one whole.
fn refuse_incomplete(parts: &[Part]) -> Result<()> {
    let mut known: BTreeMap<u64, &Part> = BTreeMap::new();
    for part in parts {
        let (number, all) = (part.partition.part(), part.partition.parts());
        if let Some(other) = parts.iter().find(|other| other.partition.parts() != all) {
            return Err(Error::usage(format!(
                "`{}` is part {}, and `{}` is part {}",
                part.directory.display(),
                part.partition,
                other.directory.display(),
                other.partition
            ))
            .advice("give the parts of one release"));
        }
        if let Some(other) = known.insert(number, part) {
            return Err(Error::usage(format!(
                "part {} is there twice: `{}` and `{}`",
                part.partition,
                other.directory.display(),
                part.directory.display()
            ))
            .advice("give each part once"));
        }
    }
    let all = parts.first().map_or(0, |part| part.partition.parts());
    let missing: Vec<_> = (1..=all).filter(|number| !known.contains_key(number)).take(20).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => {
            let missing: Vec<_> = missing.iter().map(|number| format!("{number}/{all}")).collect();
            Err(Error::usage(format!("a part of the release is missing: {}", missing.join(", ")))
                .advice("give all parts; one that has no package is a part, too"))
        }
    }
}

/// Who signs the whole: somebody, if the parts are signed, and else nobody.
fn signers(request: &Request, parts: &[Part], observe: &mut Observer<'_>) -> Result<Vec<Signer>> {
    let has_modules = |part: &&Part| !part.opened.index.modules.is_empty();
    let (signed, unsigned): (Vec<_>, Vec<_>) =
        parts.iter().filter(has_modules).partition(|part| part.opened.is_signed());
    if let (Some(one), Some(other)) = (signed.first(), unsigned.first()) {
        return Err(Error::usage(format!(
            "`{}` is signed, and `{}` is not",
            one.directory.display(),
            other.directory.display()
        ))
        .advice("sign the other parts with `cargo wasmsign release sign`"));
    }
    if signed.is_empty() {
        return match request.signers.is_empty() {
            true => Ok(Vec::new()),
            false => Err(Error::usage("the parts are not signed").advice(
                "merge them without a key, and sign the whole with `cargo wasmsign release sign`",
            )),
        };
    }
    let signers = request.signers.load()?;
    let mut warnings = signers.iter().filter_map(|signer| signer.warning.as_deref());
    warnings.try_for_each(|warning| observe(Event::Warning(warning)))?;
    Ok(signers)
}

/// Refuses a part in which anything is wrong.
fn verify(request: &Request, part: &Part, signers: &[Signer]) -> Result<()> {
    if !part.opened.is_signed() {
        let Seen { problems, .. } = check::check(&part.opened, None);
        return problem::refuse(&part.directory, &problems);
    }
    let keys = match request.public_keys.is_empty() {
        true => signers.iter().map(|signer| public_key_text(signer.public_key())).collect(),
        false => request.public_keys.clone(),
    };
    let question = verify::Request {
        directory: part.directory.clone(),
        file: None,
        strict: false,
        whom: Whom::Keys(keys),
    };
    let verification = verify::run(&question)?;
    problem::refuse(&part.directory, &verification.problems)
}

/// The index of the whole.
fn united(parts: &[Part]) -> Result<Index> {
    let [first, others @ ..] = parts else {
        return Err(Error::usage("no part of a release was given"));
    };
    let common = |part: &Part| {
        let Index { schema, name, version, revision, dirty, packages, tools, .. } =
            &part.opened.index;
        let tools = Tools { optimizer: None, ..tools.clone() };
        (*schema, name.clone(), version.clone(), revision.clone(), *dirty, packages.clone(), tools)
    };
    if let Some(other) = others.iter().find(|other| common(other) != common(first)) {
        return Err(Error::usage(format!(
            "`{}` and `{}` are parts of different releases: name, version, revision, packages and tools must be the same",
            first.directory.display(),
            other.directory.display()
        ))
        .advice("build all parts from one commit, with the same flags and tools"));
    }
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    for module in parts.iter().flat_map(|part| &part.opened.index.modules) {
        if modules.insert(module.file.clone(), module.clone()).is_some() {
            return Err(Error::usage(format!("two parts have a module `{}`", module.file))
                .advice("build the parts again"));
        }
    }
    let optimizers = parts.iter().filter_map(|part| part.opened.index.tools.optimizer.as_deref());
    let optimizer = finish::united(optimizers.flat_map(|names| names.split(" and ")));
    let index = first.opened.index.clone();
    Ok(Index {
        partition: None,
        packages: None,
        modules: modules.into_values().collect(),
        tools: Tools { optimizer, ..index.tools },
        ..index
    })
}

/// Refuses parts that lack a package which belongs to them: an empty part is signed by nobody.
fn refuse_missing_packages(parts: &[Part]) -> Result<()> {
    for part in parts {
        let index = &part.opened.index;
        let there: BTreeSet<_> =
            index.modules.iter().map(|module| module.package.as_str()).collect();
        let wanted = index.packages.iter().flatten().map(String::as_str);
        let wanted: BTreeSet<_> =
            wanted.filter(|package| part.partition.contains(package)).collect();
        let other = wanted.symmetric_difference(&there).next();
        if let Some(package) = other {
            let what = if wanted.contains(package) { "lacks" } else { "has" };
            return Err(Error::usage(format!(
                "`{}` is part {}, and {what} the package `{}`",
                part.directory.display(),
                part.partition,
                package.escape_debug()
            ))
            .advice("build this part again"));
        }
    }
    Ok(())
}

fn copy(part: &Part, file: &str, contents: &Contents) -> Result<()> {
    let path = part.opened.path(file);
    let from = part.opened.file(file).map_err(|problem| {
        Error::new(problem.exit, format!("`{}`: {}", path.display(), problem.message))
    })?;
    let (_, sum) = contents.copy(from, file)?;
    match part.opened.sums.get(file) == Some(&sum) {
        true => Ok(()),
        false => Err(Error::new(
            Exit::Io,
            format!("`{}` changed while it was being read", path.display()),
        )
        .advice("make sure that nothing else writes to it, and try again")),
    }
}
