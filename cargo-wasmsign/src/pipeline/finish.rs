//! The last steps: signing, verifying what was written, publishing.

use std::io;
use std::path::{Path, PathBuf};

use wasmsign_core::Identity;
use wasmsign_core::formats::Format;
use wasmsign_core::inspect;

use super::context::Context;
use super::record::{self, Record, Source};
use super::seal_as;
use super::temporary::{length, reader, with_suffix};
use super::transform::products::Products;
use super::{Job, OtherSignature, Published, Sizes, Step};
use crate::error::{Error, Result, of_module};
use crate::manifest::Placement;
use crate::module::optimize::Ran;
use crate::module::other_formats;
use crate::module::seal;
use crate::sys::files::Staged;

/// A module that is made, signed and verified, and that nobody sees yet.
pub struct Unpublished {
    job: Job,
    module: Staged,
    signature: Option<Staged>,
    others: Vec<Staged>,
    published: Published,
    record: Staged,
    /// Signatures of formats that are made no more.
    stale: Vec<PathBuf>,
}

impl Unpublished {
    fn publish(self) -> Result<(Job, Published)> {
        let sig = with_suffix(&self.published.path, ".sig");
        // The signature first: a module without its own is nobody's.
        self.signature.map_or(Ok(()), Staged::publish)?;
        self.others.into_iter().try_for_each(Staged::publish)?;
        self.module.publish()?;
        let is_other = self.published.other_signatures.iter().any(|other| other.path == sig);
        if self.published.signature_path.is_none() && !is_other {
            remove_stale_signature(&sig)?;
        }
        self.stale.iter().try_for_each(|path| remove_stale_signature(path))?;
        self.record.publish()?;
        Ok((self.job, self.published))
    }
}

impl Context<'_> {
    /// Signs the module, and verifies what was written.
    pub(super) fn seal(
        &self,
        module: &mut Staged,
        source: Source,
        products: Products,
        optimizer: Option<Ran>,
        mut sizes: Sizes,
    ) -> Result<Unpublished> {
        let mut sealed = self.sealed(module)?;
        let signers = self.recipe().signer_lines();
        if !signers.is_empty() {
            self.notify(Step::Signed { signers: signers.clone() });
        }
        sizes.published = length(sealed.module.file())?;
        let path = self.job.output.published.join(self.file_name);
        let signature_path = sealed.signature.is_some().then(|| with_suffix(&path, ".sig"));
        let identity = sealed.identity.map(|identity| identity.to_string()).unwrap_or_default();
        let published = Published {
            path: path.clone(),
            signature_path,
            other_signatures: other_signatures(&path, &sealed.others),
            identity,
            fresh: false,
            sizes,
            optimizer: optimizer.as_ref().map(|tool| tool.version.clone()),
            signers,
        };
        let Sealed { mut module, mut signature, others, .. } = sealed;
        let mut others: Vec<_> = others.into_iter().map(|(_, staged)| staged).collect();
        let record = Record::of(
            source,
            products,
            optimizer,
            &published,
            reader(&mut module)?,
            signature.as_mut().map(reader).transpose()?,
            others.iter_mut().map(reader).collect::<Result<_>>()?,
        )?;
        let record_path = record::path(&self.job.output.state, self.file_name);
        let stale = record::stale_signatures(&record_path, &published);
        let record = record.stage(&record_path)?;
        refuse_directory(&with_suffix(&published.path, ".sig"))?;
        Ok(Unpublished {
            job: self.job.clone(),
            module,
            signature,
            others,
            published,
            record,
            stale,
        })
    }

    /// Makes the files that will be published, and verifies these very files.
    fn sealed(&self, module: &mut Staged) -> Result<Sealed> {
        let (name, signatures) = (self.file_name, self.recipe().signatures());
        let placement = (!signatures.is_empty()).then_some(self.recipe().placement);
        let other_signatures = self.recipe().other_signatures()?;
        let options = seal_as::Options::default();
        let at_the_end = other_signatures.iter().find(|(format, _)| format.ends_the_module());
        let mut sealed_as = None;
        let path = self.job.output.published.join(name);
        let mut staged = seal::stage(&path)?;
        let mut from = reader(module)?;
        let embedded = match (placement, at_the_end) {
            (Some(Placement::Embedded | Placement::Both), _) => {
                Some(seal::embedded(name, &from, &mut staged, &signatures)?)
            }
            (_, Some((format, signers))) => {
                let signer = signers.first().ok_or_else(|| {
                    Error::usage(format!("no key for a {format} signature of `{}`", name.display()))
                })?;
                sealed_as =
                    Some(seal_as::at_the_end(name, &from, &mut staged, *format, signer, &options)?);
                None
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
        let mut others = Vec::new();
        for (format, signers) in &other_signatures {
            let Some(path) = other_formats::file_beside(&path, *format) else { continue };
            refuse_directory(&path)?;
            let module = reader(&mut staged)?;
            let (text, _) = seal_as::detached(name, &module, *format, signers, &options)?;
            let mut staged = seal::stage(&path)?;
            seal_as::write(text.as_bytes(), &mut staged)?;
            others.push((*format, staged));
        }
        let identity = match (embedded.or(detached), sealed_as) {
            (_, Some(sealed)) => sealed.identity,
            (Some(sealed), None) => sealed.verified.identity(),
            (None, None) => {
                inspect::inspect_without_sections(reader(&mut staged)?)
                    .map_err(|error| of_module(name, error))?
                    .identity
            }
        };
        Ok(Sealed { module: staged, signature, others, identity })
    }
}

/// A module that is there, or waits for its name.
pub enum Finished {
    /// It was published before.
    Fresh(Box<(Job, Published)>),
    /// It is made, and nobody sees it yet.
    New(Box<Unpublished>),
}

impl Finished {
    /// Puts the module in its place, for everybody to see.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn publish(self) -> Result<(Job, Published)> {
        match self {
            Self::Fresh(module) => Ok(*module),
            Self::New(module) => module.publish(),
        }
    }
}

/// Files that are ready to be published.
struct Sealed {
    module: Staged,
    signature: Option<Staged>,
    others: Vec<(Format, Staged)>,
    identity: Option<Identity>,
}

/// Where signatures in files of their own will be.
fn other_signatures(module: &Path, others: &[(Format, Staged)]) -> Vec<OtherSignature> {
    let other = |(format, _): &(Format, Staged)| {
        let path = other_formats::file_beside(module, *format)?;
        Some(OtherSignature { format: format.name().to_owned(), path })
    };
    others.iter().filter_map(other).collect()
}

/// Refuses a directory in the place of a stale signature: it could not be removed once the module is published.
fn refuse_directory(path: &Path) -> Result<()> {
    match path.is_dir() {
        true => Err(Error::io(
            format!("failed to remove the stale signature `{}`", path.display()),
            io::Error::from(io::ErrorKind::IsADirectory),
        )),
        false => Ok(()),
    }
}

/// Removes the detached signature of a module that has none any more, if there is one.
///
/// # Errors
///
/// Exit code 4.
pub fn remove_stale_signature(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::io(
            format!("failed to remove the stale signature `{}`", path.display()),
            source,
        )),
        _ => Ok(()),
    }
}
