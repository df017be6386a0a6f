//! Signatures in custom sections, or in a file beside the module: WebAssembly tool-conventions, *Signatures.md*.

pub mod data;
pub mod delimiter;
pub(crate) mod message;
