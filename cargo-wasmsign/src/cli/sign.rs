//! `cargo wasmsign sign`.

use std::path::Path;

use super::args::{Sign, additional_data};
use super::build;
use super::observer::Observer;
use super::standard_streams::read_once;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::ops::sign::{self, Destination, Request};
use crate::ops::{Signers, adopt};
use crate::pipeline::seal_as::Options;
use crate::report::Report;
use crate::sys::{files, network};

pub(super) fn run(typed: Sign, report: &Report) -> Result<Exit> {
    network::stay_away_if(typed.offline);
    reads_once(&typed)?;
    let mut observer = Observer::new(report);
    if let Some(messages) = typed.cargo_messages {
        let Sign { manifest_path, keys, passphrase, .. } = typed;
        let passphrase = passphrase.source()?;
        let request = adopt::Request { messages, manifest_path, keys, passphrase };
        let result = adopt::run(&request, &mut |event| observer.observe(event));
        return build::finish(result, report);
    }
    one_module_for_one_file(&typed)?;
    let request = request(typed)?;
    let outputs = request.modules.iter().map(|module| request.destination.path(module));
    outputs.into_iter().try_for_each(|output| report.refuse_json_beside(output))?;
    sign::run(&request, &mut |event| observer.observe(event))
}

fn request(typed: Sign) -> Result<Request> {
    let passphrase = typed.passphrase.source()?;
    let Sign { modules, keys, with, manifest_path, public_key, key_id, .. } = typed;
    let destination = match (typed.signature, typed.output) {
        (Some(path), _) => Destination::Signature(path),
        (None, Some(path)) => Destination::Output(path),
        (None, None) => Destination::Module,
    };
    let signers = Signers { keys, passphrase, with, manifest_path };
    let options = Options {
        additional_data: additional_data(typed.aad.as_deref())?,
        namespace: typed.namespace,
        trusted_comment: typed.trusted_comment,
        legacy: typed.legacy,
    };
    let formats = (!typed.formats.is_empty()).then_some(typed.formats);
    if formats.is_none() && options != Options::default() {
        return Err(Error::usage("this flag is about another format, and `--as` names none")
            .advice("name the format of the signature with `--as`"));
    }
    Ok(Request { modules, destination, signers, public_key, key_id, formats, options })
}

fn reads_once(typed: &Sign) -> Result<()> {
    let modules = typed.modules.iter().map(|module| ("the module", &**module));
    let messages = typed.cargo_messages.iter().map(|path| ("cargo's messages", &**path));
    let keys = typed.keys.iter().map(|key| ("the secret key", Path::new(key)));
    let public = typed.public_key.iter().map(|key| ("the public key", Path::new(key)));
    let passphrase = typed.passphrase.is_stdin().then_some(("the passphrase", Path::new("-")));
    read_once(modules.chain(messages).chain(keys).chain(public).chain(passphrase))
}

fn one_module_for_one_file(typed: &Sign) -> Result<()> {
    let flag = match (&typed.output, &typed.signature) {
        (Some(_), _) => "--output",
        (_, Some(_)) => "--signature",
        _ => return refuse_stdout_among_others(typed),
    };
    match typed.modules.len() {
        1 => Ok(()),
        count => {
            Err(Error::usage(format!("`{flag}` takes one file, but there are {count} modules"))
                .advice("sign them one by one"))
        }
    }
}

/// What is printed of other modules would come between the bytes of the one that goes to standard output.
fn refuse_stdout_among_others(typed: &Sign) -> Result<()> {
    let modules = &typed.modules;
    match modules.len() > 1 && modules.iter().any(|module| files::is_dash(module)) {
        true => Err(Error::usage(
            "`-` cannot be combined with other modules: the signed module goes to standard output",
        )
        .advice("sign the other modules in a separate call")),
        false => Ok(()),
    }
}
