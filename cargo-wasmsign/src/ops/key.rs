//! `cargo wasmsign key`: what keys are, and other encodings of them.

pub(crate) mod convert;
pub(crate) mod show;
