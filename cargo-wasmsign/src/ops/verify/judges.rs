//! What decides about each module.

use std::path::{Path, PathBuf};

use wasmsign_core::formats::Format;
use wasmsign_core::trust::Trust;
use wasmsign_core::verify::BuilderError;
use wasmsign_core::{Policy, PublicKey, Verifier};

use super::formats::{Asked, Formats};
use super::question::Question;
use super::request::{Request, Trusted};
use super::verdict::{SignatureSource, Verdict};
use super::workspace::{self, no_key};
use crate::error::{Error, Result};
use crate::keys;
use crate::ops::trust::file;

/// What decides about one module.
#[derive(Clone)]
pub(super) enum Judge {
    /// A verifier. Of a trust file, with the formats that its rule counts.
    Verifier(Verifier, Option<Vec<Format>>),
    /// Nobody who could have signed it is known: for this reason.
    Nobody(String),
}

impl Judge {
    pub(super) fn of_rule(verifier: Verifier, formats: Option<Vec<Format>>) -> Self {
        Self::Verifier(verifier, formats)
    }
}

/// What decides about each module.
pub(super) struct Judges<'a> {
    pub(super) modules: Vec<(&'a Path, Judge)>,
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
                let (judge, keys) = match named_keys(public_keys, request)? {
                    Named::Keys(keys) => {
                        let verifier = by_keys(keys.clone(), policy, *identity)?;
                        (Judge::Verifier(verifier, None), keys)
                    }
                    Named::Nobody(why) => (Judge::Nobody(why), Vec::new()),
                };
                let modules = modules.iter().map(|module| (&**module, judge.clone())).collect();
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
                        let judge = |(module, keys)| {
                            Ok((module, Judge::Verifier(by_keys(keys, policy, *identity)?, None)))
                        };
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
            let name = question.name_of(module)?;
            let builder = trust.verifier(&name, time);
            let builder = if identity { builder.with_identity() } else { builder };
            let formats = trust.rule_for(&name).map(|rule| trust.rules()[rule].formats.clone());
            Ok((&**module, Judge::of_rule(builder.build(), formats)))
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

/// Whom the arguments of `--public-key` name.
enum Named {
    Keys(Vec<PublicKey>),
    /// Nobody of this principal.
    Nobody(String),
}

fn named_keys(public_keys: &[String], request: &Request) -> Result<Named> {
    if public_keys.is_empty() {
        return Err(no_key());
    }
    let asked = &request.formats.asked;
    let any =
        asked.iter().any(|asked| matches!(asked, Asked::Auto | Asked::Format(Format::WasmSign)));
    let (mut keys, mut nobody) = (Vec::new(), None);
    for argument in public_keys {
        match argument.strip_prefix(ALLOWED_SIGNERS) {
            Some(path) => {
                let found = allowed_signers(Path::new(path), request)?;
                if found.is_empty() {
                    let principal = request.principal.as_deref().unwrap_or_default();
                    nobody = Some(format!(
                        "no line of `{path}` allows {principal:?} to sign in the namespace {:?} now",
                        request.formats.namespace
                    ));
                }
                keys.extend(found);
            }
            None if any => keys.extend(keys::any_public_keys(argument)?),
            None => keys.extend(keys::public_keys(argument)?),
        }
    }
    Ok(match nobody {
        Some(why) if keys.is_empty() => Named::Nobody(why),
        _ => Named::Keys(keys),
    })
}

/// What stands before the path of a file of allowed signers.
const ALLOWED_SIGNERS: &str = "allowed-signers:";

/// The keys that may sign for the principal now. They count for the signatures of OpenSSH alone.
fn allowed_signers(path: &Path, request: &Request) -> Result<Vec<PublicKey>> {
    let Formats { asked, namespace, .. } = &request.formats;
    let is_other = |asked: &Asked| *asked != Asked::Format(Format::Sshsig);
    let by_file = matches!(request.signature, SignatureSource::Named(_)) && asked.is_empty();
    if !by_file && (asked.is_empty() || asked.iter().any(is_other)) {
        return Err(Error::usage("a file of allowed signers is for sshsig signatures alone")
            .advice("add `--as sshsig`, or pass the public keys themselves"));
    }
    let principal = request.principal.as_deref().ok_or_else(|| {
        Error::usage(format!(
            "`{}` allows signers by their names, and none was given",
            path.display()
        ))
        .advice("pass the principal that must have signed with `--identity NAME`")
    })?;
    let time = Question { name: None, at: None }.time();
    keys::allowed_signers(path, principal, namespace, time)
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
