//! Building a release.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use wasmsign_core::edit::{self, Earlier};
use wasmsign_core::inspect;
use wasmsign_core::trust::Time;

use super::asked::Asked;
use super::contents::Contents;
use super::destination::Placed;
use super::finish::{self, Draft};
use super::index::{Index, Module};
use super::names::Names;
use super::plan::Plan;
use super::request::Request;
use super::{epoch, provenance, sbom};
use crate::error::{Error, Result, of_module, of_signing};
use crate::exit::Exit;
use crate::keys::Signer;
use crate::manifest::Placement;
use crate::module::seal;
use crate::ops::build::{self, Done, Prepared};
use crate::ops::parallel::in_parallel;
use crate::ops::{Event, Observer, signature_file};
use crate::pipeline::{Job, Published};
use crate::project::Compiled;
use crate::sys::hashing::sha256;

/// What came of it.
pub(crate) enum Outcome {
    /// A release is there.
    Released(Box<Released>),
    /// The build has failed with this exit code. There was an event for each failure.
    Failed(Exit),
}

/// A release that is there.
pub(crate) struct Released {
    /// Its directory.
    pub(crate) directory: PathBuf,
    /// What is in it.
    pub(crate) index: Index,
    /// Whether the same was there before.
    pub(crate) fresh: bool,
}

/// Builds a release.
///
/// # Errors
///
/// Those of a build; exit code 2 where versions, tag, tree or directory are not what they must be, 4.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Outcome> {
    let time = epoch::read()?;
    let mut prepared = build::prepare(&request.build, observe)?;
    let plan = Plan::make(request, &prepared, observe)?;
    let mut compiled =
        Compiled::for_targets(prepared.batches().iter().map(|batch| batch.target.as_str()));
    let (done, asked) = match prepared.is_empty() {
        true => {
            build::tell_of_empty_part(&request.build, observe)?;
            (None, ask(request, &prepared)?)
        }
        false => {
            prepared.load(observe)?;
            let (done, asked) = make(request, &prepared, &mut compiled, observe)?;
            if done.exit != Exit::Ok {
                return Ok(Outcome::Failed(done.exit));
            }
            (Some(done), asked)
        }
    };
    // Until the end of this function nobody else writes to what was published.
    let published = done.as_ref().map(|done| &done.published[..]).unwrap_or_default();
    let lock = prepared.workspace().root().join("Cargo.lock");
    let release = Release {
        request,
        prepared: &prepared,
        plan: &plan,
        asked: &asked,
        compiled: &compiled,
        lock: sha256(&lock).ok(),
        time,
    };
    release.write(published).map(Box::new).map(Outcome::Released)
}

/// Builds the modules, and asks meanwhile what else must be known.
fn make(
    request: &Request,
    prepared: &Prepared<'_>,
    compiled: &mut Compiled,
    observe: &mut Observer<'_>,
) -> Result<(Done, Asked)> {
    thread::scope(|scope| {
        let (configuration, resolution) = (prepared.configuration(), prepared.resolution());
        let (triples, features) = (triples(prepared), &request.build.compilation.features);
        let asking = scope.spawn(move || Asked::of(configuration, &resolution, &triples, features));
        // What is published here is no result: it is in the release, too.
        let done = prepared.make(&mut |event: Event<'_>| {
            if let Event::CargoLine(line) = &event {
                compiled.add(&line.text);
            }
            match event {
                Event::Published { .. } => Ok(()),
                other => observe(other),
            }
        });
        let asked = asking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let done = done?;
        match done.exit {
            Exit::Ok => Ok((done, asked?)),
            _ => Ok((done, asked.unwrap_or_default())),
        }
    })
}

fn ask(request: &Request, prepared: &Prepared<'_>) -> Result<Asked> {
    let features = &request.build.compilation.features;
    Asked::of(prepared.configuration(), &prepared.resolution(), &triples(prepared), features)
}

