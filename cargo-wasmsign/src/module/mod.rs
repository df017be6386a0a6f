//! What is done to the bytes of a module.

pub(crate) mod compare;
pub(crate) mod edit;
pub(crate) mod optimize;
pub(crate) mod other_formats;
pub(crate) mod rewrite;
pub(crate) mod seal;
pub(crate) mod section_names;
pub(crate) mod shape;
pub(crate) mod toolchain;
