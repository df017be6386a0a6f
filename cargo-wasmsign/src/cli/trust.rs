//! `cargo wasmsign trust`.

use super::args::{Check, Explain, Import, Init, Trust, TrustCommand};
use super::observer::Observer;
use super::standard_streams::read_once;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::trust::{explain, file, import, init};
use crate::ops::verify::{Question, SignatureSource};
use crate::report::Report;
use crate::sys::files;

pub(super) fn run(typed: Trust, report: &Report) -> Result<Exit> {
    match typed.command {
        TrustCommand::Check(typed) => check(&typed, report),
        TrustCommand::Explain(typed) => explain(typed, report),
        TrustCommand::Init(typed) => init(typed, report),
        TrustCommand::Import(typed) => import(typed, report),
    }
}

fn check(typed: &Check, report: &Report) -> Result<Exit> {
    report.trust_checked(&typed.file, &file::load(&typed.file)?)?;
    Ok(Exit::Ok)
}

fn explain(typed: Explain, report: &Report) -> Result<Exit> {
    let Explain { module, policy, name, at, signature } = typed;
    let used = [("the module", &*module), ("the trust file", &*policy)];
    read_once(used.into_iter().chain(signature.iter().map(|path| ("the signature", &**path))))?;
    let signature = signature.map_or(SignatureSource::OwnOrBeside, SignatureSource::Named);
    let question = Question { name, at };
    let request = explain::Request { module, signature, policy, question };
    report.explained(&explain::run(&request)?)
}

fn init(typed: Init, report: &Report) -> Result<Exit> {
    let Init { output, force, resolution } = typed;
    output.iter().try_for_each(|output| report.refuse_json_beside(output))?;
    let request = init::Request { output, force, resolution: resolution.into() };
    let mut observer = Observer::new(report);
    let made = init::run(&request, &mut |event| observer.observe(event))?;
    report.trust_written(&made.output, made.keys, Vec::new())?;
    Ok(Exit::Ok)
}

fn import(typed: Import, report: &Report) -> Result<Exit> {
    let Import { file, output, partial, force } = typed;
    report.refuse_json_beside(&output)?;
    let imported = import::run(&import::Request { file, output, partial, force })?;
    let warnings = imported.notes.iter().cloned();
    let left_out = imported.left_out.iter().map(|what| format!("left out: {what}"));
    warnings.chain(left_out).for_each(|text| report.warning(&text));
    if !files::is_stdout(&imported.output) {
        report.trust_written(&imported.output, imported.keys, imported.left_out)?;
    }
    Ok(Exit::Ok)
}
