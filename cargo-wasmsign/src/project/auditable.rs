//! cargo-auditable, which records in a module what it was built from.

use std::path::Path;

use super::cargo::cargo_home;
use crate::error::{Error, Result};
use crate::sys::programs;

/// Sees to it that cargo can find cargo-auditable: in `PATH`, or where cargo installs programs.
///
/// # Errors
///
/// Exit code 5 where it is not installed.
pub fn find_auditable() -> Result<()> {
    const NAME: &str = "cargo-auditable";
    let installed = cargo_home().map(|home| home.join("bin").join(NAME));
    let is_installed = |path: &Path| path.with_extension(std::env::consts::EXE_EXTENSION).is_file();
    match programs::find(NAME, Path::new("")).is_some()
        || installed.is_some_and(|path| is_installed(&path))
    {
        true => Ok(()),
        false => {
            Err(Error::tool("`auditable = true` needs cargo-auditable, which is not installed")
                .advice("run `cargo install cargo-auditable`, or set `auditable = false`"))
        }
    }
}
