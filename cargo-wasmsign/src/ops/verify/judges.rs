//! What decides about each module.

use std::path::{Path, PathBuf};

use wasmsign_core::trust::Trust;
use wasmsign_core::verify::BuilderError;
use wasmsign_core::{Policy, PublicKey, Verifier};

use super::question::Question;
use super::request::{Request, Trusted};
use super::verdict::Verdict;
use super::workspace::{self, no_key};
use crate::error::{Error, Result};
use crate::keys;
use crate::ops::trust::file;

/// A verifier for each module.
pub(super) struct Judges<'a> {
    pub(super) modules: Vec<(&'a Path, Verifier)>,
    /// The keys that count for anything but modules, too.
    pub(super) keys: Vec<PublicKey>,
    /// The trust file that they come from, if they do.
    trust: Option<Trust>,
}

impl<'a> Judges<'a> {
    pub(super) fn of(request: &'a Request) -> Result<Self> {
        let Request { modules, identity, .. } = request;
        match &request.trusted {
            Trusted::Keys { public_keys, policy } => {
                let keys = named_keys(public_keys)?;
                let verifier = by_keys(keys.clone(), policy, *identity)?;
                let modules = modules.iter().map(|module| (&**module, verifier.clone())).collect();
                Ok(Self { modules, keys, trust: None })
            }
            Trusted::File { file, question } => {
                Self::of_trust(file::load(file)?, question, modules, *identity)
            }
            Trusted::Workspace { manifest_path, question, policy } => {
                let workspace = workspace::load(manifest_path.as_deref())?.ok_or_else(no_key)?;
                match file::load_table(&workspace.manifest())? {
                    Some(trust) => {
                        refuse_besides(policy)?;
                        Self::of_trust(trust, question, modules, *identity)
                    }
                    None => {
                        let keys = workspace::signers(&workspace, modules)?;
                        let judge =
                            |(module, keys)| Ok((module, by_keys(keys, policy, *identity)?));
                        let modules = keys.into_iter().map(judge).collect::<Result<_>>()?;
                        Ok(Self { modules, keys: Vec::new(), trust: None })
                    }
                }
            }
        }
    }

    fn of_trust(
        trust: Trust,
        question: &Question,
        modules: &'a [PathBuf],
        identity: bool,
    ) -> Result<Self> {
        let time = question.time();
        let judge = |module: &'a PathBuf| {
            let builder = trust.verifier(&question.name_of(module)?, time);
            let builder = if identity { builder.with_identity() } else { builder };
            Ok((&**module, builder.build()))
        };
        let modules = modules.iter().map(judge).collect::<Result<_>>()?;
        let keys = trust.keys_at(time);
        Ok(Self { modules, keys, trust: Some(trust) })
    }

    /// What the pin store says of a verdict, where there is a store.
    pub(super) fn pinned<'v>(
        &self,
        request: &Request,
        verdict: Verdict<'v>,
    ) -> Result<Verdict<'v>> {
        match &request.pins {
            Some(pinning) => pinning.check(self.trust.as_ref(), verdict),
            None => Ok(verdict),
        }
    }
}

/// Refuses what the rules of a trust table say, and nobody else.
fn refuse_besides(policy: &Policy) -> Result<()> {
    match *policy == Policy::default() {
        true => Ok(()),
        false => Err(Error::usage(
            "the workspace's trust table decides what modules must be, but flags say it too",
        )
        .advice("remove the flags, or pass the keys that you trust with `--public-key`")),
    }
}

fn named_keys(public_keys: &[String]) -> Result<Vec<PublicKey>> {
    if public_keys.is_empty() {
        return Err(no_key());
    }
    let keys = public_keys.iter().map(|key| keys::public_keys(key));
    Ok(keys.collect::<Result<Vec<_>>>()?.concat())
}

fn by_keys(keys: Vec<PublicKey>, policy: &Policy, identity: bool) -> Result<Verifier> {
    let builder = Verifier::builder(keys).policy(policy.clone());
    let builder = if identity { builder.with_identity() } else { builder };
    builder.build().map_err(unfit)
}

/// Why these keys and options make no verifier.
fn unfit(error: BuilderError) -> Error {
    match error {
        BuilderError::TooFewKeys { wanted, given } => Error::usage(format!(
            "`--require {wanted}` needs more keys than were given ({given})"
        ))
        .advice(
            "pass more keys with `--public-key`, or require fewer; a key that is given twice \
             counts once",
        ),
        error => Error::usage("too many keys")
            .because(error)
            .advice("pass only the keys that may have signed these modules"),
    }
}
