//! `cargo wasmsign completions`, as it was typed.

use clap::Args;
use clap_complete::Shell;

/// `cargo wasmsign completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell that the script is for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}
