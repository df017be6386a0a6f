//! `cargo wasmsign sign`.

use std::io::Write;
use std::path::{Path, PathBuf};

use wasmsign_core::formats::Format;
use wasmsign_core::sign::{self, NewSignature};

use super::signed::Signed;
use super::signers::Signers;
use super::{Event, Observer, sign_as, signature_file};
use crate::error::{Error, Result, of_module, of_signing};
use crate::exit::Exit;
use crate::keys::{self, KeyIdChoice, Signer};
use crate::module::other_formats;
use crate::module::rewrite::same_file;
use crate::module::seal;
use crate::module::shape::has_dylink;
use crate::sys::files::{self, Output};

/// Modules, and who signs them.
#[derive(Debug)]
pub(crate) struct Request {
    /// The modules.
    pub(crate) modules: Vec<PathBuf>,
    /// Where the result goes.
    pub(crate) destination: Destination,
    /// Who signs.
    pub(crate) signers: Signers,
    /// A public key that one of the secret keys must have.
    pub(crate) public_key: Option<String>,
    /// The key id beside each signature.
    pub(crate) key_id: KeyIdChoice,
    /// The formats of the signatures, where others than the default one are named.
    pub(crate) formats: Option<Vec<Format>>,
    /// What some formats must be told.
    pub(crate) options: other_formats::Options,
}

/// Where the result of signing goes.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Each module is replaced by the signed one.
    Module,
    /// The signed module goes to this file.
    Output(PathBuf),
    /// The signature goes to this file, and the module stays as it is.
    Signature(PathBuf),
}

impl Destination {
    /// The file that is written for a module.
    pub(crate) fn path<'a>(&'a self, module: &'a Path) -> &'a Path {
        match self {
            Self::Module => module,
            Self::Output(path) | Self::Signature(path) => path,
        }
    }
}

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
        return sign_as::run(request, formats, &signers, observe);
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

pub(super) fn embedded<'a>(
    module: &'a Path,
    output: &'a Path,
    signatures: &[NewSignature<'_>],
) -> Result<Signed<'a>> {
    let input = seal::open(module)?;
    let signed = if files::output_kind(output) == Output::Stream {
        let failed = |source| Error::io(format!("failed to write `{}`", output.display()), source);
        let mut stream = files::open_stream(output).map_err(failed)?;
        let signed = sign::embed_in_stream(&input, &mut stream, signatures)
            .map_err(|error| of_signing(module, output, error))?;
        Signed::in_stream(module, output, signed)
    } else {
        let mut staged = seal::stage(output)?;
        let sealed = seal::embedded(module, &input, &mut staged, signatures)?;
        if sealed.added > 0 || !same_file(module, output) {
            staged.publish()?;
        }
        Signed::in_file(module, output, sealed)
    };
    Ok(Signed { precedes_dylink: has_dylink(&seal::sections(module, &input)?), ..signed })
}

pub(super) fn detached<'a>(
    module: &'a Path,
    signature: &'a Path,
    signatures: &[NewSignature<'_>],
) -> Result<Signed<'a>> {
    let input = seal::open(module)?;
    if files::output_kind(signature) == Output::Stream {
        let signed =
            sign::detached(input, None, signatures).map_err(|error| of_module(module, error))?;
        let written = files::open_stream(signature)
            .and_then(|mut stream| stream.write_all(&signed.data.encode()));
        written.map_err(|source| {
            Error::io(format!("failed to write `{}`", signature.display()), source)
        })?;
        return Ok(Signed::in_stream(module, signature, signed));
    }
    let earlier = signature_file::read_if_any(signature)?;
    let mut staged = seal::stage(signature)?;
    let sealed = seal::detached(module, &input, earlier.as_deref(), &mut staged, signatures)?;
    if sealed.added > 0 {
        staged.publish()?;
    }
    Ok(Signed::in_file(module, signature, sealed))
}
