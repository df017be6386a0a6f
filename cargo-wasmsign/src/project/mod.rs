//! What this program asks of cargo, and what cargo answers.

pub(crate) mod features;

mod arguments;
mod artifact_dir;
mod auditable;
mod compiler;
mod configuration;
mod message;
mod profile;
mod reproducible;
mod run;
mod rustflags;
mod target;
mod term;
mod version;
mod workspace;

pub use arguments::Arguments;
pub use artifact_dir::refuse_artifact_dir;
pub use auditable::find_auditable;
pub use compiler::Compiler;
pub use configuration::{Configuration, Text};
pub use message::{Artifact, EXAMPLES, Line, Other};
pub use profile::Profiles;
pub use reproducible::{Reproducible, Subject};
pub use run::{Messages, Run};
pub use target::{Targets, configured_targets, ensure_installed, is_wasm, is_wasm_name};
pub use term::Term;
pub use workspace::{Selection, Workspace, has_cdylib, is_in_project};

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use reproducible::cargo_home;

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
fn command(subcommand: &[&str], resolution: &Resolution) -> Command {
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

fn program() -> OsString {
    std::env::var_os("CARGO").filter(|path| !path.is_empty()).unwrap_or_else(|| "cargo".into())
}
