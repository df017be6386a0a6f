//! `cargo wasmsign release`, and what others make of it.
#![cfg(unix)]

mod files;
mod interrupted;
mod merge;
mod refused;
mod sbom;
mod sign;
mod support;
mod verify;
