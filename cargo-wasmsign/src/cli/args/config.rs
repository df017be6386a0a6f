//! `cargo wasmsign config`, as it was typed.

use clap::{Args, ValueEnum};

use super::{Mode, Overrides, Packages, Resolution};

/// `cargo wasmsign config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Print a JSON Schema instead: of the manifest's tables, of the output with `--format json`, or of release.json
    #[arg(long, value_name = "OF", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "manifest")]
    pub schema: Option<Schema>,
    /// Settings that override every manifest.
    #[command(flatten)]
    pub overrides: Overrides,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// For which profile and targets.
    #[command(flatten)]
    pub mode: Mode,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
}

/// What a JSON Schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// The tables in `Cargo.toml`.
    Manifest,
    /// The lines on standard output with `--format json`.
    Output,
    /// The index of a release, release.json.
    Release,
}
