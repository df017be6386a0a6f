//! From cargo's artifact to a published module: optimize, shape, sign, verify, publish.
//!
//! Everything happens on temporary files beside the place where the module will be; only the last
//! step, a rename, is seen by others. Nothing is printed here: an [`Observer`] is told.

mod record;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use cargo_metadata::Target;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasmsign_core::inspect::{self, Inspection};
use wasmsign_core::section::Kind;
use wasmsign_core::sign::Signature;

use crate::cargo::Artifact;
use crate::config::{self, KeyIdChoice, Placement, SectionGlobs};
use crate::error::{Error, Result, of_module};
use crate::files::Staged;
use crate::optimize::{self, Features, Job, Optimizer};
use crate::seal::{self, Sealed};
use crate::shape;
use crate::signers::Signer;
use record::Record;

/// What is done to the modules of one package.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The optimizer and its settings, if it runs.
    pub optimize: Option<(Rc<Optimizer>, config::Optimize)>,
    /// The optimizer's threads.
    pub jobs: Option<usize>,
    /// Custom sections to drop.
    pub remove: SectionGlobs,
    /// Who signs, in this order; nobody with `--no-sign`.
    pub signers: Vec<Rc<Signer>>,
    /// The hint beside each signature.
    pub key_id: KeyIdChoice,
    /// Where signatures go.
    pub placement: Placement,
}

/// Where the modules of one target and profile go.
#[derive(Debug, Clone)]
pub struct Place {
    /// The directory of the published files.
    pub published: PathBuf,
    /// The directory of what is remembered of them.
    pub state: PathBuf,
}

/// A module for everybody to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The module.
    pub path: PathBuf,
    /// Its detached signature, if there is one.
    pub signature_path: Option<PathBuf>,
    /// `sha256:` and 64 hexadecimal digits.
    pub identity: String,
    /// Whether it was there already.
    #[serde(skip)]
    pub fresh: bool,
    /// Its size at each step.
    pub sizes: Sizes,
    /// Who has signed it.
    pub signers: Vec<SignerLine>,
}

/// Sizes of a module, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// As cargo made it.
    pub built: u64,
    /// As the optimizer left it; the same where it did not run.
    pub optimized: u64,
    /// As it was published, its embedded signature included.
    pub published: u64,
}

/// Who has signed a published module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerLine {
    /// The manifest's name, or the argument of `--key`.
    pub name: String,
    /// The hint beside the signature, in hexadecimal.
    pub key_id: Option<String>,
    /// The public key in compact form, in hexadecimal.
    pub public_key: String,
}

/// What has been done to a module, for somebody who waits.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The optimizer has begun.
    Optimizing {
        /// What it calls itself.
        version: &'a str,
    },
    /// The optimizer is done.
    Optimized {
        /// Bytes before.
        from: u64,
        /// Bytes after.
        to: u64,
    },
    /// Sections were removed.
    Shaped {
        /// Their names.
        removed: &'a [&'a str],
    },
    /// The module is signed and verified.
    Signed {
        /// Who has signed.
        signers: &'a [SignerLine],
    },
}

/// Somebody who waits.
pub trait Observer {
    /// Is told what happens to the module `name`.
    fn step(&self, name: &str, step: Step<'_>);
}

/// An artifact of cargo's, taken while cargo held its lock.
pub enum Taken {
    /// There is nothing to do.
    Fresh(Published),
    /// Its bytes are ours now.
    Copied(Copied),
}

/// A copy of an artifact of cargo's.
pub struct Copied {
    file_name: PathBuf,
    built: Staged,
    digest: String,
}

impl Recipe {
    /// Everything but the module's own bytes that decides what is published.
    fn fingerprint(&self) -> String {
        let optimizer = self.optimize.as_ref().map(|(tool, options)| (tool.version(), options));
        let keys: Vec<_> =
            self.signers.iter().map(|signer| (&signer.name, signer.public_key())).collect();
        let parts = format!(
            "{} {optimizer:?} {:?} {keys:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            self.remove.patterns(),
            self.key_id,
            self.placement
        );
        hex(&Sha256::digest(parts))
    }

