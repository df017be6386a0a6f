//! The compiler's flags of builds that give the same bytes in any directory.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::settings;
use crate::child;
use crate::error::{Error, Result};

/// The compiler's flags as the environment and cargo's configuration have them for a target, and those that take the
/// paths of this machine out of what is compiled.
///
/// # Errors
///
/// Exit code 2 where the configuration cannot be read, a path is not Unicode, or `overrides` (cargo's `--config`, each) set
/// flags that would be lost, 5 where the compiler does not answer.
pub fn rustflags(
    target: &str,
    workspace: &Path,
    target_directory: &Path,
    overrides: &[String],
) -> Result<Vec<String>> {
    if settings::overrides_rustflags(overrides)? {
        return Err(Error::usage(
            "`--config` sets flags of the compiler, which a reproducible build would lose",
        )
        .advice("set them in .cargo/config.toml or in RUSTFLAGS, or leave `reproducible` out"));
    }
    let mut flags = settings::configured_rustflags(target)?;
    let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
    let mut places = vec![
        (sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{}", commit()?)),
        (workspace.to_owned(), "/workspace".to_owned()),
        (target_directory.to_owned(), "/target".to_owned()),
    ];
    places.extend(cargo_home().map(|home| (home, "/cargo".to_owned())));
    // Of several prefixes that fit, the compiler takes the last: let that be the longest.
    places.sort_by_key(|(path, _)| path.components().count());
    for (path, name) in places {
        flags.push(format!("--remap-path-prefix={}={name}", text(path)?));
    }
    Ok(flags)
}

/// Where cargo keeps the sources of dependencies.
pub(super) fn cargo_home() -> Option<PathBuf> {
    let home = || env::home_dir().map(|home| home.join(".cargo"));
    env::var_os("CARGO_HOME").filter(|path| !path.is_empty()).map(PathBuf::from).or_else(home)
}

/// The commit of the compiler, under which the standard library names its own sources.
fn commit() -> Result<String> {
    let version = ask(&["-vV"])?;
    let line = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    Ok(line.unwrap_or("unknown").to_owned())
}

fn ask(arguments: &[&str]) -> Result<String> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(&compiler);
    command.args(arguments).stdout(Stdio::piped());
    let failed = || {
        let words = arguments.join(" ");
        Error::tool(format!("failed to run `{} {words}`", compiler.display()))
    };
    let output = child::output(&mut command, &[]).map_err(|source| failed().because(source))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
        false => Err(failed().because(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().map_err(|path| {
        Error::usage(format!("the path `{}` is not Unicode", path.display()))
            .advice("a reproducible build names it to the compiler: build in another directory")
    })
}
