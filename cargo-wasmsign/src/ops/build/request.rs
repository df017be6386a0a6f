//! A wish for a build.

use crate::manifest::CommandLine;
use crate::ops::cargo::Compilation;
use crate::ops::partition::Partition;
use crate::project::{Messages, Resolution, Selection};

/// What is to be built.
#[derive(Debug)]
pub(crate) struct Request {
    /// Which packages.
    pub(crate) selection: Selection,
    /// Which part of them; all where there is none.
    pub(crate) partition: Option<Partition>,
    /// What counts more than any manifest.
    pub(crate) options: CommandLine,
    /// What of them, and how.
    pub(crate) compilation: Compilation,
    /// How cargo finds things.
    pub(crate) resolution: Resolution,
    /// The form of cargo's messages.
    pub(crate) messages: Messages,
    /// More arguments for cargo.
    pub(crate) cargo_args: Vec<String>,
}
