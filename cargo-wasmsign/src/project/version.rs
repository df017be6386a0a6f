//! The release of cargo that is called.

use std::process::{Command, Stdio};

use super::cargo::program;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child;

/// A release of cargo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    number: (u32, u32),
    /// Whether unstable flags count.
    pub(super) is_nightly: bool,
}

impl Version {
    /// Asks cargo.
    ///
    /// # Errors
    ///
    /// Exit code 101 where it does not run, or answers something else.
    pub(super) fn ask() -> Result<Self> {
        let mut version = Self::read(&cargo_version()?).ok_or_else(failed)?;
        // As cargo has it: this variable makes a nightly of every release.
        version.is_nightly |= std::env::var("RUSTC_BOOTSTRAP").is_ok_and(|value| value == "1");
        Ok(version)
    }

    /// Reads `cargo 1.95.0-nightly (…)`.
    fn read(said: &str) -> Option<Self> {
        let number = said.strip_prefix("cargo ")?.split_whitespace().next()?;
        let mut parts = number.split(['.', '-']);
        let mut next = || parts.next()?.parse().ok();
        let is_nightly = ["-nightly", "-dev"].iter().any(|channel| number.ends_with(channel));
        Some(Self { number: (next()?, next()?), is_nightly })
    }

    /// Whether it is this release, or a later one.
    pub(super) fn is_at_least(&self, number: (u32, u32)) -> bool {
        self.number >= number
    }
}

/// What cargo calls itself, such as `cargo 1.90.0 (840b83a10 2025-07-30)`.
///
/// # Errors
///
/// Exit code 101 where it does not run.
pub fn cargo_version() -> Result<String> {
    let mut cargo = Command::new(program());
    cargo.arg("--version").stdout(Stdio::piped());
    let output = child::output(&mut cargo, &[]).map_err(|source| failed().because(source))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(failed()),
    }
}

fn failed() -> Error {
    Error::new(Exit::Build, "failed to ask cargo for its version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_apart() {
        let stable = Version::read("cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n").unwrap();
        assert!(stable.is_at_least((1, 94)) && !stable.is_at_least((1, 96)) && !stable.is_nightly);
        assert!(Version::read("cargo 1.97.0-nightly (4d1f98451 2026-05-15)").unwrap().is_nightly);
        for other in ["", "cargo", "cargo x.y", "rustc 1.95.0"] {
            assert_eq!(Version::read(other), None, "{other}");
        }
    }
}
