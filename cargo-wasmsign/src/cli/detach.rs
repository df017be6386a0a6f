//! `cargo wasmsign detach`.

use super::args::Detach;
use super::standard_streams::{signature_path, write_once};
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::detach::{self, Request};
use crate::report::Report;

pub(super) fn run(typed: Detach, report: &Report) -> Result<Exit> {
    let Detach { module, signature, output } = typed;
    let output = output.unwrap_or_else(|| module.clone());
    let signature = signature_path(signature, &module)?;
    write_once([("the module", &*output), ("its signature", &*signature)])?;
    report.refuse_json_beside(&output)?;
    report.refuse_json_beside(&signature)?;
    let request = Request { module, output, signature };
    let detached = detach::run(&request)?;
    report.detached(&request, &detached)?;
    Ok(Exit::Ok)
}
