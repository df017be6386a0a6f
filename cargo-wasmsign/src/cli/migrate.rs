//! `cargo wasmsign migrate`.

use wasmsign_core::Policy;

use super::args::{Migrate, additional_data};
use super::observer::Observer;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::Event;
use crate::ops::migrate::{self, Outcome, Request};
use crate::ops::verify::{self, Asked, Formats, SignatureSource, Trusted};
use crate::report::Report;

pub(super) fn run(typed: Migrate, report: &Report) -> Result<Exit> {
    let Migrate { module, from, keys, output, record, key_id, .. } = typed;
    let output = output.unwrap_or_else(|| module.clone());
    report.refuse_json_beside(&output)?;
    let formats = Formats {
        asked: vec![Asked::Format(from)],
        additional_data: additional_data(typed.aad.as_deref())?,
        namespace: typed.namespace,
    };
    let policy = Policy::default().expect(None);
    let old = verify::Request {
        modules: vec![module],
        signature: typed.signature.map_or(SignatureSource::OwnOrBeside, SignatureSource::Named),
        formats,
        trusted: Trusted::Keys { public_keys: typed.public_keys, policy },
        principal: typed.identity,
        pins: None,
        identity: true,
    };
    let passphrase = typed.passphrase.source()?;
    let request = Request { old, from, output, keys, passphrase, key_id, record };
    match migrate::run(&request, &mut |event| Observer::new(report).observe(event))? {
        Outcome::Migrated(migrated) => report.migrated(&request, &migrated).map(|()| Exit::Ok),
        Outcome::Refused(verdict) => {
            Observer::new(report).observe(Event::Verified(&verdict))?;
            Ok(verdict.exit())
        }
    }
}
