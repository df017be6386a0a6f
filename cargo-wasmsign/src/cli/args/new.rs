//! `cargo wasmsign new`, as it was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::ops::new;

/// `cargo wasmsign new`.
#[derive(Debug, Args)]
pub struct New {
    /// The directory of the project; it must be empty or not exist
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// What to make it from
    #[arg(long, value_name = "TEMPLATE", default_value = "module")]
    pub template: Template,
    /// The name of the package, or of the host program [default: that of the directory]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// The templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// One module
    Module,
    /// Two modules for different targets, and a program that is not built for WebAssembly
    Workspace,
    /// A host on wasmtime with a trust file, and plugins of two publishers, one of whom has a new key
    Plugins,
    /// A program that runs a function of a signed module, on wasmtime
    HostWasmtime,
    /// A web page that verifies modules before it instantiates them
    HostWeb,
}

impl From<Template> for new::Template {
    fn from(template: Template) -> Self {
        match template {
            Template::Module => Self::Module,
            Template::Workspace => Self::Workspace,
            Template::Plugins => Self::Plugins,
            Template::HostWasmtime => Self::HostWasmtime,
            Template::HostWeb => Self::HostWeb,
        }
    }
}
