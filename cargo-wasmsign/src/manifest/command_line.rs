//! What the command line says.

use std::path::{Path, PathBuf};

use wasmsign_core::keys::is_secret_key_text;

use super::layer::Layer;
use super::optimize::Switch;
use super::setting::{Origin, Setting};
use super::source::Place;
use crate::error::Result;
use crate::text::redact;

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
    pub(super) fn layer(&self) -> Result<Layer> {
        let off = given(NO_OPTIMIZE, self.no_optimize, Switch::On(false));
        Ok(Layer {
            targets: given(TARGET, !self.targets.is_empty(), self.targets.clone()),
            sign_with: match self.no_sign {
                true => given(NO_SIGN, true, Vec::new()),
                false => given(KEY, !self.keys.is_empty(), self.keys()?),
            },
            artifact_dir: self
                .artifact_dir
                .clone()
                .and_then(|path| given(ARTIFACT_DIR, true, path)),
            optimize: off.map(Into::into).unwrap_or_default(),
            ..Layer::default()
        })
    }

    fn keys(&self) -> Result<Vec<String>> {
        // What an agent is asked for looks like a key, and is a public one or the hash of one.
        let held = |key: &str| key.strip_prefix("ssh-agent:").map(str::to_owned);
        let is_secret = |key: &String| is_secret_key_text(held(key).as_ref().unwrap_or(key));
        let may_be = |key: &&String| {
            held(key).is_none() && redact::is_secret_for_a_path(Path::new(key.as_str()))
        };
        // The text is not repeated; it is too late to keep it from the shell's history.
        if self.keys.iter().any(is_secret) {
            return Err(Place::Flag(KEY).error(
                "expected a path, env:NAME or ssh-agent:FINGERPRINT, found a secret key itself, which others can see on \
                 the command line",
            ));
        }
        match self.keys.iter().find(may_be) {
            Some(key) => Err(Place::Flag(KEY).error(format!(
                "expected a path, env:NAME or ssh-agent:FINGERPRINT, found {}, and no file of that name",
                redact::shown(key)
            ))),
            None => Ok(self.keys.clone()),
        }
    }
}

fn given<T>(flag: &'static str, given: bool, value: T) -> Option<Setting<T>> {
    given.then_some(Setting { value, origin: Origin::CommandLine(flag) })
}
