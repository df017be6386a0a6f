//! One module and the signature that it is verified by.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use wasmsign_core::formats::{FileSignatures, Format};
use wasmsign_core::wasm::SIGNATURE;
use wasmsign_core::{Verifier, VerifyError};

use super::formats::{Formats, Reading};
use super::judges::Judge;
use super::verdict::{Failure, Proof, SignatureSource, Verdict};
use crate::error::{Error, Result, of_module};
use crate::ops::signature_file;
use crate::sys::files;

/// Bytes that tell whether a file begins with a signature: the header, and the frame of a section of this name with the
/// longest lengths that there may be.
const START: u64 = 8 + 1 + 5 + 5 + SIGNATURE.len() as u64;

/// Verifies a module by its signatures, in each of the ways that are asked for: one at least.
pub(super) fn verify<'a>(
    judge: &Judge,
    module: &'a Path,
    source: &SignatureSource,
    formats: &Formats,
) -> Vec<Verdict<'a>> {
    verify_opened(judge, module, None, source, formats)
}

/// As [`verify`], of a file that was opened before, where one is given: `module` is its name.
pub(super) fn verify_opened<'a>(
    judge: &Judge,
    module: &'a Path,
    opened: Option<&File>,
    source: &SignatureSource,
    formats: &Formats,
) -> Vec<Verdict<'a>> {
    let of_policy = match judge {
        Judge::Verifier(_, formats) => formats.as_deref(),
        Judge::Nobody(_) => None,
    };
    let readings = match formats.readings(module, source, of_policy) {
        Ok(readings) => readings,
        Err(error) => {
            let format = Format::Wasmsign2;
            let (signature, result) = (None, Err(Failure::Unread(error)));
            return vec![Verdict { module, signature, format, result, pin: None }];
        }
    };
    let verdict = |reading: &Reading| {
        let mut signature = None;
        let result = match judge {
            Judge::Verifier(verifier, _) => {
                let file = opened.map_or_else(|| open(module), start_of);
                check(verifier, module, file, reading, formats, &mut signature)
            }
            Judge::Nobody(why) => Err(Failure::Nobody(why.clone())),
        };
        let signers = result.as_ref().ok().map_or(&[][..], Proof::signers);
        let format = signers.first().map_or_else(|| reading.format(), |signer| signer.format);
        Verdict { module, signature, format, result, pin: None }
    };
    readings.iter().map(verdict).collect()
}

/// `used` becomes the file of the signature, where there is one.
fn check(
    verifier: &Verifier,
    module: &Path,
    file: io::Result<File>,
    reading: &Reading,
    formats: &Formats,
    used: &mut Option<PathBuf>,
) -> Result<Proof, Failure> {
    let failed = |source| Error::io(format!("failed to read `{}`", module.display()), source);
    let (start, file) = file.and_then(read_start).map_err(failed)?;
    let (is_wasm, has_own) = (start.starts_with(b"\0asm"), carries_signature(&start));
    let signatures = match reading {
        Reading::Sections(source) => {
            let data = sections(module, source, has_own)?;
            let whole = Cursor::new(start).chain(file);
            let verified = match data {
                Some((path, data)) => {
                    *used = Some(path);
                    verifier.verify_detached(whole, &data)
                }
                None => verifier.verify(whole),
            };
            return verified.map(Proof::Module).map_err(|error| failure(module, error));
        }
        Reading::Other(format, path) => {
            let found = formats.signatures(module, *format, path.as_deref(), used)?;
            found.unwrap_or_else(FileSignatures::none)
        }
        Reading::Together(all) => formats.together(module, all, has_own)?,
    };
    let whole = Cursor::new(start).chain(file);
    // minisign signs any file, and so nothing else is asked of one that is no WebAssembly.
    let verified = match is_wasm || !reading.takes_any_file() {
        true => verifier.verify_with(whole, &signatures).map(Proof::Module),
        false => verifier.verify_file(whole, &signatures).map(Proof::File),
    };
    verified.map_err(|error| failure(module, error))
}

