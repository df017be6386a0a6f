//! How cargo is called, and where it lives.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use super::Arguments;

/// How cargo finds the manifest and its dependencies: the flags that every call of it gets.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// `--manifest-path`.
    pub manifest_path: Option<PathBuf>,
    /// `--locked`.
    pub locked: bool,
    /// `--offline`.
    pub offline: bool,
    /// `--frozen`.
    pub frozen: bool,
    /// `--config`, each.
    pub config: Vec<String>,
    /// `-Z`, each.
    pub unstable: Vec<String>,
}

impl Resolution {
    /// What these are together with flags that only cargo's build gets, but that say how to find things as well.
    #[must_use]
    pub fn and(&self, arguments: &Arguments) -> Self {
        let mut whole = self.clone();
        whole.locked |= arguments.has("locked");
        whole.offline |= arguments.has("offline");
        whole.frozen |= arguments.has("frozen");
        whole.unstable.extend(arguments.values("unstable").map(str::to_owned));
        whole
    }
}

/// cargo as the one that called us says it, with the words of a subcommand.
pub(super) fn command(subcommand: &[&str], resolution: &Resolution) -> Command {
    let mut command = Command::new(program());
    command.args(subcommand);
    if let Some(path) = &resolution.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    for (flag, given) in [
        ("--locked", resolution.locked),
        ("--offline", resolution.offline),
        ("--frozen", resolution.frozen),
    ] {
        command.args(given.then_some(flag));
    }
    resolution.config.iter().for_each(|value| {
        command.arg("--config").arg(value);
    });
    resolution.unstable.iter().for_each(|flag| {
        command.arg("-Z").arg(flag);
    });
    command
}

pub(super) fn program() -> OsString {
    std::env::var_os("CARGO").filter(|path| !path.is_empty()).unwrap_or_else(|| "cargo".into())
}

/// Where cargo keeps the sources of dependencies.
pub(super) fn cargo_home() -> Option<PathBuf> {
    let home = || std::env::home_dir().map(|home| home.join(".cargo"));
    let named = std::env::var_os("CARGO_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    named.or_else(home).and_then(|path| std::path::absolute(path).ok())
}