    fn signatures(&self) -> Vec<Signature<'_>> {
        self.signers.iter().map(|signer| signer.signature(&self.key_id)).collect()
    }

    fn signer_lines(&self) -> Vec<SignerLine> {
        let line = |signer: &Rc<Signer>| {
            let key_id = signer.signature(&self.key_id).key_id.for_key(signer.public_key());
            SignerLine {
                name: signer.name.clone(),
                key_id: (!key_id.is_empty()).then(|| hex(&key_id)),
                public_key: public_key_text(signer.public_key()),
            }
        };
        self.signers.iter().map(line).collect()
    }
}

/// Takes an artifact while cargo holds its lock: looks whether there is anything to do, and copies it
/// if so. cargo's own file is a hard link, and is never written.
///
/// # Errors
///
/// Exit code 4.
pub fn take(artifact: &Artifact, recipe: &Recipe, place: &Place) -> Result<Taken> {
    let failed =
        |source| Error::io(format!("failed to read `{}`", artifact.path.display()), source);
    let file_name = PathBuf::from(artifact.path.file_name().unwrap_or_default());
    let digest = record::sha256(&artifact.path).map_err(failed)?;
    let published = place.published.join(&file_name);
    if let Some(fresh) = Record::fresh(&record::path(&place.state, &file_name), recipe, &digest)
        && fresh.path == published
    {
        return Ok(Taken::Fresh(fresh));
    }
    let mut built = step_file(place, &file_name, "built")?;
    let mut from = File::open(&artifact.path).map_err(failed)?;
    io::copy(&mut from, built.file()).map_err(|source| {
        Error::io(
            format!(
                "failed to copy `{}` to `{}`",
                artifact.path.display(),
                place.published.display()
            ),
            source,
        )
    })?;
    Ok(Taken::Copied(Copied { file_name, built, digest }))
}

/// Makes the published module of a copied artifact.
///
/// # Errors
///
/// Those of each step; what was published before is still there then.
pub fn finish(
    copied: Copied,
    target: &Target,
    recipe: &Recipe,
    place: &Place,
    observer: &dyn Observer,
) -> Result<Published> {
    let work = Work { recipe, place, observer, file_name: &copied.file_name, target };
    work.run(copied.built, copied.digest)
}

struct Work<'a> {
    recipe: &'a Recipe,
    place: &'a Place,
    observer: &'a dyn Observer,
    file_name: &'a Path,
    target: &'a Target,
}

