//! Text that is shown.

pub(crate) mod escape;
pub(crate) mod glob;
pub(crate) mod hex;
pub(crate) mod nearest;
pub(crate) mod paths;
pub(crate) mod redact;
pub(crate) mod shell;
pub(crate) mod size;
pub(crate) mod snippet;
pub(crate) mod toml;
pub(crate) mod words;
