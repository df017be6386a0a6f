//! `cargo wasmsign config`.

use super::args::{Config, Schema};
use super::observer::Observer;
use crate::error::Result;
use crate::exit::Exit;
use crate::manifest;
use crate::ops::config::{self, Request};
use crate::ops::release;
use crate::report::{self, Report};

pub(super) fn run(typed: Config, report: &Report) -> Result<Exit> {
    if let Some(schema) = typed.schema {
        report.schema(&match schema {
            Schema::Manifest => manifest::schema(),
            Schema::Output => report::schema(),
            Schema::Release => release::schema(),
        })?;
        return Ok(Exit::Ok);
    }
    let request = Request {
        selection: typed.packages.into(),
        profile: typed.mode.profile().name().to_owned(),
        options: typed.overrides.with_targets(typed.mode.target),
        resolution: typed.resolution.into(),
    };
    let mut observer = Observer::new(report);
    let configurations = config::run(&request, &mut |event| observer.observe(event))?;
    configurations.into_iter().try_for_each(|one| report.configuration(one))?;
    Ok(Exit::Ok)
}
