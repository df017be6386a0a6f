//! `cargo wasmsign keygen`.

use wasmsign_core::KeyEncoding;

use super::args::{Encoding, Keygen};
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
    let encoding = match typed.encoding {
        Encoding::Pem => KeyEncoding::Pem,
        Encoding::Compact => KeyEncoding::Compact,
        Encoding::Openssh => KeyEncoding::OpenSsh,
    };
    let request = Request { secret, public, encoding, force };
    let key = keygen::run(&request)?;
    report.keygen(&request, &key)?;
    Ok(Exit::Ok)
}
