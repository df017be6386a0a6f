//! `cargo wasmsign release`: modules with everything that somebody else needs to check them.

pub(crate) mod merge;
pub(crate) mod sign;
pub(crate) mod verify;

mod asked;
mod build;
mod check;
mod contents;
mod destination;
mod epoch;
mod finish;
mod index;
mod json;
mod minisign;
mod names;
mod opened;
mod plan;
mod problem;
mod provenance;
mod request;
mod sbom;
mod sums;
mod title;

pub(crate) use build::{Outcome, Released, run};
pub(crate) use index::{Module, schema};
pub(crate) use problem::Problem;
pub(crate) use request::Request;
