//! `cargo wasmsign split`.

use super::args::Split;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::split::{self, Request};
use crate::report::Report;

pub(super) fn run(typed: Split, report: &Report) -> Result<Exit> {
    let Split { module, output, sections, drop_signatures } = typed;
    let output = output.unwrap_or_else(|| module.clone());
    report.refuse_json_beside(&output)?;
    let request = Request { module, output, sections, drop_signatures };
    let split = split::run(&request)?;
    report.split(&request, &split)?;
    Ok(Exit::Ok)
}
