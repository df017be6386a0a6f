//! A wish for a release.

use std::path::PathBuf;

use crate::ops::build;

/// What is to be released, and where.
#[derive(Debug)]
pub(crate) struct Request {
    /// The build.
    pub(crate) build: build::Request,
    /// The directory; one below the target directory where none is named.
    pub(crate) out: Option<PathBuf>,
    /// The tag that must be that of the release.
    pub(crate) tag: Option<String>,
    /// Whether the tree may differ from the commit.
    pub(crate) allow_dirty: bool,
    /// Whether other content of the directory is replaced.
    pub(crate) force: bool,
}
