//! `cargo wasmsign clean`, as it was typed.

use std::path::PathBuf;

use clap::Args;

/// `cargo wasmsign clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Directory for everything that is built
    #[arg(long, value_name = "DIRECTORY")]
    pub target_dir: Option<PathBuf>,
    /// Empty the cache of optimized modules, and leave the modules
    #[arg(long)]
    pub cache: bool,
}
