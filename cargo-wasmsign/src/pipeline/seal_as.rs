//! Signing in one of these formats, and checking what was written by the reader of that format.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use wasmsign_core::formats::{FileSignatures, Format, sshsig};
use wasmsign_core::keys::Algorithm;
use wasmsign_core::sign;
use wasmsign_core::verify::SignedBy;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Identity, Policy, Require, Verifier, VerifyError};

use crate::error::{Error, Result, of_module, of_signing};
use crate::exit::Exit;
use crate::keys::Signer;
use crate::module::other_formats::begins_as_wasm;
use crate::module::seal;
use crate::sys::files::Staged;

/// What some of the formats must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// wasmsign1: what is signed besides the module.
    pub additional_data: Vec<u8>,
    /// sshsig: what the signature is for.
    pub namespace: String,
    /// minisign: the signed comment, where somebody says what it is to be.
    pub trusted_comment: Option<String>,
    /// minisign: sign the file itself rather than its hash.
    pub legacy: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            additional_data: Vec::new(),
            namespace: sshsig::NAMESPACE.to_owned(),
            trusted_comment: None,
            legacy: false,
        }
    }
}

/// A signature that was made and verified.
#[derive(Debug)]
pub struct SealedAs {
    /// Its format.
    pub format: Format,
    /// What the header announces; none of a file that is no WebAssembly.
    pub kind: Option<Kind>,
    /// The identity of the module.
    pub identity: Option<Identity>,
    /// Who has signed.
    pub signers: Vec<SignedBy>,
}

/// The signers whose keys are of the format's algorithm.
///
/// # Errors
///
/// Exit code 2 where there is none, or more than the format has room for.
pub fn given<'a>(format: Format, signers: &[&'a Signer]) -> Result<Vec<&'a Signer>> {
    let algorithm = match format {
        Format::WasmSign => Algorithm::EcdsaSecp256k1,
        _ => Algorithm::Ed25519,
    };
    let fits = |signer: &&&Signer| signer.public_key().algorithm() == algorithm;
    let fitting: Vec<_> = signers.iter().filter(fits).copied().collect();
    let has_room = matches!(format, Format::Wasmsign2 | Format::Oak);
    match &fitting[..] {
        [] => Err(Error::usage(format!(
            "no key for a {format} signature, which needs one of {algorithm}"
        ))
        .advice("pass a key of this algorithm with `--key`")),
        [_, _, ..] if !has_room => Err(Error::usage(format!(
            "a {format} signature is made with one key, but {} were given",
            fitting.len()
        ))
        .advice("sign with one key, or choose the keys of each format in separate calls")),
        _ => Ok(fitting),
    }
}

/// Writes `module` with a signature at its end into `staged`, checks and syncs it. `name` is what messages call the module.
///
/// # Errors
///
/// Those of signing; exit code 1 where the check does not hold, 4 where something cannot be written.
pub fn at_the_end(
    name: &Path,
    module: &File,
    staged: &mut Staged,
    format: Format,
    signer: &Signer,
    options: &Options,
) -> Result<SealedAs> {
    let source = seal::rewound(name, module)?;
    let signed = match (format, signer.secp256k1()) {
        (Format::WasmSign, Some(secret)) => sign::wasm_sign(source, staged.file(), secret),
        _ => sign::wasmsign1(source, staged.file(), signer, &options.additional_data),
    };
    signed.map_err(|error| of_signing(name, staged.target(), error))?;
    let signatures = match format {
        Format::WasmSign => FileSignatures::wasm_sign(),
        _ => FileSignatures::wasmsign1(&options.additional_data).map_err(unsound(name))?,
    };
    let verifier = verifier(&[signer])?;
    let checked = seal::synced(staged, |file| check(&verifier, format, file, &signatures))?;
    checked.map_err(unsound(name))
}

/// As [`at_the_end`], into a stream that cannot be read back. Gives what the header announces.
///
/// # Errors
///
/// Those of signing.
pub fn at_the_end_in_stream(
    name: &Path,
    module: &File,
    stream: &mut File,
    format: Format,
    signer: &Signer,
    options: &Options,
) -> Result<SealedAs> {
    let source = seal::rewound(name, module)?;
    let signed = match (format, signer.secp256k1()) {
        (Format::WasmSign, Some(secret)) => sign::wasm_sign(source, stream, secret),
        _ => sign::wasmsign1(source, stream, signer, &options.additional_data),
    };
    let kind = Some(signed.map_err(|error| of_module(name, error))?);
    Ok(SealedAs { format, kind, identity: None, signers: Vec::new() })
}

/// Signs any file, and verifies that. Gives the content of the signature's file.
///
/// # Errors
///
/// As [`at_the_end`]; exit code 3 where the format is for modules, and this is none.
pub fn detached(
    name: &Path,
    file: &File,
    format: Format,
    signers: &[&Signer],
    options: &Options,
) -> Result<(String, SealedAs)> {
    if format != Format::Minisign && !begins_as_wasm(name, file)? {
        return Err(Error::malformed(format!("`{}` is no WebAssembly", name.display())).advice(
            format!("{format} signatures are made for modules; `--as minisign` signs any file"),
        ));
    }
    let text = signed(name, file, format, signers, options)?;
    let signatures = match format {
        Format::Minisign => FileSignatures::minisign(text.as_bytes()),
        Format::Sshsig => FileSignatures::sshsig(text.as_bytes(), &options.namespace),
        _ => FileSignatures::oak(text.as_bytes()),
    };
    let signatures = signatures.map_err(unsound(name))?;
    let source = seal::rewound(name, file)?;
    let sealed = check(&verifier(signers)?, format, source, &signatures);
    Ok((text, sealed.map_err(unsound(name))?))
}

