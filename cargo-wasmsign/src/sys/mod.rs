//! What the system gives: processes, signals, locks, files.

pub(crate) mod caller;
pub(crate) mod child;
pub(crate) mod core_dumps;
pub(crate) mod exit_status;
pub(crate) mod files;
pub(crate) mod hashing;
pub(crate) mod network;
pub(crate) mod paths;
pub(crate) mod programs;
pub(crate) mod signals;
pub(crate) mod terminal;
pub(crate) mod tokens;