impl Work<'_> {
    fn run(&self, mut built: Staged, digest: String) -> Result<Published> {
        let what = self.inspect(&mut built)?;
        refuse_unfinished(self.file_name, &what)?;
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
        let removed = self.removed(&what);
        if !removed.is_empty() {
            optimized = self.shape(optimized, &what, &removed)?;
        }
        let published = self.publish(optimized, sizes)?;
        let record = Record::of(self.recipe, digest, &published)?;
        record.save(&record::path(&self.place.state, self.file_name))?;
        Ok(published)
    }

    fn tell(&self, step: Step<'_>) {
        self.observer.step(&self.target.name, step);
    }

    fn inspect(&self, file: &mut Staged) -> Result<Inspection> {
        let file = reader(file)?;
        inspect::inspect(file).map_err(|error| of_module(self.file_name, error))
    }

    /// The optimized module, or the same one where nothing is to be optimized.
    fn optimize(&self, mut built: Staged, what: &Inspection) -> Result<Result<Staged, Staged>> {
        let Some((tool, options)) = &self.recipe.optimize else { return Ok(Err(built)) };
        if what.kind == Kind::Component {
            return Err(component(self.file_name));
        }
        self.tell(Step::Optimizing { version: tool.version() });
        let output = step_file(self.place, self.file_name, "optimized")?;
        let features = self.features(options, &mut built)?;
        // On Windows a lock would keep the other program out.
        built.unlock()?;
        output.unlock()?;
        let job = job(options, features, &built, &output, self.recipe.jobs)?;
        optimize::run(&job, tool).map_err(|error| error.named(self.file_name))?;
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

    /// The custom sections that are to go.
    fn removed<'a>(&self, what: &'a Inspection) -> Vec<&'a str> {
        let leftover = |name: &str| {
            let options = self.recipe.optimize.as_ref().map(|(_, options)| options);
            options.is_some_and(|options| is_leftover(options, name))
        };
        let names = what.sections.iter().filter_map(|section| section.name());
        names.filter(|name| self.recipe.remove.is_match(name) || leftover(name)).collect()
    }

    fn shape(&self, mut module: Staged, what: &Inspection, removed: &[&str]) -> Result<Staged> {
        let mut shaped = step_file(self.place, self.file_name, "shaped")?;
        let runs = shape::kept(&what.sections, |name| removed.contains(&name));
        shape::copy(self.file_name, &reader(&mut module)?, shaped.file(), &runs)?;
        self.tell(Step::Shaped { removed });
        Ok(shaped)
    }

    /// Signs, verifies what was written, and puts it in place: the signature first, then the module.
    fn publish(&self, mut module: Staged, mut sizes: Sizes) -> Result<Published> {
        let target = self.place.published.join(self.file_name);
        let signature_target = with_suffix(&target, ".sig");
        let signatures = self.recipe.signatures();
        let file = reader(&mut module)?;
        let placement = if signatures.is_empty() { None } else { Some(self.recipe.placement) };
        let signature = match placement {
            Some(Placement::Detached | Placement::Both) => {
                let mut staged = seal::stage(&signature_target)?;
                let sealed = seal::detached(self.file_name, &file, None, &mut staged, &signatures)?;
                Some((staged, sealed))
            }
            _ => None,
        };
        let mut staged = seal::stage(&target)?;
        let sealed = match placement {
            Some(Placement::Embedded | Placement::Both) => {
                Some(seal::embedded(self.file_name, &file, &mut staged, &signatures)?)
            }
            _ => {
                shape::copy(self.file_name, &file, staged.file(), &[0..length(&file)?])?;
                staged.sync()?;
                None
            }
        };
        let signers = self.recipe.signer_lines();
        if !signers.is_empty() {
            self.tell(Step::Signed { signers: &signers });
        }
        let identity = self.identity(
            sealed.as_ref().or(signature.as_ref().map(|(_, sealed)| sealed)),
            &mut staged,
        )?;
        sizes.published = length(staged.file())?;
        let signature_path = match signature {
            Some((signature, _)) => {
                signature.publish()?;
                Some(signature_target)
            }
            None => {
                remove_stale(&signature_target)?;
                None
            }
        };
        staged.publish()?;
        Ok(Published { path: target, signature_path, identity, fresh: false, sizes, signers })
    }

    fn identity(&self, sealed: Option<&Sealed>, module: &mut Staged) -> Result<String> {
        let known = sealed.and_then(|sealed| sealed.verified.identity());
        let identity = match known {
            Some(identity) => Some(identity),
            None => self.inspect(module)?.identity,
        };
        Ok(identity.map(|identity| identity.to_string()).unwrap_or_default())
    }
}

fn job(
    options: &config::Optimize,
    features: Features,
    input: &Staged,
    output: &Staged,
    jobs: Option<usize>,
) -> Result<Job> {
    Ok(Job {
        input: input.path().to_owned(),
        output: output.path().to_owned(),
        level: options.level,
        passes: options.passes.clone(),
        keep_names: options.names == config::Keep::Keep,
        keep_debug: options.debug == config::Keep::Keep,
        features,
        jobs,
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
fn step_file(place: &Place, file_name: &Path, step: &str) -> Result<Staged> {
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

/// A public key as `-K` takes it: its compact form in hexadecimal.
pub fn public_key_text(key: &wasmsign_core::PublicKey) -> String {
    hex(&key.encode(wasmsign_core::KeyEncoding::Compact))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
