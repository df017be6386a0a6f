//! `cargo wasmsign key`: what keys are, other encodings of them, and their successors.

pub(crate) mod convert;
pub(crate) mod show;
pub(crate) mod succeed;
