//! `cargo wasmsign attach`.

use super::args::Attach;
use super::standard_streams::{read_once, signature_path};
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::attach::{self, Outcome, Request};
use crate::report::Report;

pub(super) fn run(typed: Attach, report: &Report) -> Result<Exit> {
    let Attach { module, signature, output, force } = typed;
    let output = output.unwrap_or_else(|| module.clone());
    let signature = signature_path(signature, &module)?;
    read_once([("the module", &*module), ("its signature", &*signature)])?;
    report.refuse_json_beside(&output)?;
    let request = Request { module, signature, output, force };
    match attach::run(&request)? {
        Outcome::Attached(attached) => report.attached(&request, &attached)?,
        Outcome::Foreign { reason, error } => {
            report.not_attached(&request, reason)?;
            return Err(error);
        }
    }
    Ok(Exit::Ok)
}