fn triples(prepared: &Prepared<'_>) -> Vec<String> {
    let mut triples: Vec<_> = prepared.batches().iter().map(|batch| batch.target.clone()).collect();
    triples.sort();
    triples.dedup();
    triples
}

/// A release whose modules are built.
struct Release<'a> {
    request: &'a Request,
    prepared: &'a Prepared<'a>,
    plan: &'a Plan,
    asked: &'a Asked,
    compiled: &'a Compiled,
    /// SHA-256 of Cargo.lock.
    lock: Option<String>,
    time: Option<Time>,
}

impl Release<'_> {
    fn write(&self, published: &[(Job, Published)]) -> Result<Released> {
        let mut index = self.index(published);
        let contents = Contents::new(self.plan.destination.path())?;
        let mut modules = BTreeMap::new();
        in_parallel(
            published,
            |(job, module)| {
                let names = self.names(job)?;
                Ok((self.module(&index, &contents, names, job, module)?, job))
            },
            |made: Result<_>| {
                let (module, job): (Module, &Job) = made?;
                modules.insert(module.file.clone(), (module, job));
                Ok(())
            },
        )?;
        let signer = modules.values().next().and_then(|(_, job)| signers(job).into_iter().next());
        index.modules = modules.into_values().map(|(module, _)| module).collect();
        finish::write_index(&contents, &index, signer.as_deref(), self.time)?;
        let fresh = self.plan.destination.place(contents)? == Placed::Fresh;
        Ok(Released { directory: self.plan.destination.path().to_owned(), index, fresh })
    }

    /// The index without its modules.
    fn index(&self, published: &[(Job, Published)]) -> Index {
        let part = self.request.build.partition;
        let mut packages: Vec<_> =
            self.prepared.selected().iter().map(|package| package.name.to_string()).collect();
        packages.sort();
        let optimizers = published.iter().filter_map(|(_, module)| module.optimizer.as_deref());
        Index {
            schema: Index::SCHEMA,
            name: self.plan.title.name.clone(),
            version: self.plan.title.version.clone(),
            revision: self.plan.revision.as_ref().map(|revision| revision.commit.clone()),
            dirty: self.plan.revision.as_ref().is_some_and(|revision| revision.is_dirty),
            partition: part.map(|part| part.to_string()),
            packages: part.map(|_| packages),
            modules: Vec::new(),
            tools: self.asked.tools(optimizers),
        }
    }

    /// The target triple that a job is for.
    fn triple(&self, job: &Job) -> Result<&str> {
        let mut batches = self.prepared.batches().iter();
        let batch = batches.find(|batch| Arc::ptr_eq(&batch.output, &job.output));
        let other = || Error::usage("cargo built for another target than was asked for");
        batch.map(|batch| batch.target.as_str()).ok_or_else(other)
    }

    fn names(&self, job: &Job) -> Result<&Names> {
        let artifact = &job.artifact;
        self.plan.names(&artifact.package_id, &artifact.target.name, self.triple(job)?).ok_or_else(
            || {
                Error::usage(format!(
                    "cargo built `{}`, which was not expected",
                    artifact.target.name
                ))
                .advice("release the packages one by one with `-p`")
            },
        )
    }

    /// Writes all files of a module.
    fn module(
        &self,
        index: &Index,
        contents: &Contents,
        names: &Names,
        job: &Job,
        published: &Published,
    ) -> Result<Module> {
        let file = names.module();
        let signature = signature(job, published)?;
        let (size, sha256) = match &signature {
            Some(bytes) if job.recipe.placement == Placement::Detached => {
                attach(contents, &published.path, &file, bytes)?
            }
            _ => contents.copy(open(&published.path)?, &file)?,
        };
        let package = self.prepared.selected().iter().find(|one| one.id == job.artifact.package_id);
        let package =
            package.ok_or_else(|| Error::usage("cargo built a package that was not selected"))?;
        let lines = job.recipe.signers.iter().zip(&published.signers);
        let lines = lines.filter(|(signer, _)| is_ed25519(signer));
        let module = Module {
            package: package.name.to_string(),
            version: package.version.to_string(),
            target: job.artifact.target.name.clone(),
            triple: self.triple(job)?.to_owned(),
            file,
            size,
            sha256,
            identity: published.identity.clone(),
            signers: finish::signer_lines(
                lines.map(|(signer, line)| (&**signer, line.key_id.clone())),
            ),
            signature: None,
            sbom: names.sbom(),
            provenance: names.provenance(),
        };
        let sbom = self.sbom(&module, job)?;
        let statement =
            self.statement(index, &module, names, job, published, package.repository.as_deref());
        let draft = Draft { module, names: names.clone(), sbom, statement };
        draft.write(contents, signature.as_deref(), &signers(job))
    }

    fn sbom(&self, module: &Module, job: &Job) -> Result<serde_json::Value> {
        let dependencies = self.asked.dependencies.get(&module.triple);
        let dependencies = dependencies
            .ok_or_else(|| Error::usage("cargo built for another target than was asked for"))?;
        let root = &job.artifact.package_id;
        let subject = sbom::Subject {
            file: &module.file,
            sha256: &module.sha256,
            identity: &module.identity,
            is_program: job.artifact.target.is_bin(),
        };
        Ok(sbom::make(&subject, root, &dependencies.of(root, self.compiled), self.time))
    }

    fn statement(
        &self,
        index: &Index,
        module: &Module,
        names: &Names,
        job: &Job,
        published: &Published,
        repository: Option<&str>,
    ) -> serde_json::Value {
        let compilation = &self.request.build.compilation;
        let resolved = self.compiled.features(&job.artifact.package_id, &module.triple);
        provenance::statement(
            index,
            module,
            names,
            &provenance::Build {
                profile: compilation.profile.name(),
                features: &compilation.features.names,
                all_features: compilation.features.all,
                no_default_features: compilation.features.no_default,
                tag: self.request.tag.as_deref(),
                repository,
                lock: self.lock.as_deref(),
                optimizer: published.optimizer.as_deref(),
                resolved_features: resolved.into_iter().flatten().map(String::as_str).collect(),
                time: self.time,
            },
        )
    }
}

