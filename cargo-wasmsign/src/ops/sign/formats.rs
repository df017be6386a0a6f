//! `cargo wasmsign sign --as`: signing in one format or in several.
//!
//! What goes into the module is made first; the signatures beside it are over the bytes that it has then.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use wasmsign_core::formats::Format;

use super::request::{Destination, Request};
use super::sections;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::keys::Signer;
use crate::module::other_formats::{check_together, file_beside, is_detached};
use crate::module::seal::{self, Sealed};
use crate::ops::signed::{Signed, SignedAs};
use crate::ops::{Event, Observer, signature_file};
use crate::pipeline::seal_as::{self, Options, SealedAs};
use crate::sys::files::{self, Output, Staged};

/// Signs each module, and gives the worst exit code. There is an event for each signature.
///
/// # Errors
///
/// Exit code 2 where formats, keys and files do not go together; those of `observe`.
pub(super) fn run(
    request: &Request,
    formats: &[Format],
    signers: &[Signer],
    observe: &mut Observer<'_>,
) -> Result<Exit> {
    let plan = Plan::of(request, formats, signers)?;
    let mut exit = Exit::Ok;
    for module in &request.modules {
        if let Err(error) = plan.sign(module, observe) {
            exit = exit.worst(error.exit());
            observe(Event::Failed(&error))?;
        }
    }
    Ok(exit)
}

/// Who signs in which format.
struct Plan<'a> {
    request: &'a Request,
    /// Those that go into the module: one at most.
    inside: Option<(Format, Vec<&'a Signer>)>,
    /// Those that go into files of their own.
    beside: Vec<(Format, Vec<&'a Signer>)>,
}

impl<'a> Plan<'a> {
    fn of(request: &'a Request, formats: &[Format], signers: &'a [Signer]) -> Result<Self> {
        let has_file = matches!(request.destination, Destination::Signature(_));
        let in_file =
            |format: Format| is_detached(format) || (has_file && format == Format::Wasmsign2);
        check_together(formats, !has_file)?;
        check_options(request, formats)?;
        let signers: Vec<_> = signers.iter().collect();
        refuse_idle(&signers, formats)?;
        let with_keys = |format: &Format| Ok((*format, seal_as::given(*format, &signers)?));
        let (beside, inside): (Vec<_>, Vec<_>) =
            formats.iter().partition(|format| in_file(**format));
        let beside = beside.into_iter().map(with_keys).collect::<Result<Vec<_>>>()?;
        let inside = inside.into_iter().map(with_keys).collect::<Result<Vec<_>>>()?.pop();
        match (&request.destination, &beside[..], &inside) {
            (Destination::Signature(_), [], _) => Err(Error::usage(
                "`--signature` takes a detached signature, and this format is put into the module",
            )
            .advice("leave out `--signature`, or name the signed module with `--output`")),
            (Destination::Signature(_), [_, _, ..], _) => Err(Error::usage(
                "`--signature` names one file, and several detached signatures are to be made",
            )
            .advice("leave out `--signature`: each goes into the file that `verify` looks for")),
            (Destination::Output(_), _, None) => Err(Error::usage(
                "`--output` names a signed module, and a detached signature leaves the module as it is",
            )
            .advice("name the file of the signature with `--signature`")),
            _ => Ok(Self { request, inside, beside }),
        }
    }

    fn sign(&self, module: &Path, observe: &mut Observer<'_>) -> Result<()> {
        let output = match &self.request.destination {
            Destination::Output(path) => path,
            _ => module,
        };
        let source = seal::open(module)?;
        if let (Some((format, signers)), Output::Stream) =
            (&self.inside, files::output_kind(output))
        {
            return self.sign_stream(module, output, &source, (*format, signers), observe);
        }
        let inside = self.inside.as_ref();
        let inside =
            inside.map(|inside| self.inside(module, output, &source, inside)).transpose()?;
        let signed_bytes = inside.as_ref().map_or(&source, |(staged, _)| staged.handle());
        let beside = self.beside(output, signed_bytes)?;
        // The signatures first: a module without its own is nobody's.
        for Beside { path, staged, sealed } in beside {
            staged.map_or(Ok(()), Staged::publish)?;
            observe(Event::SignedAs(&SignedAs { module, output: &path, sealed }))?;
        }
        match inside {
            Some((staged, made)) => {
                staged.publish()?;
                match made {
                    Inside::Sections(sealed) => {
                        observe(Event::Signed(&Signed::in_file(module, output, *sealed)))
                    }
                    Inside::AtTheEnd(sealed) => {
                        observe(Event::SignedAs(&SignedAs { module, output, sealed }))
                    }
                }
            }
            None => Ok(()),
        }
    }

    /// Makes the signed module, under a name that it does not keep.
    fn inside(
        &self,
        module: &Path,
        output: &Path,
        source: &File,
        (format, signers): &(Format, Vec<&Signer>),
    ) -> Result<(Staged, Inside)> {
        let mut staged = seal::stage(output)?;
        let made = match (format, &signers[..]) {
            (Format::Wasmsign2, signers) => {
                let key_id = &self.request.key_id;
                let signatures: Vec<_> =
                    signers.iter().map(|signer| signer.signature(key_id)).collect();
                Inside::Sections(Box::new(seal::embedded(
                    module,
                    source,
                    &mut staged,
                    &signatures,
                )?))
            }
            (_, signers) => {
                let (signer, options) = (first(signers), &self.request.options);
                let sealed =
                    seal_as::at_the_end(module, source, &mut staged, *format, signer?, options)?;
                Inside::AtTheEnd(sealed)
            }
        };
        Ok((staged, made))
    }

    fn sign_stream(
        &self,
        module: &Path,
        output: &Path,
        source: &File,
        (format, signers): (Format, &[&Signer]),
        observe: &mut Observer<'_>,
    ) -> Result<()> {
        if !self.beside.is_empty() {
            return Err(Error::usage(format!(
                "a signature beside `{}` has no name, because that is no file",
                output.display()
            ))
            .advice("name the signed module with `--output FILE`"));
        }
        if format == Format::Wasmsign2 {
            let key_id = &self.request.key_id;
            let signatures: Vec<_> =
                signers.iter().map(|signer| signer.signature(key_id)).collect();
            let signed = sections::embedded(module, output, &signatures)?;
            return observe(Event::Signed(&signed));
        }
        let failed = |source| Error::io(format!("failed to write `{}`", output.display()), source);
        let mut stream = files::open_stream(output).map_err(failed)?;
        let (signer, options) = (first(signers)?, &self.request.options);
        let sealed =
            seal_as::at_the_end_in_stream(module, source, &mut stream, format, signer, options)?;
        observe(Event::SignedAs(&SignedAs { module, output, sealed }))
    }

    /// Makes the signatures beside a module with these bytes.
    fn beside(&self, output: &Path, bytes: &File) -> Result<Vec<Beside>> {
        let mut made = Vec::new();
        for (format, signers) in &self.beside {
            let path = match &self.request.destination {
                Destination::Signature(path) => Some(path.clone()),
                _ if files::is_dash(output) => None,
                _ => file_beside(output, *format),
            };
            let path = path.ok_or_else(|| {
                Error::usage("a signature beside standard input has no name")
                    .advice("name the file of the signature with `--signature FILE`")
            })?;
            signature_file::refuse_same_file(output, output, &path)?;
            made.push(self.one_beside(output, bytes, *format, signers, path)?);
        }
        Ok(made)
    }

    fn one_beside(
        &self,
        module: &Path,
        bytes: &File,
        format: Format,
        signers: &[&Signer],
        path: PathBuf,
    ) -> Result<Beside> {
        let (content, sealed) = match format {
            Format::Wasmsign2 => self.sections_beside(module, bytes, signers, &path)?,
            _ => {
                let options = &self.request.options;
                let (text, sealed) = seal_as::detached(module, bytes, format, signers, options)?;
                (text.into_bytes(), sealed)
            }
        };
        if files::output_kind(&path) == Output::Stream {
            let written = files::open_stream(&path).and_then(|mut it| it.write_all(&content));
            written.map_err(|source| {
                Error::io(format!("failed to write `{}`", path.display()), source)
            })?;
            return Ok(Beside { path, staged: None, sealed });
        }
        let mut staged = seal::stage(&path)?;
        seal_as::write(&content, &mut staged)?;
        Ok(Beside { path, staged: Some(staged), sealed })
    }

    /// Detached signature data of the default format, which joins what the file has.
    fn sections_beside(
        &self,
        module: &Path,
        bytes: &File,
        signers: &[&Signer],
        path: &Path,
    ) -> Result<(Vec<u8>, SealedAs)> {
        let key_id = &self.request.key_id;
        let signatures: Vec<_> = signers.iter().map(|signer| signer.signature(key_id)).collect();
        let earlier = match files::output_kind(path) {
            Output::Stream => None,
            Output::File => signature_file::read_if_any(path)?,
        };
        let (data, verified) = seal::detached_data(module, bytes, earlier.as_deref(), &signatures)?;
        let sealed = SealedAs {
            format: Format::Wasmsign2,
            kind: Some(verified.kind()),
            identity: verified.identity(),
            signers: verified.signers().to_vec(),
        };
        Ok((data.encode(), sealed))
    }
}

/// A signed module that nobody sees yet.
enum Inside {
    /// Signed in its first section.
    Sections(Box<Sealed>),
    /// Signed in its last one.
    AtTheEnd(SealedAs),
}

/// A signature that nobody sees yet, unless it went into a stream.
struct Beside {
    path: PathBuf,
    staged: Option<Staged>,
    sealed: SealedAs,
}

/// `seal_as::given` has seen to it that there is one.
fn first<'a>(signers: &[&'a Signer]) -> Result<&'a Signer> {
    signers.first().copied().ok_or_else(|| Error::usage("no key to sign with"))
}

