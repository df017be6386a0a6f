//! What cargo and the compiler are asked while the modules are built.

use std::collections::BTreeMap;

use super::index::Tools;
use crate::error::Result;
use crate::project::{
    Compiler, Configuration, Dependencies, FeatureFlags, Resolution, cargo_version,
};

/// Answers.
#[derive(Default)]
pub(super) struct Asked {
    /// By target triple.
    pub(super) dependencies: BTreeMap<String, Dependencies>,
    cargo: String,
    rustc: String,
}

impl Asked {
    /// Asks what the packages for each of these triples depend on, with these features.
    ///
    /// # Errors
    ///
    /// Exit code 101 where cargo fails, 5 where the compiler does.
    pub(super) fn of(
        configuration: &Configuration,
        resolution: &Resolution,
        triples: &[String],
        features: &FeatureFlags,
    ) -> Result<Self> {
        let dependencies = triples
            .iter()
            .map(|triple| Ok((triple.clone(), Dependencies::load(resolution, triple, features)?)));
        Ok(Self {
            dependencies: dependencies.collect::<Result<_>>()?,
            cargo: cargo_version()?,
            rustc: Compiler::of(configuration)?.version()?,
        })
    }

    /// The programs, with what the optimizers of the modules call themselves.
    pub(super) fn tools<'a>(&self, optimizers: impl Iterator<Item = &'a str>) -> Tools {
        Tools {
            cargo: self.cargo.clone(),
            rustc: self.rustc.clone(),
            cargo_wasmsign: env!("CARGO_PKG_VERSION").into(),
            optimizer: super::finish::united(optimizers),
        }
    }
}
