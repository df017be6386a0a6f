//! The keys and tools of a build.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::args::Build;
use crate::config::{Manifests, Optimize, PackageConfig, Tool};
use crate::error::{Error, Result};
use crate::optimize::Optimizer;
use crate::pipeline::Recipe;
use crate::signers::Signer;

/// Keys and tools, each got once.
pub(super) struct Kit<'a> {
    manifests: &'a Manifests,
    arguments: &'a Build,
    signers: BTreeMap<String, Rc<Signer>>,
    optimizers: Vec<(Tool, Rc<Optimizer>)>,
}

impl<'a> Kit<'a> {
    /// An empty one.
    pub(super) fn new(manifests: &'a Manifests, arguments: &'a Build) -> Self {
        Self { manifests, arguments, signers: BTreeMap::new(), optimizers: Vec::new() }
    }

    /// What is wrong with the keys, though they can be used.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.signers.values().filter_map(|signer| signer.warning.clone()).collect()
    }

    /// What is done to the modules of a package, with everything at hand that it takes.
    pub(super) fn recipe(&mut self, package: &str, config: &PackageConfig) -> Result<Recipe> {
        let optimize = match &config.optimize {
            Some(options) => Some((self.optimizer(options)?, options.clone())),
            None => None,
        };
        let jobs = self.arguments.compilation.jobs.as_deref().and_then(|jobs| jobs.parse().ok());
        Ok(Recipe {
            optimize,
            jobs,
            remove: config.remove.clone(),
            signers: self.signers(package, config)?,
            key_id: config.key_id.clone(),
            placement: config.signature,
        })
    }

    fn optimizer(&mut self, options: &Optimize) -> Result<Rc<Optimizer>> {
        let known = self.optimizers.iter().find(|(tool, _)| *tool == options.tool);
        let optimizer = match (known, &options.tool) {
            (Some((_, optimizer)), _) => Rc::clone(optimizer),
            (None, Tool::Embedded) => Rc::new(Optimizer::embedded(None)?),
            (None, Tool::Program(path)) => Rc::new(Optimizer::external(path, None)?),
        };
        optimizer.check_passes(&options.passes)?;
        self.optimizers.push((options.tool.clone(), Rc::clone(&optimizer)));
        Ok(optimizer)
    }

    fn signers(&mut self, package: &str, config: &PackageConfig) -> Result<Vec<Rc<Signer>>> {
        if self.arguments.no_sign {
            return Ok(Vec::new());
        }
        if !self.arguments.keys.is_empty() {
            let keys = &self.arguments.keys;
            return keys
                .iter()
                .map(|key| self.signer(key, || Signer::from_argument(key)))
                .collect();
        }
        if config.sign_with.is_empty() {
            return Err(Error::usage(format!("nobody is named to sign the modules of `{package}`")).advice(
                "set `sign-with = [\"NAME\"]` and a table [workspace.metadata.wasmsign.keys.NAME] in Cargo.toml, give a key \
                 with `--key`, or build with `--no-sign`",
            ));
        }
        let manifests = self.manifests;
        config
            .sign_with
            .iter()
            .map(|name| {
                let unknown = || Error::usage(format!("no key is named `{}`", name.escape_debug()));
                let key = manifests.key(name).ok_or_else(unknown)?;
                self.signer(name, || Signer::from_manifest(key))
            })
            .collect()
    }

    fn signer(&mut self, name: &str, load: impl FnOnce() -> Result<Signer>) -> Result<Rc<Signer>> {
        if let Some(signer) = self.signers.get(name) {
            return Ok(Rc::clone(signer));
        }
        let signer = Rc::new(load()?);
        self.signers.insert(name.to_owned(), Rc::clone(&signer));
        Ok(signer)
    }
}
