//! The library behind `cargo wasmsign`: build, optimize, sign and verify WebAssembly modules.
//!
//! It is the program's own, and promises nothing to others: what hosts and build scripts use is in `wasmsign-core`,
//! `wasmsign-build` and `wasmsign-macros`. Its rooms are described in docs/ARCHITECTURE.md.
//!
//! # Build type v1
//!
//! The SLSA provenance of a release names this heading as its `buildType`: cargo has compiled a package of a git revision with
//! the parameters that the statement gives, and this program has optimized and signed its module. docs/release-format.md
//! describes every parameter.
//!
//! # The caller
//!
//! The same provenance names this heading as its builder: whoever has called this program, on a machine of their own. Their
//! signature says who that is.

mod cli;
mod error;
mod exit;
mod keys;
mod manifest;
mod module;
mod ops;
mod pipeline;
mod project;
mod report;
mod sys;
mod text;

pub use cli::main;

/// What the optimizer's program shares with this one.
pub mod optimizer {
    pub use crate::module::optimize::embedded::protocol::*;
    pub use crate::module::optimize::{Feature, Features, Level, end_with_parent};
}