/// Signature data that stands for the module's own, and the file that it is from.
fn sections(
    module: &Path,
    source: &SignatureSource,
    has_own: bool,
) -> Result<Option<(PathBuf, Vec<u8>)>, Failure> {
    Ok(match source {
        SignatureSource::Named(path) => {
            let data = signature_file::read(path)?;
            match FileSignatures::format_of(&data) {
                Format::Wasmsign2 => Some((path.clone(), data)),
                found => return Err(other_kind(path, found)),
            }
        }
        SignatureSource::Beside => Some(beside(module)?),
        SignatureSource::Own => None,
        SignatureSource::OwnOrBeside if has_own || files::is_dash(module) => None,
        SignatureSource::OwnOrBeside => {
            let path = signature_file::beside(module);
            let data = signature_file::read_if_any(&path)?;
            // One of another format counts where somebody asks for that.
            data.filter(|data| FileSignatures::format_of(data) == Format::Wasmsign2)
                .map(|data| (path, data))
        }
    })
}

/// A file is a signature of another format than was asked for.
fn other_kind(path: &Path, found: Format) -> Failure {
    let message = format!("`{}` is a {found} signature, not a wasmsign2 signature", path.display());
    Failure::Unread(
        Error::malformed(message)
            .advice(format!("verify it with `--as {found}`, or without `--as`")),
    )
}

/// The signature that must be in the file next to a module.
fn beside(module: &Path) -> Result<(PathBuf, Vec<u8>)> {
    let path = signature_file::beside(module);
    let data = signature_file::read(&path).map_err(|error| {
        error.or_advice("`--detached` needs the signature of each module next to it, as MODULE.sig")
    })?;
    Ok((path, data))
}

/// The same file once more, from its start.
fn start_of(file: &File) -> io::Result<File> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    Ok(file)
}

fn open(path: &Path) -> io::Result<File> {
    let file = files::open(path)?;
    match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    }
}

/// The first bytes of a file, and what follows them: a pipe is read once, and from its start.
fn read_start(mut file: File) -> io::Result<(Vec<u8>, File)> {
    let mut start = Vec::new();
    (&mut file).take(START).read_to_end(&mut start)?;
    Ok((start, file))
}

/// Whether the first section is one of signature data.
fn carries_signature(start: &[u8]) -> bool {
    let Some([0, frame @ ..]) = start.get(8..) else { return false };
    let name = varuint32(frame).and_then(|(_, named)| varuint32(named));
    name.is_some_and(|(length, name)| {
        length == SIGNATURE.len() as u64 && name.starts_with(SIGNATURE.as_bytes())
    })
}

/// A length, however many bytes it takes, and what follows it.
fn varuint32(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let last = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    let (length, rest) = bytes.split_at(last + 1);
    let digits = length.iter().rev();
    Some((digits.fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f)), rest))
}

fn failure(module: &Path, error: VerifyError) -> Failure {
    match error {
        VerifyError::Refused(refusal) => Failure::Refused(refusal),
        VerifyError::Malformed(fault) => Failure::Malformed(fault),
        other => Failure::Unread(of_module(module, other)),
    }
}

#[cfg(test)]
mod tests {
    use super::carries_signature;

    #[test]
    fn a_signature_is_told_by_its_frame() {
        let module = |section: &[u8]| [b"\0asm\x01\0\0\0", section].concat();
        let carrying = [
            &b"\0\x7f\x09signature\x01"[..],
            b"\0\xff\x80\x80\x80\x00\x89\x80\x80\x80\x00signature",
        ];
        for section in carrying {
            assert!(carries_signature(&module(section)), "{section:?}");
        }
        let others = [
            &b""[..],
            b"\0",
            b"\0\x0a\x09",
            b"\0\x0a\x09signatur",
            b"\x01\x0a\x09signature",
            b"\0\x1e\x13signature_delimiter",
            b"\0\x80\x80\x80\x80\x80\x01\x09signature",
        ];
        for section in others {
            assert!(!carries_signature(&module(section)), "{section:?}");
        }
        assert!(!carries_signature(b"\0asm"));
    }
}
