//! cargo's own directory for artifacts, which a nightly one fills.

use super::Configuration;
use crate::error::{Error, Result};

const KEY: &str = "build.artifact-dir";
const VARIABLE: &str = "CARGO_BUILD_ARTIFACT_DIR";

/// Refuses a configuration with which cargo would put what it builds, before it is signed, where published modules are
/// expected.
///
/// # Errors
///
/// Exit code 2, with the key or the variable that says so.
pub fn refuse_artifact_dir(configuration: &Configuration) -> Result<()> {
    // Where the variable is empty, cargo takes the current directory.
    let named = match std::env::var_os(VARIABLE) {
        Some(_) => VARIABLE,
        None if configuration.has(&["build", "artifact-dir"]) => KEY,
        None => return Ok(()),
    };
    Err(Error::usage(format!("`{named}` makes cargo copy unsigned modules into a directory")).advice(
        "remove it; `--artifact-dir`, or `artifact-dir` in the manifest, sets the directory for \
         copies of published modules",
    ))
}
