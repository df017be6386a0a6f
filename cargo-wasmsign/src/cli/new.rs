//! `cargo wasmsign new`.

use super::args::New;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::new::{self, Request};
use crate::report::Report;

pub(super) fn run(typed: New, report: &Report) -> Result<Exit> {
    let New { path, template, name } = typed;
    let created = new::run(&Request { path, template: template.into(), name })?;
    report.created(&created)?;
    Ok(Exit::Ok)
}
