//! Modules that come from elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use wasmsign_core::manifest::{VersionError, VersionReq};
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Policy, Require, SectionNames};

use crate::error::{Error, ErrorKind, Result};
use crate::module::Module;
use crate::script::{Script, Told, check_env_name, usual_env_name};
use crate::{keys, trust};

/// A module that somebody else has built: verified, then copied into `OUT_DIR` for `include_bytes!`.
///
/// The bytes are read once: what was verified is what the host embeds. All paths begin at the package's directory.
///
/// ```no_run
/// use wasmsign_build::{Import, Require};
///
/// // build.rs
/// fn main() -> wasmsign_build::Result<()> {
///     Import::new("vendor/plugin.wasm")
///         .key("keys/vendor.pub")
///         .key("keys/review.pub")
///         .require(Require::All)
///         .package("plugin")
///         .version(">=1.4")
///         .verify()?;
///     Ok(())
/// }
/// ```
///
/// ```ignore
/// // src/main.rs
/// static PLUGIN: &[u8] = include_bytes!(env!("PLUGIN_WASM"));
/// ```
///
/// Without further words the rules are the strictest: one of the keys at least, the whole file, a module. An import
/// has no stub: its file is part of the package, and verifying needs neither network nor tools, at docs.rs too.
#[derive(Debug, Clone)]
#[must_use = "nothing is verified before `verify` is called"]
pub struct Import {
    path: PathBuf,
    keys: Vec<PathBuf>,
    policy: Policy,
    version: Option<String>,
    signature: Option<PathBuf>,
    env_name: String,
}

impl Import {
    /// The module at this path.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self {
            path: path.to_owned(),
            keys: Vec::new(),
            policy: Policy::default(),
            version: None,
            signature: None,
            env_name: usual_env_name(path),
        }
    }

    /// Adds a public key: a path, or the key's own text. At least one must be given.
    pub fn key(mut self, key: impl AsRef<Path>) -> Self {
        self.keys.push(key.as_ref().to_owned());
        self
    }

    /// How many of the keys must have signed; one of them unless this is called.
    pub fn require(mut self, require: Require) -> Self {
        self.policy = self.policy.require(require);
        self
    }

    /// Is content with a signed prefix that holds every section that is not custom.
    ///
    /// The copy is the whole file, its uncovered rest included: [`Module::verified`] says where that begins.
    pub fn prefix(mut self) -> Self {
        self.policy = self.policy.prefix();
        self
    }

    /// As [`Import::prefix`]; custom sections of these names must lie in the prefix too.
    pub fn sections<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.policy = self.policy.prefix_with(SectionNames::exactly(names));
        self
    }

    /// The kind of binary that the header must announce, which no signature covers: a module unless this is called;
    /// `None` takes components too.
    pub fn expect(mut self, kind: impl Into<Option<Kind>>) -> Self {
        self.policy = self.policy.expect(kind.into());
        self
    }

    /// The package that the module must say it is, in its module manifest under the signature. Without this, any module
    /// that the signer has ever signed will do.
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.policy = self.policy.package(name);
        self
    }

    /// The versions that it may say, as cargo writes a requirement: `>=1.4, <2`. Without this, any old release will do.
    pub fn version(mut self, requirement: impl Into<String>) -> Self {
        self.version = Some(requirement.into());
        self
    }

    /// Replaces all rules but the keys and [`Import::version`] by a policy of `wasmsign-core`.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The detached signature in this file counts, and none in the module. Its copy is [`Module::signature`].
    pub fn signature(mut self, path: impl AsRef<Path>) -> Self {
        self.signature = Some(path.as_ref().to_owned());
        self
    }

    /// The variable that gets the path of the copy. Unless this is called it is made of the file's name:
    /// `PLUGIN_WASM` for `vendor/plugin.wasm`.
    pub fn env_name(mut self, name: impl Into<String>) -> Self {
        self.env_name = name.into();
        self
    }

    /// Verifies the module, copies it and tells cargo.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, no key or one that is none, a module that is malformed or not trusted.
    pub fn verify(&self) -> Result<Module> {
        let mut told = Told::default();
        let module = self.run(&Script::from_environment()?, &mut told)?;
        told.say()?;
        Ok(module)
    }

    /// As [`Import::verify`]; on errors, tells cargo what and why, and ends the build script.
    pub fn verify_or_exit(&self) -> Module {
        self.verify().unwrap_or_else(|error| error.exit())
    }

    fn run(&self, script: &Script, told: &mut Told) -> Result<Module> {
        check_env_name(&self.env_name)?;
        let path = script.path(&self.path);
        let content = read(told, &path)?;
        let signature_path = self.signature.as_ref().map(|path| script.path(path));
        let signature = signature_path.map(|path| read(told, &path)).transpose()?;
        let keys = keys::read(script, told, &self.keys)?;
        let policy = self.whole_policy()?;
        let verified = trust::verify(&path, &content, signature.as_deref(), keys, policy)?;
        let (bytes, verified) = (verified.bytes(), verified.verified().clone());
        let module = Module::publish(script, told, &self.env_name, bytes, signature.as_deref())?;
        Ok(Module { identity: verified.identity(), verified: Some(verified), ..module })
    }
}

impl Import {
    /// The policy, with the version.
    fn whole_policy(&self) -> Result<Policy> {
        let policy = self.policy.clone();
        let Some(text) = &self.version else { return Ok(policy) };
        let requirement: VersionReq = text.parse().map_err(|error: VersionError| {
            let message = format!("`{}` is not a version requirement", text.escape_debug());
            let error = Error::new(ErrorKind::Script, message).because(error);
            error.advice("write it as in Cargo.toml: `1.4` or `>=1.4, <2`")
        })?;
        Ok(policy.version(requirement))
    }
}

fn read(told: &mut Told, path: &Path) -> Result<Vec<u8>> {
    let content = fs::read(path).map_err(|source| {
        Error::io("read", path, source).advice("paths are relative to the package's Cargo.toml")
    })?;
    told.watch(path);
    Ok(content)
}

#[cfg(test)]
mod tests;