/// Refuses flags for formats that are not made.
fn check_options(request: &Request, formats: &[Format]) -> Result<()> {
    let Options { additional_data, namespace, trusted_comment, legacy } = &request.options;
    let usual = Options::default();
    let given = [
        ("--aad", Format::Wasmsign1, *additional_data != usual.additional_data),
        ("--namespace", Format::Sshsig, *namespace != usual.namespace),
        ("--trusted-comment", Format::Minisign, trusted_comment.is_some()),
        ("--legacy", Format::Minisign, *legacy),
    ];
    let idle = given.into_iter().find(|(_, format, given)| *given && !formats.contains(format));
    match idle {
        Some((flag, format, _)) => Err(Error::usage(format!(
            "`{flag}` is for {format} signatures, and none is to be made"
        ))
        .advice(format!("remove it, or add `{format}` to `--as`"))),
        None => Ok(()),
    }
}

/// Refuses keys that no format has a use for.
fn refuse_idle(signers: &[&Signer], formats: &[Format]) -> Result<()> {
    let takes_ed25519 = formats.iter().any(|format| *format != Format::WasmSign);
    let is_idle = |signer: &&&Signer| signer.secp256k1().is_none() && !takes_ed25519;
    match signers.iter().find(is_idle) {
        Some(signer) => Err(Error::usage(format!(
            "the key `{}` is an Ed25519 key, and wasm-sign signatures are made with keys of secp256k1",
            signer.name.escape_debug()
        ))
        .advice("pass a key that `openssl ecparam -name secp256k1 -genkey` has made")),
        None => Ok(()),
    }
}
