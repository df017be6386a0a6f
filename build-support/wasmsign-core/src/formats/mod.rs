//! How signatures are written down.

pub mod sections;
