//! `cargo wasmsign man`, as it was typed.

use std::path::PathBuf;

use clap::Args;

/// `cargo wasmsign man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write the pages of all commands into a directory, such as ~/.local/share/man/man1
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