/// Those who sign in the default format, and so all that belongs to the module.
fn signers(job: &Job) -> Vec<Arc<Signer>> {
    job.recipe.signers.iter().filter(|signer| is_ed25519(signer)).cloned().collect()
}

fn is_ed25519(signer: &Signer) -> bool {
    signer.secp256k1().is_none()
}

/// The signature of a published module, as its file beside it would have it.
fn signature(job: &Job, published: &Published) -> Result<Option<Vec<u8>>> {
    if signers(job).is_empty() {
        return Ok(None);
    }
    if let Some(path) = &published.signature_path {
        return signature_file::read(path).map(Some);
    }
    let path = &published.path;
    let seen =
        inspect::inspect_without_sections(open(path)?).map_err(|error| of_module(path, error))?;
    match seen.signatures {
        Some(Ok(data)) => Ok(Some(data.encode())),
        _ => Err(Error::new(
            Exit::Io,
            format!("`{}` has changed since it was built", path.display()),
        )
        .advice("make sure that nothing else writes to it, and try again")),
    }
}

/// Writes a module with a detached signature as one that carries it; gives its size and sum.
fn attach(
    contents: &Contents,
    module: &Path,
    file: &str,
    signature: &[u8],
) -> Result<(u64, String)> {
    let input = seal::open(module)?;
    let attached = edit::attach(&input, &mut contents.create(file)?, signature, Earlier::Refuse);
    attached.map_err(|error| of_signing(module, &contents.path(file), error))?;
    contents.sum(file)
}

fn open(path: &Path) -> Result<File> {
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    File::open(path).map_err(failed)
}
