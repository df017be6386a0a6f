//! `cargo wasmsign init`.

use super::args::Start;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::init::{self, Request};
use crate::report::Report;

pub(super) fn run(typed: Start, report: &Report) -> Result<Exit> {
    let request = Request {
        passphrase: typed.passphrase.source()?,
        manifest_path: typed.manifest_path,
        key: typed.key,
        public: typed.public,
        ci: typed.ci.map(Into::into),
        trust: typed.trust,
        packages: typed.packages,
        dry_run: typed.dry_run,
    };
    report.started(&init::run(&request)?)?;
    Ok(Exit::Ok)
}
