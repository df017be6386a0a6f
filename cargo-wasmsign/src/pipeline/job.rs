//! One module that is to be made.

use std::sync::Arc;

use super::recipe::{OutputDirectory, Recipe};
use crate::project::Artifact;

/// A module that is to be made: the artifact, what is done to it, and where it goes.
#[derive(Clone)]
pub struct Job {
    /// The artifact.
    pub artifact: Artifact,
    /// What is done to it.
    pub recipe: Arc<Recipe>,
    /// Where it goes.
    pub output: Arc<OutputDirectory>,
}

impl Job {
    /// The same, with what the artifact's own `opt-level` decides.
    pub(super) fn settled(self) -> Self {
        let recipe = Arc::new(self.recipe.for_opt_level(&self.artifact.opt_level));
        Self { recipe, ..self }
    }
}
