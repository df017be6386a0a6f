//! The keys and tools of a build.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cargo_metadata::Package;
use wasmsign_core::formats::Format;

use super::statement;
use crate::error::{Error, Result, of_key_use};
use crate::keys::Signer;
use crate::manifest::{
    CommandLine, Features, Manifests, OptimizeOptions, Options, PackageConfig, Placement, Tool,
};
use crate::module::optimize::{self, Optimizer};
use crate::module::other_formats::check_together;
use crate::module::shape::{Delimiters, Embedding};
use crate::pipeline::seal_as::given;
use crate::pipeline::{AUDITABLE_LIST, Recipe, find_transform};
use crate::sys::caller;

/// Makes recipes, and loads each key and tool once for all of them.
pub(crate) struct Recipes<'a> {
    manifests: &'a Manifests,
    options: &'a CommandLine,
    signers: BTreeMap<String, Arc<Signer>>,
    optimizers: Vec<(OptimizerChoice, Arc<Optimizer>)>,
    /// By the first signer, who is asked once.
    delimiters: BTreeMap<String, Arc<Delimiters>>,
    warnings: Vec<String>,
}

/// What decides which optimizer runs.
#[derive(PartialEq, Eq)]
struct OptimizerChoice {
    tool: Tool,
    minimum: Option<u32>,
    reproducible: bool,
}

