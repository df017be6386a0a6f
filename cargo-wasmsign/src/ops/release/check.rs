//! What can be seen of a release without a key: whether everything in it belongs together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use sha2::{Digest, Sha256};
use wasmsign_core::formats::dsse::Envelope;

use super::index::Module;
use super::names::{INDEX, SUMS, SUMS_SIGNATURE, is_plain};
use super::opened::Opened;
use super::problem::Problem;
use super::provenance::{self, PAYLOAD_TYPE};
use super::sbom;
use crate::ops::parallel::in_parallel;
use crate::sys::hashing::copy_hashed;

/// What was seen.
#[derive(Default)]
pub(super) struct Seen {
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// Files that the index does not name.
    pub(super) unnamed: Vec<Problem>,
}

/// Looks at all files of a release, or at those of one module.
pub(super) fn check(opened: &Opened, only: Option<&Module>) -> Seen {
    let modules: Vec<_> = match only {
        Some(module) => vec![module],
        None => opened.index.modules.iter().collect(),
    };
    let mut seen = Seen { problems: opened.problems.clone(), unnamed: Vec::new() };
    names(opened, &mut seen);
    let measured = measure(opened, &modules, only.is_none(), &mut seen);
    for module in modules {
        if let Some((size, sum)) = measured.get(module.file.as_str())
            && (*size != module.size || *sum != module.sha256)
        {
            let message = format!("`{INDEX}` says another size or SHA-256 of it");
            seen.problems.push(Problem::refused(&module.file, "index-mismatch", message));
        }
        seen.problems.extend(bill_problem(opened, module));
        seen.problems.extend(statements(opened, module).err());
    }
    if only.is_none() {
        entries(opened, &mut seen);
    }
    seen
}

/// The names in the index: each once, as they must be, and with a sum.
fn names(opened: &Opened, seen: &mut Seen) {
    let mut known = BTreeSet::new();
    for module in &opened.index.modules {
        if module.names().is_none() || !module.files().all(is_plain) {
            let message = format!(
                "the names of what belongs to `{}` are not those of a release",
                module.file.escape_debug()
            );
            seen.problems.push(Problem::malformed(INDEX, message));
        }
        for file in module.files() {
            if !known.insert(file) {
                let message = format!("it names `{}` twice", file.escape_debug());
                seen.problems.push(Problem::refused(INDEX, "named-twice", message));
            }
        }
    }
    for file in known.into_iter().chain([INDEX]).filter(|file| opened.sums.get(file).is_none()) {
        let message = format!("`{SUMS}` has no sum of it");
        seen.problems.push(Problem::refused(file, "no-sum", message));
    }
}

/// Size and sum of every file that has a sum.
fn measure<'a>(
    opened: &'a Opened,
    modules: &[&Module],
    all: bool,
    seen: &mut Seen,
) -> BTreeMap<&'a str, (u64, String)> {
    let wanted: BTreeSet<_> =
        modules.iter().flat_map(|module| module.files()).chain([INDEX]).collect();
    let files: Vec<_> =
        opened.sums.iter().filter(|(file, _)| all || wanted.contains(file)).collect();
    let mut measured = BTreeMap::new();
    let work = |(file, sum): &'_ (&'a str, &'a str)| (*file, *sum, hash(opened, file));
    // Nothing in it fails: what is wrong is told in the problems.
    let _ = in_parallel(&files, work, |(file, sum, found)| {
        match found {
            Ok((size, digest)) => {
                if digest != sum {
                    let message = format!("its SHA-256 is not the one in `{SUMS}`");
                    seen.problems.push(Problem::refused(file, "sum-mismatch", message));
                }
                measured.insert(file, (size, digest));
            }
            Err(problem) => seen.problems.push(problem),
        }
        Ok(())
    });
    measured
}

fn hash(opened: &Opened, file: &str) -> Result<(u64, String), Problem> {
    let mut hash = Sha256::new();
    let from = opened.file(file)?;
    let size = copy_hashed(from, &mut io::sink(), &mut hash)
        .map_err(|source| Problem::unread(file, &source))?;
    Ok((size, hex::encode(hash.finalize())))
}

/// What is wrong with the bill of a module. One that cannot be read was told with its sum.
fn bill_problem(opened: &Opened, module: &Module) -> Option<Problem> {
    let file = &module.sbom;
    let text = opened.read(file).ok()?;
    let subject = subject(module);
    match sbom::read(file, &text) {
        Err(error) => Some(Problem::of_error(file, &error)),
        Ok(bill) => sbom::disagreement(&bill, &subject)
            .map(|message| Problem::refused(file, "other-module", message)),
    }
}

/// A module as its bill names it.
pub(super) fn subject(module: &Module) -> sbom::Subject<'_> {
    let Module { file, sha256, identity, .. } = module;
    sbom::Subject { file, sha256, identity, is_program: false }
}

/// The envelopes around statements about a module, and about nothing else. Nobody has looked at their signatures.
pub(super) fn statements(opened: &Opened, module: &Module) -> Result<Vec<Envelope>, Problem> {
    let file = &module.provenance;
    let Some(names) = module.names() else { return Ok(Vec::new()) };
    // One that cannot be read was told with its sum.
    let Ok(text) = opened.read(file) else { return Ok(Vec::new()) };
    let text =
        str::from_utf8(&text).map_err(|error| Problem::malformed(file, error.to_string()))?;
    let mut envelopes = Vec::new();
    for line in text.lines() {
        let envelope = Envelope::read(line.as_bytes())
            .map_err(|error| Problem::malformed(file, error.to_string()))?;
        if envelope.payload_type() != PAYLOAD_TYPE {
            let found = envelope.payload_type();
            let message = format!("its payload type is {found:?}, expected {PAYLOAD_TYPE:?}");
            return Err(Problem::refused(file, "other-payload-type", message));
        }
        let statement = provenance::read(file, envelope.payload())
            .map_err(|error| Problem::of_error(file, &error))?;
        if let Some(message) = provenance::disagreement(&statement, &opened.index, module, &names) {
            return Err(Problem::refused(file, "other-module", message));
        }
        envelopes.push(envelope);
    }
    match envelopes.is_empty() {
        true => Err(Problem::refused(file, "no-statement", "it holds no statement")),
        false => Ok(envelopes),
    }
}

/// What is in the directory beside.
fn entries(opened: &Opened, seen: &mut Seen) {
    let own = [INDEX, SUMS, SUMS_SIGNATURE];
    let named: BTreeSet<_> =
        opened.index.modules.iter().flat_map(Module::files).chain(own).collect();
    let entries = fs::read_dir(&opened.directory).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        match (named.contains(&*name), is_link) {
            // Told where its content was wanted, which not every way here has done.
            (_, true) if !seen.problems.iter().any(|problem| problem.file == name) => {
                let message = "it is a symbolic link, expected a file";
                seen.problems.push(Problem::refused(&name, "symbolic-link", message));
            }
            (false, false) => {
                let message = format!("`{INDEX}` does not name it");
                seen.unnamed.push(Problem::refused(&name, "unnamed-file", message));
            }
            _ => {}
        }
    }
    seen.unnamed.sort_by(|one, other| one.file.cmp(&other.file));
}
