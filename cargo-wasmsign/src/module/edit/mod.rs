//! Editing what a module says: which exports it has, and who made it. What an edit is not about stays byte
//! for byte, custom sections above all.
//!
//! These functions hold whole modules in memory, so they run in a child (see [`crate::module::optimize`]).

mod dead_code;
mod exports;
mod frames;
mod producers;
mod stale;
mod tables;
mod vector;

use std::path::Path;

pub use exports::keep as keep_exports;
pub use frames::{replaced, with_section};
pub use producers::{record, tools};
pub use stale::{is_stale, without_stale};
pub use tables::without_bulk_operations;

use crate::error::{Error, Result};
use crate::text::escape::escape;

/// A whole module.
///
/// # Errors
///
/// Io.
pub fn read(name: &Path, path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|source| Error::io(format!("failed to read `{}`", name.display()), source))
}

/// Writes a module as a step on the way of another.
///
/// # Errors
///
/// Io.
pub fn write(name: &Path, path: &Path, module: &[u8]) -> Result<()> {
    std::fs::write(path, module).map_err(|source| {
        Error::io(format!("failed to write a temporary file for `{}`", name.display()), source)
    })
}

/// The error for a module that wasmparser cannot read; its words quote names from the module.
pub fn malformed(name: &Path, fault: &wasmparser::Error) -> Error {
    Error::malformed(format!("`{}` is not a valid WebAssembly module", name.display()))
        .because(format!("{} (at offset {:#x})", escape(fault.message()), fault.offset()))
        .advice("build it again; it may be truncated")
}

#[cfg(test)]
mod tests;
