//! `cargo wasmsign sign`.

mod formats;
mod request;
mod sections;

use wasmsign_core::formats::Format;

use super::{Event, Observer};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys::{self, Signer};
pub(crate) use request::{Destination, Request};
use sections::{detached, embedded};

/// Signs each module, and gives the worst exit code: one bad file does not keep the others from being signed. There is an
/// event for each.
///
/// # Errors
///
/// Exit codes 2 and 3 where a key cannot be used, 130 where its passphrase was not typed; those of `observe`.
pub(crate) fn run(request: &Request, observe: &mut Observer<'_>) -> Result<Exit> {
    let signers = signers(request)?;
    signers.iter().try_for_each(|signer| signer.keeps_from(&request.key_id))?;
    let mut warnings = signers.iter().filter_map(|signer| signer.warning.as_deref());
    warnings.try_for_each(|warning| observe(Event::Warning(warning)))?;
    if let Some(formats) = &request.formats {
        return formats::run(request, formats, &signers, observe);
    }
    let signatures: Vec<_> =
        signers.iter().map(|signer| signer.signature(&request.key_id)).collect();
    let mut exit = Exit::Ok;
    for module in &request.modules {
        let signed = match &request.destination {
            Destination::Signature(path) => detached(module, path, &signatures),
            other => embedded(module, other.path(module), &signatures),
        };
        if let Err(error) = signed.and_then(|signed| observe(Event::Signed(&signed))) {
            exit = exit.worst(error.exit());
            observe(Event::Failed(&error))?;
        }
    }
    Ok(exit)
}

fn signers(request: &Request) -> Result<Vec<Signer>> {
    let takes_secp256k1 =
        request.formats.as_ref().is_some_and(|formats| formats.contains(&Format::WasmSign));
    let signers = request.signers.load_any(takes_secp256k1)?;
    if let Some(argument) = &request.public_key {
        let public = match takes_secp256k1 {
            true => keys::any_public_keys(argument)?,
            false => keys::public_keys(argument)?,
        };
        if !signers.iter().any(|signer| public.contains(signer.public_key())) {
            return Err(Error::usage("the public key does not belong to the secret key")
                .advice("one of the two is from another pair; nothing was signed"));
        }
    }
    Ok(signers)
}
