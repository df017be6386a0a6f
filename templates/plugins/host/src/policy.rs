//! Whom the host trusts: the trust file, and what becomes a plugin by it.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use wasmsign_core::trust::{Time, Trust};
use wasmsign_core::{VerifiedModule, VerifyError};

/// The largest plugin that is held in memory.
const MAX_PLUGIN_BYTES: usize = 64 << 20;

/// A trust file.
pub struct Policy(Trust);

impl Policy {
    /// Reads the file, and the keys and successions that it names beside it.
    pub fn load(path: &Path) -> Result<Self, String> {
        let failed = |error: &dyn Error| format!("the trust file {}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        let directory = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let trust = Trust::load(&text, |named| std::fs::read(directory.join(named)));
        trust.map(Self).map_err(|error| failed(&error))
    }

    /// Reads a plugin once, and gives it where the rule for its name accepts it now. What is kept is what was verified.
    pub fn open(&self, path: &Path, name: &str) -> Result<VerifiedModule<'static>, VerifyError> {
        let file =
            File::open(path).map_err(|source| VerifyError::File { path: path.into(), source })?;
        let verifier = self.0.verifier(name, Time::now()).build();
        verifier.reader(file).with_cap(MAX_PLUGIN_BYTES).into_module()
    }
}

/// The names of the keys that count.
pub fn signers(module: &VerifiedModule<'_>) -> String {
    let roles = module.verified().roles().iter();
    roles.flat_map(|role| role.keys.iter().map(|key| &**key)).collect::<Vec<_>>().join(", ")
}

/// An error with all that has led to it. Names that a module has chosen cannot forge lines.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.escape_debug().to_string()
}
