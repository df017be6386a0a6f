//! `cargo wasmsign clean`, as it was typed.

use std::path::PathBuf;

use clap::Args;

/// `cargo wasmsign clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Directory for all generated artifacts
    #[arg(long, value_name = "DIRECTORY")]
    pub target_dir: Option<PathBuf>,
    /// Remove only the cache of optimized modules
    #[arg(long)]
    pub cache: bool,
}
