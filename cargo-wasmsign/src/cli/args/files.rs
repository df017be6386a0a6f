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
    /// The module; `-` is standard input, and the result goes to standard output then
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the split module goes [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Cut where custom sections that match and those that do not meet; sections that are not custom count as
    /// matching: a glob on names (repeatable) [default: one delimiter at the end]
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub sections: Vec<SectionGlob>,
    /// Split a signed module too, whose signatures go
    #[arg(long)]
    pub drop_signatures: bool,
}

/// `cargo wasmsign detach`.
#[derive(Debug, Args)]
pub struct Detach {
    /// The module; `-` is standard input, and the result goes to standard output then
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the signature goes [default: MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Where the module without its signature goes [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `cargo wasmsign attach`.
#[derive(Debug, Args)]
pub struct Attach {
    /// The module; `-` is standard input, and the result goes to standard output then
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the signature is [default: MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Where the signed module goes [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an embedded signature
    #[arg(long)]
    pub force: bool,
}
