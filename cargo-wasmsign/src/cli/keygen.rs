//! `cargo wasmsign keygen`.

use super::args::Keygen;
use super::standard_streams::write_once;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::ops::keygen::{self, Request};
use crate::report::Report;

pub(super) fn run(typed: Keygen, report: &Report) -> Result<Exit> {
    let Keygen { secret, public, force, .. } = typed;
    if std::path::absolute(&secret).ok() == std::path::absolute(&public).ok() {
        return Err(Error::usage("the secret key and the public key need separate files"));
    }
    write_once([("the secret key", &*secret), ("the public key", &*public)])?;
    report.refuse_json_beside(&secret)?;
    report.refuse_json_beside(&public)?;
    if typed.encrypt {
        typed.encoding.refuse_encrypted()?;
    }
    let passphrase = typed.passphrase.source()?;
    if !typed.encrypt && !passphrase.is_unsaid() {
        return Err(Error::usage("a passphrase was given, but the key is not to be encrypted")
            .advice("pass `--encrypt` as well"));
    }
    let encryption = typed.encrypt.then_some(passphrase);
    let encoding = typed.encoding.of_core();
    let request = Request { secret, public, encoding, encryption, force };
    let key = keygen::run(&request)?;
    report.keygen(&request, &key)?;
    Ok(Exit::Ok)
}
