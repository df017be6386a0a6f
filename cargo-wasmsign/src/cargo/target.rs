//! The targets that modules are built for, and their standard libraries.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Resolution;
use crate::child;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::fate::fate;

/// A list of target triples, none of which is anything but wasm.
pub type Targets = Vec<String>;

/// Whether a target is WebAssembly: by its architecture, or the file name of its description.
pub fn is_wasm(target: &str) -> bool {
    let name = Path::new(target).file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("wasm32") || name.starts_with("wasm64")
}

/// Sees to it that there is a standard library for a target, through rustup if need be.
///
/// `announce` is called before rustup is.
///
/// # Errors
///
/// Exit code 2 where rustup is not there or must not be asked, 5 where it failed.
pub fn ensure_installed(
    target: &str,
    resolution: &Resolution,
    announce: impl FnOnce(),
) -> Result<()> {
    if brings_its_own(target, resolution) || is_installed(target)? {
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
    announce();
    let mut rustup = Command::new("rustup");
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
        .advice("see its message above; without a network, add the target before")
}

/// A target with a description of its own, or one for which cargo builds the standard library.
fn brings_its_own(target: &str, resolution: &Resolution) -> bool {
    target.ends_with(".json")
        || resolution.unstable.iter().any(|flag| flag.starts_with("build-std"))
}

fn is_installed(target: &str) -> Result<bool> {
    // Beside the cargo that called us is the compiler that it will call, unless somebody says otherwise.
    let usual = std::env::var_os("CARGO")
        .and_then(|cargo| Some(PathBuf::from(cargo).parent()?.parent()?.to_owned()));
    let overridden = ["RUSTC", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTC"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let library = |sysroot: PathBuf| sysroot.join("lib/rustlib").join(target).join("lib");
    match usual {
        Some(sysroot) if !overridden && library(sysroot.clone()).is_dir() => Ok(true),
        _ => Ok(ask_compiler(target)?.is_dir()),
    }
}

fn ask_compiler(target: &str) -> Result<PathBuf> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(&compiler);
    command.args(["--print", "target-libdir", "--target", target]).stdout(Stdio::piped());
    let failed =
        || Error::tool(format!("failed to ask `{}` for its libraries", compiler.display()));
    let output = child::output(&mut command, &[]).map_err(|source| failed().because(source))?;
    // rustc ends with 1 where it has understood the question; whatever else it ends with, it has not answered it.
    if !output.status.success() && output.status.code() != Some(1) {
        return Err(failed().because(format!("it {}", fate(output.status))));
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(
            Error::usage(format!("the compiler does not know the target `{target}`")).because(said)
        );
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end()))
}
