//! `cargo wasmsign sign`.

use std::io::Write;
use std::path::Path;

use wasmsign_core::sign::{self, Signature};

use super::resolve;
use super::signature_file;
use super::standard_streams::read_once;
use crate::cli::args::Sign;
use crate::error::{Error, Result, of_module, of_signing};
use crate::exit::Exit;
use crate::keys::{self, Signer};
use crate::module::rewrite::same_file;
use crate::module::seal::{self, Sealed};
use crate::project::{Configuration, Resolution, Workspace, is_in_project};
use crate::report::{Report, Signing};
use crate::sys::files::{self, Output};

pub(crate) fn run(arguments: &Sign, report: &Report) -> Result<Exit> {
    reads_once(arguments)?;
    if let Some(messages) = &arguments.cargo_messages {
        return super::adopt::run(arguments, messages, report);
    }
    one_module_for_one_file(arguments)?;
    arguments
        .modules
        .iter()
        .try_for_each(|module| report.keeps_out_of(output(arguments, module)))?;
    let signers = signers(arguments)?;
    signers.iter().try_for_each(|signer| signer.keeps_from(&arguments.key_id))?;
    signers
        .iter()
        .filter_map(|signer| signer.warning.as_deref())
        .for_each(|warning| report.warning(warning));
    let signatures: Vec<_> =
        signers.iter().map(|signer| signer.signature(&arguments.key_id)).collect();
    let mut exit = Exit::Ok;
    for module in &arguments.modules {
        let output = output(arguments, module);
        let signed = match &arguments.signature {
            Some(_) => detached(module, output, &signatures, report),
            None => embedded(module, output, &signatures, report),
        };
        // Every module is tried; one bad file does not keep the others from being signed.
        if let Err(error) = signed {
            exit = exit.worst(report.error(&error));
        }
    }
    Ok(exit)
}

/// Where what is made of a module goes: its signature, or itself.
fn output<'a>(arguments: &'a Sign, module: &'a Path) -> &'a Path {
    let named = arguments.signature.as_deref().or(arguments.output.as_deref());
    named.unwrap_or(module)
}

fn reads_once(arguments: &Sign) -> Result<()> {
    let modules = arguments.modules.iter().map(|module| ("the module", &**module));
    let messages = arguments.cargo_messages.iter().map(|path| ("cargo's messages", &**path));
    let keys = arguments.keys.iter().map(|key| ("the secret key", Path::new(key)));
    let public = arguments.public_key.iter().map(|key| ("the public key", Path::new(key)));
    read_once(modules.chain(messages).chain(keys).chain(public))
}

fn one_module_for_one_file(arguments: &Sign) -> Result<()> {
    let flag = match (&arguments.output, &arguments.signature) {
        (Some(_), _) => "--output",
        (_, Some(_)) => "--signature",
        _ => return stdout_for_itself(arguments),
    };
    match arguments.modules.len() {
        1 => Ok(()),
        count => {
            Err(Error::usage(format!("`{flag}` names one file, but there are {count} modules"))
                .advice("sign them one by one"))
        }
    }
}

/// What is told of other modules would come between the bytes of the one that goes to standard output.
fn stdout_for_itself(arguments: &Sign) -> Result<()> {
    let modules = &arguments.modules;
    match modules.len() > 1 && modules.iter().any(|module| files::is_dash(module)) {
        true => {
            Err(Error::usage("`-` stands alone: standard output is for the signed module then")
                .advice("sign the other modules in a call of their own"))
        }
        false => Ok(()),
    }
}

fn signers(arguments: &Sign) -> Result<Vec<Signer>> {
    if arguments.keys.is_empty() && arguments.with.is_empty() {
        return Err(Error::usage("no key to sign with").advice(
            "give a secret key with `--key PATH`, `--key env:NAME` or `--key ssh-agent:FINGERPRINT`, or name one of the \
             manifest with `--with NAME`",
        ));
    }
    let keys = arguments.keys.iter().map(|key| Signer::from_argument(key));
    let mut signers = keys.collect::<Result<Vec<_>>>()?;
    signers.extend(signers_of_manifest(arguments)?);
    if let Some(argument) = &arguments.public_key {
        let public = keys::public_key(argument)?;
        if !signers.iter().any(|signer| *signer.public_key() == public) {
            return Err(Error::usage("the public key does not belong to the secret key")
                .advice("one of the two is from another pair: nothing was signed"));
        }
    }
    Ok(signers)
}

/// Those that `--with` names.
fn signers_of_manifest(arguments: &Sign) -> Result<Vec<Signer>> {
    if arguments.with.is_empty() {
        return Ok(Vec::new());
    }
    let manifest_path = arguments.manifest_path.clone();
    if manifest_path.as_deref().map_or_else(|| !is_in_project(), |path| !path.is_file()) {
        return Err(no_manifest(manifest_path.as_deref()));
    }
    let workspace = Workspace::load(&Resolution { manifest_path, ..Resolution::default() })?;
    let manifests = resolve::read(&workspace, &Configuration::load(&[])?)?;
    let names = arguments.with.iter();
    names.map(|name| Signer::from_manifest(manifests.named("--with", name)?)).collect()
}

fn no_manifest(given: Option<&Path>) -> Error {
    let found = match given {
        Some(path) => format!("`{}` is no file", path.display()),
        None => "there is no `Cargo.toml` in this directory or above it".to_owned(),
    };
    Error::usage(format!("`--with` names a key of a manifest, and {found}")).advice(
        "name the manifest with `--manifest-path PATH/Cargo.toml`, or give a key with `--key`",
    )
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
        let signed = sign::embed_in_stream(&input, &mut stream, signatures)
            .map_err(|error| of_signing(module, output, error))?;
        report.warn_of_dylink(output, &seal::sections(module, &input)?);
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
    let earlier = signature_file::read_if_any(signature)?;
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
