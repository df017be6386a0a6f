//! What WebAssembly is to this crate: varints, section frames, the boundaries of parts. Nothing is ever encoded anew.

pub(crate) mod leb128;
pub(crate) mod pass;
pub mod section;
