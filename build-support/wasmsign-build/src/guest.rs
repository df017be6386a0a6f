//! Guests that are built and signed by a host's build script.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use wasmsign_core::{Policy, PublicKey, Require};

use crate::error::{Error, ErrorKind, Result};
use crate::messages::{Messages, Published};
use crate::module::Module;
use crate::script::{Script, Told, check_env_name, usual_env_name};
use crate::tool::Tool;
use crate::{inputs, keys, trust};

/// A guest crate: built and signed by the installed `cargo wasmsign`, then copied into `OUT_DIR` for
/// `include_bytes!`.
///
/// ```no_run
/// use wasmsign_build::Guest;
///
/// // build.rs
/// fn main() -> wasmsign_build::Result<()> {
///     Guest::new("guests/plugin").profile("release").build()?;
///     Ok(())
/// }
/// ```
///
/// ```ignore
/// // src/main.rs
/// static PLUGIN: &[u8] = include_bytes!(env!("PLUGIN_WASM"));
/// ```
///
/// The guest is built as if `cargo wasmsign build` had been typed in its directory: with its own manifest, settings and
/// toolchain. See [the crate](crate) for what that means, and for builds without network or without the tool.
#[derive(Debug, Clone)]
#[must_use = "nothing is built before `build` is called"]
pub struct Guest {
    path: PathBuf,
    /// Flags that `build` and `config` of the tool have in common.
    selection: Vec<String>,
    /// Flags of `build` alone.
    flags: Vec<String>,
    keys: Vec<PathBuf>,
    is_unsigned: bool,
    public_keys: Vec<PathBuf>,
    env_name: String,
    toolchain: Option<String>,
    is_stub: bool,
}

