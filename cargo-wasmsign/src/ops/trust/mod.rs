//! `cargo wasmsign trust`: whom a consumer trusts for what.

pub(crate) mod document;
pub(crate) mod explain;
pub(crate) mod file;
pub(crate) mod import;
pub(crate) mod init;
