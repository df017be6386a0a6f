//! What the command line says.

use std::path::PathBuf;

use super::optimize::{OptimizeLayer, Switch};
use super::options::OptionsLayer;
use super::setting::{Origin, Setting};
use crate::error::Result;
use crate::keys::{KeyRef, PassphraseSource};

const KEY: &str = "--key";
const NO_SIGN: &str = "--no-sign";
const NO_OPTIMIZE: &str = "--no-optimize";
const TARGET: &str = "--target";
const ARTIFACT_DIR: &str = "--artifact-dir";

/// The flags that stand above everything else.
#[derive(Debug, Clone, Default)]
pub struct CommandLine {
    /// Each `--key`: these sign in place of the manifest's signers.
    pub keys: Vec<String>,
    /// Where the passphrase of an encrypted key is.
    pub passphrase: PassphraseSource,
    /// Whether nobody signs.
    pub no_sign: bool,
    /// Whether the optimizer stays off.
    pub no_optimize: bool,
    /// The targets to build for; none where no `--target` is given.
    pub targets: Vec<String>,
    /// Where published modules are copied to, as a whole path.
    pub artifact_dir: Option<PathBuf>,
}

impl CommandLine {
    /// The flags as the layer above the environment.
    pub(super) fn layer(&self) -> Result<OptionsLayer> {
        let mut layer = OptionsLayer::default();
        if !self.targets.is_empty() {
            layer.targets.0 = given(TARGET, Some(self.targets.clone()));
        }
        // Only looked at: whoever signs finds the key.
        self.keys.iter().try_for_each(|key| KeyRef::secret_argument(key).map(drop))?;
        if self.no_sign {
            layer.sign_with.0 = given(NO_SIGN, Vec::new());
        } else if !self.keys.is_empty() {
            layer.sign_with.0 = given(KEY, self.keys.clone());
        }
        if let Some(directory) = &self.artifact_dir {
            layer.artifact_dir.0 = given(ARTIFACT_DIR, Some(directory.clone()));
        }
        if self.no_optimize {
            let off = given(NO_OPTIMIZE, Switch::On(false));
            layer.optimize = OptimizeLayer::switched(off);
        }
        Ok(layer)
    }
}

fn given<T>(flag: &'static str, value: T) -> Setting<T> {
    Setting { value, origin: Origin::CommandLine(flag) }
}
