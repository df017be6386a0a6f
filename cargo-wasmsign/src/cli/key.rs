//! `cargo wasmsign key`.

use std::path::Path;

use super::args::{Key, KeyCommand, KeyConvert, KeyShow, KeySucceed};
use super::observer::Observer;
use super::standard_streams::read_once;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::key::{convert, show, succeed};
use crate::report::Report;

pub(super) fn run(typed: Key, report: &Report) -> Result<Exit> {
    match typed.command {
        KeyCommand::Show(typed) => run_show(typed, report),
        KeyCommand::Convert(typed) => run_convert(typed, report),
        KeyCommand::Succeed(typed) => run_succeed(typed, report),
    }
}

fn run_show(typed: KeyShow, report: &Report) -> Result<Exit> {
    let keys = typed.keys.iter().map(|key| ("the key", Path::new(key)));
    let passphrase = typed.passphrase.is_stdin().then_some(("the passphrase", Path::new("-")));
    read_once(keys.chain(passphrase))?;
    let request = show::Request { passphrase: typed.passphrase.source()?, keys: typed.keys };
    let mut observer = Observer::new(report);
    show::run(&request, &mut |facts| report.key(facts), &mut |event| observer.observe(event))
}

fn run_succeed(typed: KeySucceed, report: &Report) -> Result<Exit> {
    let used = [
        Some(("the old key", Path::new(&typed.old))),
        Some(("the public key", Path::new(&typed.new_public))),
        Some(("the new key", Path::new(&typed.new_key))),
        typed.passphrase.is_stdin().then_some(("the passphrase", Path::new("-"))),
    ];
    read_once(used.into_iter().flatten())?;
    report.refuse_json_beside(&typed.output)?;
    let request = succeed::Request {
        passphrase: typed.passphrase.source()?,
        old: typed.old,
        new_public: typed.new_public,
        new_secret: typed.new_key,
        valid_from: typed.valid_from,
        output: typed.output,
        force: typed.force,
    };
    let handover = succeed::run(&request)?;
    report.succeeded(&request.output, &handover)?;
    Ok(Exit::Ok)
}

fn run_convert(typed: KeyConvert, report: &Report) -> Result<Exit> {
    let new_stdin = typed.new_passphrase_fd.as_deref() == Some("0");
    let uses = [
        Some(("the key", &*typed.input)),
        typed.passphrase.is_stdin().then_some(("the passphrase", Path::new("-"))),
        new_stdin.then_some(("the new passphrase", Path::new("-"))),
    ];
    read_once(uses.into_iter().flatten())?;
    report.refuse_json_beside(&typed.output)?;
    if typed.encrypt {
        typed.encoding.refuse_encrypted()?;
    }
    let request = convert::Request {
        encoding: typed.encoding.of_core(),
        passphrase: typed.passphrase.source()?,
        new_passphrase: typed.new_passphrase()?,
        input: typed.input,
        output: typed.output,
        public: typed.public,
        encrypt: typed.encrypt,
        force: typed.force,
    };
    let converted = convert::run(&request)?;
    report.converted(&request, &converted)?;
    Ok(Exit::Ok)
}
