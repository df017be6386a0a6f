//! `cargo wasmsign config`, as it was typed.

use clap::Args;

use super::{Mode, Overrides, Packages, Resolution};

/// `cargo wasmsign config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Print the JSON Schema of the manifest's tables instead
    #[arg(long)]
    pub schema: bool,
    /// What counts more than any manifest.
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
