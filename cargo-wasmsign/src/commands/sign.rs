//! `cargo wasmsign sign`.

use std::io::Write;
use std::path::Path;

use wasmsign_core::sign::{self, Signature};

use crate::args::Sign;
use crate::error::{Error, Result, of_module, of_signing};
use crate::exit::Exit;
use crate::files::{self, Output};
use crate::report::{Report, Signing};
use crate::rewrite::same_file;
use crate::seal::{self, Sealed};
use crate::signers::{self, Signer};

pub(super) fn run(arguments: &Sign, report: &Report) -> Result<Exit> {
    if let Some(messages) = &arguments.cargo_messages {
        return super::build::adopt::run(arguments, messages, report);
    }
    one_module_for_one_file(arguments)?;
    let outputs = [&arguments.output, &arguments.signature];
    outputs.into_iter().flatten().try_for_each(|output| report.keeps_out_of(output))?;
    let signers = signers(arguments)?;
    signers
        .iter()
        .filter_map(|signer| signer.warning.as_deref())
        .for_each(|warning| report.warning(warning));
    let signatures: Vec<_> =
        signers.iter().map(|signer| signer.signature(&arguments.key_id)).collect();
    let mut exit = Exit::Ok;
    for module in &arguments.modules {
        let signed = match &arguments.signature {
            Some(signature) => detached(module, signature, &signatures, report),
            None => {
                embedded(module, arguments.output.as_deref().unwrap_or(module), &signatures, report)
            }
        };
        // Every module is tried; one bad file does not keep the others from being signed.
        if let Err(error) = signed {
            exit = exit.worst(report.error(&error));
        }
    }
    Ok(exit)
}

fn one_module_for_one_file(arguments: &Sign) -> Result<()> {
    let flag = match (&arguments.output, &arguments.signature) {
        (Some(_), _) => "--output",
        (_, Some(_)) => "--signature",
        _ => return Ok(()),
    };
    match arguments.modules.len() {
        1 => Ok(()),
        count => {
            Err(Error::usage(format!("`{flag}` names one file, but there are {count} modules"))
                .advice("sign them one by one"))
        }
    }
}

fn signers(arguments: &Sign) -> Result<Vec<Signer>> {
    if arguments.keys.is_empty() {
        return Err(Error::usage("no key to sign with")
            .advice("give a secret key with `--key PATH` or `--key env:NAME`"));
    }
    let signers =
        arguments.keys.iter().map(|key| Signer::from_argument(key)).collect::<Result<Vec<_>>>()?;
    if let Some(argument) = &arguments.public_key {
        let public = signers::public_key(argument)?;
        if !signers.iter().any(|signer| *signer.public_key() == public) {
            return Err(Error::usage("the public key does not belong to the secret key")
                .advice("one of the two is from another pair: nothing was signed"));
        }
    }
    Ok(signers)
}

fn embedded(
    module: &Path,
    output: &Path,
    signatures: &[Signature<'_>],
    report: &Report,
) -> Result<()> {
    let input = seal::open(module)?;
    if files::output_kind(output) == Output::Stream {
        let failed = |source| Error::io(format!("failed to write `{}`", output.display()), source);
        let mut stream = files::open_stream(output).map_err(failed)?;
        let signed = sign::embed_in_stream(input, &mut stream, signatures)
            .map_err(|error| of_signing(module, output, error))?;
        return report.signed_stream(module, output, &signed);
    }
    let mut staged = seal::stage(output)?;
    let sealed = seal::embedded(module, &input, &mut staged, signatures)?;
    if sealed.added > 0 || !same_file(module, output) {
        staged.publish()?;
    }
    report.warn_of_dylink(output, &seal::sections(module, &input)?);
    tell(module, output, &sealed, report)
}

fn detached(
    module: &Path,
    signature: &Path,
    signatures: &[Signature<'_>],
    report: &Report,
) -> Result<()> {
    let input = seal::open(module)?;
    if files::output_kind(signature) == Output::Stream {
        let signed =
            sign::detached(input, None, signatures).map_err(|error| of_module(module, error))?;
        let written = files::open_stream(signature)
            .and_then(|mut stream| stream.write_all(&signed.data.encode()));
        written.map_err(|source| {
            Error::io(format!("failed to write `{}`", signature.display()), source)
        })?;
        return report.signed_stream(module, signature, &signed);
    }
    let earlier = crate::commands::verify::signature_data_if_any(signature)?;
    let mut staged = seal::stage(signature)?;
    let sealed = seal::detached(module, &input, earlier.as_deref(), &mut staged, signatures)?;
    if sealed.added > 0 {
        staged.publish()?;
    }
    tell(module, signature, &sealed, report)
}

fn tell(module: &Path, output: &Path, sealed: &Sealed, report: &Report) -> Result<()> {
    report.signed(&Signing { module, output, sealed })
}
