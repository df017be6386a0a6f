//! Trust files, the workspace's own trust, and pins.
#![cfg(unix)]

mod files;
mod import;
mod pins;
mod succession;
mod workspace;