/// Whether all of these have signed a file, by the content of the signature's file where the format has one.
pub fn verifies(
    file: &File,
    format: Format,
    content: Option<&[u8]>,
    signers: &[&Signer],
    options: &Options,
) -> bool {
    let signatures = match (format, content) {
        (Format::Wasmsign1, _) => FileSignatures::wasmsign1(&options.additional_data).ok(),
        (Format::WasmSign, _) => Some(FileSignatures::wasm_sign()),
        (Format::Minisign, Some(content)) => FileSignatures::minisign(content).ok(),
        (Format::Sshsig, Some(content)) => FileSignatures::sshsig(content, &options.namespace).ok(),
        (Format::Oak, Some(content)) => FileSignatures::oak(content).ok(),
        _ => None,
    };
    signatures
        .zip(verifier(signers).ok())
        .is_some_and(|(signatures, verifier)| check(&verifier, format, file, &signatures).is_ok())
}

/// Writes the content of a signature's file, and compares it with what the disk has then.
///
/// # Errors
///
/// Exit code 4; 1 where the disk has something else.
pub fn write(content: &[u8], staged: &mut Staged) -> Result<()> {
    let target = staged.target().to_owned();
    let failed = |source| Error::io(format!("failed to write `{}`", target.display()), source);
    staged.file().write_all(content).map_err(failed)?;
    match seal::written_bytes(staged)? == content {
        true => Ok(()),
        false => Err(Error::new(
            Exit::Refused,
            format!("`{}`: the written file is not what it should be", target.display()),
        )
        .advice("the file that was just written has been removed; the disk may be faulty")),
    }
}

fn signed(
    name: &Path,
    file: &File,
    format: Format,
    signers: &[&Signer],
    options: &Options,
) -> Result<String> {
    let source = seal::rewound(name, file)?;
    let made = match (format, signers) {
        (Format::Minisign, [signer, ..]) => return minisign(name, source, signer, options),
        (Format::Sshsig, [signer, ..]) => sign::sshsig(source, *signer, &options.namespace),
        _ => {
            let signers: Vec<_> =
                signers.iter().map(|signer| *signer as &dyn sign::Signer).collect();
            sign::oak(source, &signers)
        }
    };
    made.map_err(|error| of_module(name, error))
}

fn minisign(name: &Path, file: &File, signer: &Signer, options: &Options) -> Result<String> {
    const UNTRUSTED: &str = "signature from cargo-wasmsign";
    let comment = || default_comment(name, !options.legacy);
    let comment = options.trusted_comment.clone().unwrap_or_else(comment);
    let signed = match (options.legacy, signer.secret()) {
        (false, _) => sign::minisign(file, signer, UNTRUSTED, &comment),
        (true, Some(secret)) => sign::minisign_pure(file, secret, UNTRUSTED, &comment),
        (true, None) => {
            return Err(Error::usage(
                "`--legacy` signs the whole file, which an agent, a token or a command is not given",
            )
            .advice("leave out `--legacy`, or sign with a key in a file"));
        }
    };
    signed.map_err(|error| of_module(name, error))
}

/// As minisign writes it, but for the time, which is there only where `SOURCE_DATE_EPOCH` says it: the same file and key
/// give the same signature.
fn default_comment(name: &Path, hashed: bool) -> String {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok();
    let epoch =
        epoch.filter(|seconds| !seconds.is_empty() && seconds.bytes().all(|b| b.is_ascii_digit()));
    let epoch = epoch.map(|seconds| format!("timestamp:{seconds}\t"));
    let file = name.file_name().unwrap_or_default().to_string_lossy();
    let file = file.replace(['\n', '\r', '\0'], "?");
    let hashed = if hashed { "\thashed" } else { "" };
    format!("{}file:{file}{hashed}", epoch.unwrap_or_default())
}

/// All of these must have signed.
fn verifier(signers: &[&Signer]) -> Result<Verifier> {
    let keys = signers.iter().map(|signer| signer.public_key().clone());
    let policy = Policy::default().require(Require::All).expect(None);
    Verifier::builder(keys)
        .policy(policy)
        .with_identity()
        .build()
        .map_err(|error| Error::usage("what is signed cannot be verified").because(error))
}

fn check(
    verifier: &Verifier,
    format: Format,
    mut file: &File,
    signatures: &FileSignatures,
) -> Result<SealedAs, VerifyError> {
    let mut start = [0; 4];
    let failed = |source| VerifyError::File { path: "a temporary file".into(), source };
    let is_wasm = match file.read_exact(&mut start) {
        Ok(()) => start == *b"\0asm",
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => false,
        Err(error) => return Err(failed(error)),
    };
    std::io::Seek::rewind(&mut file).map_err(failed)?;
    Ok(match is_wasm {
        true => {
            let verified = verifier.verify_with(file, signatures)?;
            let signers = verified.signers().to_vec();
            let (kind, identity) = (Some(verified.kind()), verified.identity());
            SealedAs { format, kind, identity, signers }
        }
        false => {
            let verified = verifier.verify_file(file, signatures)?;
            let signers = verified.signers().to_vec();
            SealedAs { format, kind: None, identity: None, signers }
        }
    })
}

fn unsound<E: Into<wasmsign_core::Error>>(name: &Path) -> impl FnOnce(E) -> Error {
    move |error| {
        of_module(name, error).advice(
            "the signature that was just written does not verify and has been removed; the disk may be faulty",
        )
    }
}
