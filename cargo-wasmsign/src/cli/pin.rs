//! `cargo wasmsign pin`.

use wasmsign_core::Policy;

use super::args::{Accept, List, Pin, PinCommand, Remove};
use super::observer::Observer;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::ops::Event;
use crate::ops::pin::{self, Store};
use crate::ops::verify::{self, Formats, Proof, Question, Request, SignatureSource, Trusted};
use crate::report::Report;
use crate::text::escape::escape;

pub(super) fn run(typed: Pin, report: &Report) -> Result<Exit> {
    match typed.command {
        PinCommand::Accept(typed) => accept(typed, report),
        PinCommand::List(typed) => list(&typed, report),
        PinCommand::Remove(typed) => remove(&typed, report),
    }
}

fn accept(typed: Accept, report: &Report) -> Result<Exit> {
    let Accept { store, name, module, public_keys, policy, signature, formats } = typed;
    let trusted = match policy {
        Some(file) => {
            Trusted::File { file, question: Question { name: Some(name.clone()), at: None } }
        }
        None => Trusted::Keys { public_keys, policy: Policy::default().expect(None) },
    };
    let signature = signature.map_or(SignatureSource::OwnOrBeside, SignatureSource::Named);
    let formats = Formats { asked: formats, ..Formats::default() };
    let request = Request {
        modules: vec![module],
        signature,
        formats,
        trusted,
        principal: None,
        pins: None,
        identity: true,
    };
    let verdict = verify::one(&request)?;
    let exit = verdict.exit();
    let Some(pinned) = verdict.result.as_ref().ok().map(Proof::pin) else {
        Observer::new(report).observe(Event::Verified(&verdict))?;
        return Ok(exit);
    };
    let pinned = pinned.ok_or_else(|| {
        Error::new(Exit::Refused, format!("`{}` is not signed", verdict.module.display()))
            .advice("only signed modules can be pinned")
    })?;
    Store::open(&store)?.set(&name, pinned.clone())?;
    report.pin("Pinned", &name, &pinned)?;
    Ok(exit)
}

fn list(typed: &List, report: &Report) -> Result<Exit> {
    let pins = pin::read(&typed.store)?;
    for name in pins.names() {
        if let Some(pinned) = pins.get(name) {
            report.pin("Pin", name, pinned)?;
        }
    }
    Ok(Exit::Ok)
}

fn remove(typed: &Remove, report: &Report) -> Result<Exit> {
    let mut store = Store::open(&typed.store)?;
    let pinned = store.pins.get(&typed.name).cloned().ok_or_else(|| {
        let (name, store) = (escape(&typed.name), typed.store.display());
        Error::usage(format!("`{store}` remembers no module `{name}`"))
            .advice("`cargo wasmsign pin list` shows what it remembers")
    })?;
    store.remove(&typed.name)?;
    report.pin("Removed", &typed.name, &pinned)?;
    Ok(Exit::Ok)
}
