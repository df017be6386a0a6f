//! `cargo wasmsign inspect`.

use wasmsign_core::formats::FormatError;
use wasmsign_core::inspect::Inspection;

use super::args::Inspect;
use crate::error::{Result, of_module};
use crate::exit::Exit;
use crate::ops::inspect::{self, Found};
use crate::report::Report;

pub(super) fn run(typed: &Inspect, report: &Report) -> Result<Exit> {
    let path = &typed.module;
    let inspected = match inspect::run(path)? {
        Found::Module(inspected) => *inspected,
        Found::Other(file) => return report.other_file(path, &file).map(|()| Exit::Ok),
    };
    report.inspection(path, &inspected)?;
    let Inspection { signatures, others, .. } = inspected.module;
    if let Some(Err(error)) = signatures {
        return Err(of_module(path, error));
    }
    match others.into_iter().find_map(|other| other.fault) {
        Some(fault) => Err(of_module(path, FormatError::from(fault))),
        None => Ok(Exit::Ok),
    }
}
