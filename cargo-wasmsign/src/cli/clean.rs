//! `cargo wasmsign clean`.

use super::args::Clean;
use super::observer::Observer;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::clean::{self, Request};
use crate::report::Report;

pub(super) fn run(typed: Clean, report: &Report) -> Result<Exit> {
    let Clean { manifest_path, target_dir, cache } = typed;
    let mut observer = Observer::new(report);
    let request = Request { target_dir, manifest_path, cache };
    let cleaned = clean::run(&request, &mut |event| observer.observe(event))?;
    report.cleaned(&cleaned)?;
    Ok(Exit::Ok)
}
