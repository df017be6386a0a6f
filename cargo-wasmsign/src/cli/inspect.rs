//! `cargo wasmsign inspect`.

use super::args::Inspect;
use crate::error::{Result, of_module};
use crate::exit::Exit;
use crate::ops::inspect;
use crate::report::Report;

pub(super) fn run(typed: &Inspect, report: &Report) -> Result<Exit> {
    let path = &typed.module;
    let inspection = inspect::run(path)?;
    report.inspection(path, &inspection)?;
    match inspection.signatures {
        Some(Err(error)) => Err(of_module(path, error)),
        _ => Ok(Exit::Ok),
    }
}