impl Guest {
    /// The guest in this directory, which has its `Cargo.toml`. The path begins at the host package's directory.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self {
            path: path.to_owned(),
            selection: Vec::new(),
            flags: Vec::new(),
            keys: Vec::new(),
            is_unsigned: false,
            public_keys: Vec::new(),
            env_name: usual_env_name(path),
            toolchain: None,
            is_stub: false,
        }
    }

    /// The package to build, where the directory is that of a workspace.
    pub fn package(self, name: &str) -> Self {
        self.select("--package", name)
    }

    /// The program to build, where the package has several.
    pub fn bin(self, name: &str) -> Self {
        self.flag("--bin", name)
    }

    /// Builds the library, where the package has programs too.
    pub fn lib(mut self) -> Self {
        self.flags.push("--lib".into());
        self
    }

    /// The guest's profile: `dev`, as with cargo, unless this is called. The host's does not matter.
    pub fn profile(self, name: &str) -> Self {
        self.select("--profile", name)
    }

    /// Activates features of the guest.
    pub fn features<F: AsRef<str>>(self, features: impl IntoIterator<Item = F>) -> Self {
        features.into_iter().fold(self, |guest, feature| guest.flag("--features", feature.as_ref()))
    }

    /// Does not activate the guest's `default` feature.
    pub fn no_default_features(mut self) -> Self {
        self.flags.push("--no-default-features".into());
        self
    }

    /// The guest's target: what its manifests say unless this is called.
    pub fn target(self, triple: &str) -> Self {
        self.select("--target", triple)
    }

    /// Signs with this secret key in place of the manifest's signers: a path, or `env:NAME` for the key's text in a
    /// variable. Several keys all sign.
    pub fn key(mut self, key: impl AsRef<Path>) -> Self {
        self.keys.push(key.as_ref().to_owned());
        self.is_unsigned = false;
        self
    }

    /// Does not sign: for builds without the secret. Nothing verifies such a module.
    pub fn unsigned(mut self) -> Self {
        self.keys.clear();
        self.is_unsigned = true;
        self
    }

    /// Verifies the module with this public key before it is copied: a path, or the key's own text. Several keys must
    /// all have signed.
    pub fn public_key(mut self, key: impl AsRef<Path>) -> Self {
        self.public_keys.push(key.as_ref().to_owned());
        self
    }

    /// The variable that gets the path of the copy. Unless this is called it is made of the directory's name:
    /// `PLUGIN_WASM` for `guests/plugin`. Each module of a build script needs one of its own.
    pub fn env_name(mut self, name: impl Into<String>) -> Self {
        self.env_name = name.into();
        self
    }

    /// The rustup toolchain that builds the guest. Unless this is called, rustup chooses as it does in the guest's
    /// directory, by `rust-toolchain.toml` or the default: the toolchain of the host does not matter.
    pub fn toolchain(mut self, name: &str) -> Self {
        self.toolchain = Some(name.to_owned());
        self
    }

    /// Leaves the guest's `Cargo.lock` as it is. A read-only source needs one that is complete.
    pub fn locked(mut self) -> Self {
        self.selection.push("--locked".into());
        self
    }

    /// Uses no network. `CARGO_NET_OFFLINE` says the same for a whole build.
    pub fn offline(mut self) -> Self {
        self.selection.push("--offline".into());
        self
    }

    /// Adds a word to the call of `cargo wasmsign build`.
    pub fn arg(mut self, word: &str) -> Self {
        self.flags.push(word.to_owned());
        self
    }

    /// Builds nothing if `condition` holds, and takes a stub: a module without any section, which no key verifies.
    ///
    /// The condition is the host's: a feature that is off, a platform, `cargo wasmsign` not being there. Where `DOCS_RS`
    /// is set the stub is taken in any case.
    ///
    /// ```no_run
    /// # use wasmsign_build::Guest;
    /// Guest::new("guests/plugin").or_stub(cfg!(not(feature = "plugin"))).build_or_exit();
    /// ```
    pub fn or_stub(mut self, condition: bool) -> Self {
        self.is_stub |= condition;
        self
    }

    /// Builds and signs the guest, copies its module and tells cargo.
    ///
    /// # Errors
    ///
    /// `cargo wasmsign` missing, too old or failing (its diagnostics, and those of the guest, are on standard error, which
    /// cargo shows), no module or several, a module that [`Guest::public_key`] refuses, files that cannot be read.
    pub fn build(&self) -> Result<Module> {
        let mut told = Told::default();
        let module = self.run(&Script::from_environment()?, &mut told)?;
        told.say()?;
        Ok(module)
    }

    /// As [`Guest::build`]; on errors, tells cargo what and why, and ends the build script.
    pub fn build_or_exit(&self) -> Module {
        self.build().unwrap_or_else(|error| error.exit())
    }

    fn select(mut self, flag: &str, value: &str) -> Self {
        self.selection.extend([flag.to_owned(), value.to_owned()]);
        self
    }

    fn flag(mut self, flag: &str, value: &str) -> Self {
        self.flags.extend([flag.to_owned(), value.to_owned()]);
        self
    }

    fn run(&self, script: &Script, told: &mut Told) -> Result<Module> {
        check_env_name(&self.env_name)?;
        told.watch_variable("DOCS_RS");
        if self.is_stub || script.hosted_docs {
            return Module::stub(script, told, &self.env_name);
        }
        let directory = self.directory(script)?;
        // Before minutes are spent on building.
        let keys = keys::read(script, told, &self.public_keys)?;
        let tool = Tool::find(&directory, self.toolchain.as_deref())?;
        let messages = self.call(script, &tool)?;
        let published = messages.only_module(&directory)?;
        let module = self.copy(script, told, published, keys)?;
        self.watch(script, told, &tool, &messages, published)?;
        Ok(module)
    }

    fn directory(&self, script: &Script) -> Result<PathBuf> {
        let directory = script.path(&self.path);
        match fs::metadata(directory.join("Cargo.toml")) {
            Ok(_) => Ok(directory),
            Err(source) => Err(Error::io("find a guest in", &directory, source).advice(
                "the path is that of the directory with the guest's Cargo.toml, relative to the \
                 host's Cargo.toml; cargo does not publish packages in subdirectories of another \
                 package",
            )),
        }
    }

    fn call(&self, script: &Script, tool: &Tool) -> Result<Messages> {
        let mut command = tool.command(&["wasmsign", "build"]);
        // Diagnostics are for people, who find them on standard error; the rest is for us.
        command.args(["--message-format", "json-render-diagnostics"]);
        command.args(&self.selection).args(&self.flags);
        self.place(script, &mut command);
        self.signers(script, &mut command);
        let output = tool.run(&mut command)?;
        if output.status.success() {
            return Ok(Messages::read(&output.stdout));
        }
        let guest = script.path(&self.path);
        let message =
            format!("failed to build the guest `{}` ({})", guest.display(), output.status);
        Err(Error::new(ErrorKind::Guest, message).advice(
            "the messages of `cargo wasmsign build` are on standard error, shown with this message",
        ))
    }

    /// A target directory of our own: the host's is locked by the cargo that waits for us. The host's jobs are ours too,
    /// by their number: its job server ends with this script, and the tool has one of its own.
    fn place(&self, script: &Script, command: &mut Command) {
        let target = self.target_directory(script);
        // The settings of the guest's workspace, which may be the host's, can move what cargo makes on the way elsewhere:
        // there the cargo that waits for us holds the lock again.
        command.env("CARGO_BUILD_BUILD_DIR", &target);
        // They can also name a directory that cargo leaves out of the paths of sources. Nothing is below this one.
        command.env("CARGO_BUILD_DEP_INFO_BASEDIR", target.join("none"));
        // Its advice then names what a build script can do.
        command.env("WASMSIGN_BUILD_SCRIPT", "1");
        command.arg("--target-dir").arg(target);
        if let Some(jobs) = &script.jobs {
            command.args(["--jobs", jobs]);
        }
    }

    /// One for each place of a guest as well as for each name. Cargo tells a package by where it is in its workspace, so
    /// that it would take what it has built of `old/plugin` for that of `new/plugin`, if the files there are not newer.
    fn target_directory(&self, script: &Script) -> PathBuf {
        let place = script.path(&self.path);
        let mut hasher = DefaultHasher::new();
        fs::canonicalize(&place).unwrap_or(place).hash(&mut hasher);
        script.out.join("wasmsign").join(format!("{}-{:016x}", self.env_name, hasher.finish()))
    }

    fn signers(&self, script: &Script, command: &mut Command) {
        if self.is_unsigned {
            command.arg("--no-sign");
        }
        for key in &self.keys {
            command.arg("--key").arg(key_path(script, key));
        }
    }

    fn copy(
        &self,
        script: &Script,
        told: &mut Told,
        published: &Published,
        keys: Vec<PublicKey>,
    ) -> Result<Module> {
        let read = |path: &Path| fs::read(path).map_err(|source| Error::io("read", path, source));
        let content = read(&published.path)?;
        let signature = published.signature.as_deref().map(read).transpose()?;
        let verified = if keys.is_empty() {
            None
        } else {
            let policy = Policy::default().expect(None).require(Require::All);
            let verified =
                trust::verify(&published.path, &content, signature.as_deref(), keys, policy);
            Some(verified.map_err(advised)?.verified().clone())
        };
        let module = Module::publish(script, told, &self.env_name, &content, signature.as_deref())?;
        Ok(Module { identity: published.identity, verified, ..module })
    }

    fn watch(
        &self,
        script: &Script,
        told: &mut Told,
        tool: &Tool,
        messages: &Messages,
        published: &Published,
    ) -> Result<()> {
        inputs::watch_sources(told, messages, published, &self.target_directory(script))?;
        inputs::watch_workspace(told, tool, &script.path(&self.path), script.started)?;
        let signers_of_manifest = !self.is_unsigned && self.keys.is_empty();
        if let Some(manifest) = messages.manifest_of(published) {
            let flags = &self.selection;
            inputs::watch_configuration(told, tool, flags, manifest, signers_of_manifest)?;
        }
        let keys = self.keys.iter().map(|key| key_path(script, key));
        keys.filter(|key| key.is_file()).for_each(|key| told.watch(key));
        Ok(())
    }
}

/// What to do about a guest that was signed, and not by the keys that the script trusts.
fn advised(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Refused => error.advice(
            "the guest is signed with the keys in `sign-with` of its manifest, or in \
             `Guest::key`; each `public_key` must belong to one of them",
        ),
        _ => error,
    }
}

/// A secret key as the tool takes it: it runs in another directory.
fn key_path(script: &Script, key: &Path) -> PathBuf {
    if key.to_string_lossy().starts_with("env:") { key.to_owned() } else { script.path(key) }
}

#[cfg(test)]
mod tests;
