//! The targets that modules are built for, and their standard libraries.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use cargo_platform::Cfg;

use super::version::Version;
use super::{Compiler, Configuration, Resolution, Text};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child;

/// A list of target triples, none of which is anything but wasm.
pub type Targets = Vec<String>;

/// Whether a target is WebAssembly: by its name, or by what the compiler makes of the file that describes it.
///
/// # Errors
///
/// Exit code 2 where the compiler does not take the file.
pub fn is_wasm(target: &str, configuration: &Configuration) -> Result<bool> {
    if !target.ends_with(".json") {
        return Ok(is_wasm_name(target));
    }
    let cfg = Compiler::of(configuration)?.cfg(target, &[])?;
    let is_so = |cfg: &Cfg| match cfg {
        Cfg::KeyPair(name, value) => name.as_str() == "target_arch" && is_wasm_name(value),
        Cfg::Name(_) => false,
    };
    Ok(cfg.iter().any(is_so))
}

/// Whether a target of the compiler's own, or an architecture, is WebAssembly.
pub fn is_wasm_name(name: &str) -> bool {
    name.starts_with("wasm32") || name.starts_with("wasm64")
}

/// `build.target` of cargo's configuration.
///
/// # Errors
///
/// Exit code 2 where it says something else.
pub fn configured_targets(configuration: &Configuration) -> Result<Vec<String>> {
    let named = configuration.one_or_more(&["build", "target"])?;
    let whole = |named: Text| match named.text.trim() {
        file if file.ends_with(".json") => named.root.join(file).display().to_string(),
        triple => triple.to_owned(),
    };
    let mut targets: Vec<_> = named.into_iter().map(whole).collect();
    targets.retain(|target| !target.is_empty());
    targets.sort();
    targets.dedup();
    Ok(targets)
}

/// Sees to it that there is a standard library for a target, through rustup if need be.
///
/// `announce` is called before rustup is, and may say how it is to show what it does.
///
/// # Errors
///
/// Exit code 2 where rustup is not there or must not be asked, 5 where it failed.
pub fn ensure_installed(
    target: &str,
    resolution: &Resolution,
    configuration: &Configuration,
    announce: impl FnOnce(&mut Command),
) -> Result<()> {
    if target.ends_with(".json")
        || is_installed(target, configuration)?
        || builds_its_own(resolution, configuration)?
    {
        return Ok(());
    }
    let missing = || {
        Error::usage(format!("there is no standard library for `{target}`")).advice(format!(
            "run `rustup target add {target}`, or install it with your Rust compiler"
        ))
    };
    if resolution.offline || resolution.frozen {
        return Err(missing());
    }
    let mut rustup = Command::new("rustup");
    announce(&mut rustup);
    rustup.args(["target", "add", target]).stdin(Stdio::null()).stdout(Stdio::null());
    let status = match child::Running::start(&mut rustup) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing()),
        started => started
            .and_then(child::Running::wait)
            .map_err(|source| failed(target).because(source))?,
    };
    if status.success() { Ok(()) } else { Err(failed(target)) }
}

fn failed(target: &str) -> Error {
    Error::new(Exit::Tool, format!("`rustup target add {target}` failed"))
        .advice("see its message above; without a network, install the target beforehand")
}

/// Whether cargo compiles the standard library itself.
fn builds_its_own(resolution: &Resolution, configuration: &Configuration) -> Result<bool> {
    let is_build_std = |flag: &String| flag.split('=').next() == Some("build-std");
    if resolution.unstable.iter().any(is_build_std) {
        return Ok(true);
    }
    // Elsewhere than on the command line, unstable flags count for a nightly cargo, and are nothing to others.
    Ok(configuration.has(&["unstable", "build-std"]) && Version::ask()?.is_nightly)
}

fn is_installed(target: &str, configuration: &Configuration) -> Result<bool> {
    // By default, cargo calls the compiler in its own directory.
    let usual = std::env::var_os("CARGO")
        .and_then(|cargo| Some(PathBuf::from(cargo).parent()?.parent()?.to_owned()));
    let overridden = ["RUSTC", "RUSTC_WRAPPER"].iter().any(|name| std::env::var_os(name).is_some())
        || configuration.has(&["build", "rustc"]);
    let library = |sysroot: PathBuf| sysroot.join("lib/rustlib").join(target).join("lib");
    match usual {
        Some(sysroot) if !overridden && library(sysroot.clone()).is_dir() => Ok(true),
        _ => Ok(Compiler::of(configuration)?.library(target)?.is_dir()),
    }
}
