//! The commands that look at a module or change its sections, as they were typed.

use std::path::PathBuf;

use clap::Args;

use crate::manifest::SectionGlob;

/// `cargo wasmsign inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The module; `-` is standard input
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
}

/// `cargo wasmsign split`.
#[derive(Debug, Args)]
pub struct Split {
    /// The module; `-` reads standard input and writes to standard output
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where to write the split module [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Glob on the names of custom sections: cut between sections that match and those that do not;
    /// non-custom sections count as matching (repeatable) [default: one delimiter at the end]
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub sections: Vec<SectionGlob>,
    /// Also split a signed module, dropping its signatures
    #[arg(long)]
    pub drop_signatures: bool,
}

/// `cargo wasmsign detach`.
#[derive(Debug, Args)]
pub struct Detach {
    /// The module; `-` reads standard input and writes to standard output
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where to write the signature [default: MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Where to write the module without its signature [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `cargo wasmsign attach`.
#[derive(Debug, Args)]
pub struct Attach {
    /// The module; `-` reads standard input and writes to standard output
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the signature is [default: MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Where to write the signed module [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an embedded signature
    #[arg(long)]
    pub force: bool,
}