impl<'a> Recipes<'a> {
    /// Nothing is loaded yet.
    pub(crate) fn new(manifests: &'a Manifests, options: &'a CommandLine) -> Self {
        Self {
            manifests,
            options,
            signers: BTreeMap::new(),
            optimizers: Vec::new(),
            delimiters: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// What is wrong with keys and manifests without keeping anything from being done.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let keys = self.signers.values().filter_map(|signer| signer.warning.clone());
        let manifests = self.manifests.warnings().iter();
        manifests.chain(&self.warnings).cloned().chain(keys).collect()
    }

    /// What is done to the modules of a package, with everything at hand that it takes.
    pub(crate) fn recipe(&mut self, package: &Package, config: &PackageConfig) -> Result<Recipe> {
        let signers = self.signers(&package.name, config)?;
        signers.iter().try_for_each(|signer| signer.keeps_from(&config.options.key_id))?;
        refuse_twice(&signers)?;
        check_formats(&config.options, &signers)?;
        let delimiters = match &config.options.sections.parts {
            Some(_) => self.delimiters(&package.name, signers.first())?,
            None => Arc::new(Delimiters::None),
        };
        Ok(Recipe { delimiters, signers, ..self.unsigned(package, config, Delimiters::None)? })
    }

    /// What is done to the modules of a package but for signing.
    pub(crate) fn unsigned(
        &mut self,
        package: &Package,
        config: &PackageConfig,
        delimiters: Delimiters,
    ) -> Result<Recipe> {
        config.options.transforms.iter().try_for_each(find_transform)?;
        refuse_missing(config)?;
        if let Features::List(names) = &config.interface().features {
            optimize::Features::from_names(names)?;
        }
        refuse_unlisted(config)?;
        let optimize = match config.optimize() {
            Some(optimize) => {
                let optimizer = self.optimizer(&optimize.options, config.options.reproducible)?;
                Some((optimizer, optimize.clone()))
            }
            None => None,
        };
        let (statement, metadata) = statement::of(package, config);
        Ok(Recipe {
            profile: config.profile.clone(),
            transforms: config.options.transforms.clone(),
            optimize,
            interface: config.interface(),
            unfinished: config.options.unfinished,
            auditable: config.options.auditable,
            sections: config.options.sections.clone(),
            statement,
            metadata,
            delimiters: Arc::new(delimiters),
            signers: Vec::new(),
            key_id: config.options.key_id.clone(),
            formats: config.options.formats.clone(),
            placement: config.options.signature,
            artifact_dir: config.options.artifact_dir.clone(),
        })
    }

    /// What the parts of a package's modules end with.
    fn delimiters(
        &mut self,
        package: &str,
        signer: Option<&Arc<Signer>>,
    ) -> Result<Arc<Delimiters>> {
        let Some(signer) = signer else {
            self.warnings.push(format!(
                "the modules of `{package}` are not divided into parts: delimiters need a signer"
            ));
            return Ok(Arc::new(Delimiters::None));
        };
        if let Some(known) = self.delimiters.get(&signer.name) {
            return Ok(Arc::clone(known));
        }
        let delimiters =
            Delimiters::of_signer(&**signer).map_err(|error| of_key_use(&signer.name, error))?;
        if matches!(delimiters, Delimiters::Random) {
            self.warnings.push(format!(
                "the key `{}` is not deterministic: delimiters are random, and the build is not \
                 reproducible",
                signer.name
            ));
        }
        let delimiters = Arc::new(delimiters);
        self.delimiters.insert(signer.name.clone(), Arc::clone(&delimiters));
        Ok(delimiters)
    }

    fn optimizer(
        &mut self,
        options: &OptimizeOptions,
        reproducible: bool,
    ) -> Result<Arc<Optimizer>> {
        let minimum = options.minimum_version;
        let choice = OptimizerChoice { tool: options.tool.clone(), minimum, reproducible };
        let known = self.optimizers.iter().find(|(other, _)| *other == choice);
        let optimizer = match (known, &options.tool) {
            (Some((_, optimizer)), _) => Arc::clone(optimizer),
            (None, Tool::Auto) => Arc::new(Optimizer::auto(minimum, reproducible)?),
            (None, Tool::Embedded) => Arc::new(Optimizer::embedded(minimum)?),
            (None, Tool::Program(path)) => Arc::new(Optimizer::external(path, minimum)?),
        };
        optimizer.check_passes(&options.passes)?;
        self.optimizers.push((choice, Arc::clone(&optimizer)));
        Ok(optimizer)
    }

    /// Refuses a package whose modules nobody is named to sign.
    pub(crate) fn refuse_without_signers(
        &self,
        package: &str,
        config: &PackageConfig,
    ) -> Result<()> {
        if self.options.no_sign || !self.options.keys.is_empty() {
            return Ok(());
        }
        if config.options.sign_with.is_empty() {
            return Err(Error::usage(format!(
                "no signer is set for the modules of `{package}`"
            ))
            .advice(format!(
                "set `sign-with = [\"NAME\"]` and a table [workspace.metadata.wasmsign.keys.NAME] \
                 in Cargo.toml, pass a key with {}, or build with {}",
                caller::key(),
                caller::unsigned()
            )));
        }
        Ok(())
    }

    fn signers(&mut self, package: &str, config: &PackageConfig) -> Result<Vec<Arc<Signer>>> {
        if self.options.no_sign {
            return Ok(Vec::new());
        }
        let passphrase = &self.options.passphrase;
        let takes_secp256k1 = config.options.formats.contains(&Format::WasmSign);
        if !self.options.keys.is_empty() {
            let keys = &self.options.keys;
            return keys
                .iter()
                .map(|key| {
                    self.signer(key, || Signer::of_argument(key, passphrase, takes_secp256k1))
                })
                .collect();
        }
        self.refuse_without_signers(package, config)?;
        let manifests = self.manifests;
        config
            .options
            .sign_with
            .iter()
            .map(|name| {
                let unknown = || {
                    Error::usage(format!(
                        "there is no key named {}",
                        crate::text::redact::shown(name)
                    ))
                };
                let key = manifests.key(name).ok_or_else(unknown)?;
                let unsigned = format!("or build without signatures: {}", caller::unsigned());
                let load = || Signer::of_manifest(key, passphrase, takes_secp256k1);
                self.signer(name, || load().map_err(|error| error.or_advice(&unsigned)))
            })
            .collect()
    }

    fn signer(&mut self, name: &str, load: impl FnOnce() -> Result<Signer>) -> Result<Arc<Signer>> {
        if let Some(signer) = self.signers.get(name) {
            return Ok(Arc::clone(signer));
        }
        let signer = Arc::new(load()?);
        self.signers.insert(name.to_owned(), Arc::clone(&signer));
        Ok(signer)
    }
}

/// Refuses formats that do not go together, or have no signer.
fn check_formats(options: &Options, signers: &[Arc<Signer>]) -> Result<()> {
    if signers.is_empty() {
        return Ok(());
    }
    let embeds = options.signature != Placement::Detached;
    check_together(&options.formats, embeds)?;
    let beside = options.signature != Placement::Embedded;
    let both = [Format::Wasmsign2, Format::Sshsig];
    if beside && both.iter().all(|format| options.formats.contains(format)) {
        return Err(Error::usage(
            "a detached wasmsign2 signature and an sshsig signature would both be NAME.wasm.sig",
        )
        .advice(
            "set `signature = \"embedded\"`, or leave one of the two out of `signature-format`",
        ));
    }
    let signers: Vec<_> = signers.iter().map(|signer| &**signer).collect();
    options.formats.iter().try_for_each(|format| given(*format, &signers).map(drop))
}

/// Refuses to drop the list that `auditable` promises. One that is embedded in its place is a list, too.
fn refuse_unlisted(config: &PackageConfig) -> Result<()> {
    let sections = &config.options.sections;
    let is_embedded = sections.embed.iter().any(|embed| embed.name == AUDITABLE_LIST);
    match config.options.auditable && sections.remove.is_match(AUDITABLE_LIST) && !is_embedded {
        false => Ok(()),
        true => Err(Error::usage(format!(
            "`sections.remove` drops `{AUDITABLE_LIST}`, which `auditable = true` requires"
        ))
        .advice("change its patterns to keep that section, or set `auditable = false`")),
    }
}

/// Refuses files that are not there, unless a program of the package makes them.
fn refuse_missing(config: &PackageConfig) -> Result<()> {
    let is_made =
        |path: &Path| config.options.transforms.iter().any(|transform| transform.makes(path));
    for embed in config.options.sections.embed.iter().filter(|embed| !is_made(&embed.file)) {
        Embedding::open(&embed.name, &embed.file)?;
    }
    for input in config.options.transforms.iter().flat_map(|transform| &transform.inputs) {
        let files = input.files(&[]);
        let is_one = files.is_one_path() && !input.text.contains('{');
        if is_one && !files.base.exists() && !is_made(&files.base) {
            let path = files.base.display();
            return Err(Error::usage(format!(
                "`transform.inputs` names `{path}`, which does not exist"
            ))
            .advice("correct the path; it is relative to the Cargo.toml that names it"));
        }
    }
    Ok(())
}

/// Refuses one key under two names: it would sign once.
fn refuse_twice(signers: &[Arc<Signer>]) -> Result<()> {
    for (at, signer) in signers.iter().enumerate() {
        let same = |other: &&Arc<Signer>| other.public_key() == signer.public_key();
        if let Some(other) = signers[..at].iter().find(same) {
            return Err(Error::usage(format!(
                "`{}` and `{}` are the same key, which can sign only once",
                other.name.escape_debug(),
                signer.name.escape_debug()
            ))
            .advice("list it once"));
        }
    }
    Ok(())
}
