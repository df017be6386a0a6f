//! Signing a release that was built without a key: no code but ours runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use wasmsign_core::inspect;

use super::build::Released;
use super::check::{self, Seen};
use super::contents::Contents;
use super::destination::Destination;
use super::epoch;
use super::finish::{self, Draft};
use super::index::{Index, Module};
use super::opened::Opened;
use super::problem::{self, Problem};
use super::title::Title;
use super::{provenance, sbom};
use crate::error::{Error, Result, of_module};
use crate::exit::Exit;
use crate::keys::{KeyIdChoice, Signer};
use crate::module::seal;
use crate::ops::parallel::in_parallel;
use crate::ops::{Event, Observer, Signers};
use crate::text::hex::public_key_text;

/// A release, and who signs it.
#[derive(Debug)]
pub(crate) struct Request {
    /// Its directory, which is replaced.
    pub(crate) directory: PathBuf,
    /// Who signs.
    pub(crate) signers: Signers,
}

/// Signs the modules, the statements about them and the sums. What is there is replaced at once, or not at all.
///
/// # Errors
///
/// Exit code 2 where there is no key, somebody else has signed, or the directory has more than a release in it; 1, 3 and 4
/// where the release is not what was built; those of keys.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Released> {
    let time = epoch::read()?;
    let signers: Vec<_> = request.signers.load()?.into_iter().map(Arc::new).collect();
    let mut warnings = signers.iter().filter_map(|signer| signer.warning.as_deref());
    warnings.try_for_each(|warning| observe(Event::Warning(warning)))?;
    let opened = Opened::open(&request.directory)?;
    let Seen { problems, unnamed } = check::check(&opened, None);
    problem::refuse(&request.directory, &problems)?;
    refuse_unnamed(&request.directory, &unnamed)?;
    if opened.is_signed() {
        refuse_others(&opened.index, &signers)?;
        let directory = opened.directory;
        return Ok(Released { directory, index: opened.index, fresh: true });
    }
    let title = Title::of_index(&opened.index);
    let destination = Destination::new(
        &opened.directory,
        false,
        (&title, opened.index.revision.as_deref()),
        &[],
    )?;
    let contents = Contents::new(&opened.directory)?;
    let mut modules = BTreeMap::new();
    let signed = |module: &Module| sign(&opened, &contents, module, &signers);
    in_parallel(&opened.index.modules, signed, |module: Result<Module>| {
        let module = module?;
        modules.insert(module.file.clone(), module);
        Ok(())
    })?;
    let index = Index { modules: modules.into_values().collect(), ..opened.index.clone() };
    // As where it is built: an empty part has nothing that anybody could sign.
    let first = signers.first().filter(|_| !index.modules.is_empty());
    finish::write_index(&contents, &index, first.map(|signer| &**signer), time)?;
    destination.replace(contents)?;
    Ok(Released { directory: opened.directory, index, fresh: false })
}

fn sign(
    opened: &Opened,
    contents: &Contents,
    module: &Module,
    signers: &[Arc<Signer>],
) -> Result<Module> {
    let path = opened.path(&module.file);
    let unread = |problem: Problem| {
        Error::new(problem.exit, format!("`{}`: {}", path.display(), problem.message))
    };
    let input = opened.file(&module.file).map_err(unread)?;
    refuse_other_identity(opened, module)?;
    let names = module
        .names()
        .ok_or_else(|| Error::malformed("the index names files that it cannot have"))?;
    let choice = KeyIdChoice::Auto;
    let signatures: Vec<_> = signers.iter().map(|signer| signer.signature(&choice)).collect();
    let mut staged = seal::stage(&contents.path(&module.file))?;
    let sealed = seal::embedded(&path, &input, &mut staged, &signatures)?;
    staged.publish()?;
    let (size, sha256) = contents.sum(&module.file)?;
    let key_id = |signer: &Signer| hex::encode(signer.public_key().default_key_id());
    let lines = signers.iter().map(|signer| (&**signer, Some(key_id(signer))));
    let signed = Module { size, sha256, signers: finish::signer_lines(lines), ..module.clone() };
    let mut bill = sbom::read(&module.sbom, &opened.read(&module.sbom).map_err(unread)?)?;
    sbom::set_sum(&mut bill, &signed.sha256)?;
    let envelopes = check::statements(opened, module).map_err(unread)?;
    let [envelope] = &envelopes[..] else {
        return Err(Error::malformed(format!(
            "`{}` has several statements, expected one",
            module.provenance
        )));
    };
    let mut statement = provenance::read(&module.provenance, envelope.payload())?;
    provenance::set_sum(&mut statement, &names, &signed);
    let draft = Draft { module: signed, names, sbom: bill, statement };
    draft.write(contents, Some(&sealed.data.encode()), signers)
}

/// Refuses a module that has a signature, or whose identity is not the one that was built.
fn refuse_other_identity(opened: &Opened, module: &Module) -> Result<()> {
    let path = opened.path(&module.file);
    let input = seal::open(&path)?;
    let found =
        inspect::inspect_without_sections(input).map_err(|error| of_module(&path, error))?;
    let identity = found.identity.map(|identity| identity.to_string());
    match found.signatures.is_none() && identity.as_deref() == Some(&module.identity) {
        true => Ok(()),
        false => Err(Error::new(
            Exit::Refused,
            format!("`{}` is not the module that the index describes", path.display()),
        )
        .advice("get the release again from where it was built")),
    }
}

/// Refuses to replace files that are none of the release.
fn refuse_unnamed(directory: &std::path::Path, unnamed: &[Problem]) -> Result<()> {
    let names: Vec<_> =
        unnamed.iter().map(|problem| problem.file.escape_debug().to_string()).collect();
    match names.is_empty() {
        true => Ok(()),
        false => Err(Error::usage(format!(
            "`{}` has files that the release does not name: {}",
            directory.display(),
            names.join(", ")
        ))
        .advice("move them away: the directory is replaced")),
    }
}

/// Refuses to sign what others have signed: a new signature in a module makes the statements about it another text.
fn refuse_others(index: &Index, signers: &[Arc<Signer>]) -> Result<()> {
    let wanted: Vec<_> =
        signers.iter().map(|signer| public_key_text(signer.public_key())).collect();
    let is_same = |module: &Module| {
        let found: Vec<_> = module.signers.iter().map(|signer| &signer.public_key).collect();
        found.len() == wanted.len() && wanted.iter().all(|key| found.contains(&key))
    };
    match index.modules.iter().all(is_same) {
        true => Ok(()),
        false => Err(Error::usage("the release is already signed, by other keys")
            .advice("sign the release that was built with `--no-sign`, with all keys in one call")),
    }
}
