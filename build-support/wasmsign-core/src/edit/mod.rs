//! Operations that rewrite a module around its signatures.

pub mod delimited;
pub mod detach;
pub mod split;
