//! One module and the signature that it is verified by.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use wasmsign_core::wasm::SIGNATURE;
use wasmsign_core::{Verified, Verifier, VerifyError};

use super::verdict::{Failure, SignatureSource, Verdict};
use crate::error::{Error, Result, of_module};
use crate::ops::signature_file;
use crate::sys::files;

/// Bytes that tell whether a file begins with a signature: the header, and the frame of a section of this name with the
/// longest lengths that there may be.
const START: u64 = 8 + 1 + 5 + 5 + SIGNATURE.len() as u64;

/// Verifies a module by one of its signatures.
pub(super) fn verify<'a>(
    verifier: &Verifier,
    module: &'a Path,
    source: &SignatureSource,
) -> Verdict<'a> {
    let mut signature = None;
    let result = check(verifier, module, source, &mut signature);
    Verdict { module, signature, result, pin: None }
}

/// `used` becomes the file of the signature, where there is one.
fn check(
    verifier: &Verifier,
    module: &Path,
    source: &SignatureSource,
    used: &mut Option<PathBuf>,
) -> Result<Verified, Failure> {
    let failed = |source| Error::io(format!("failed to read `{}`", module.display()), source);
    let file = open(module).map_err(failed)?;
    let (start, file) = read_start(file).map_err(failed)?;
    let data = match source {
        SignatureSource::Named(path) => Some((path.clone(), signature_file::read(path)?)),
        SignatureSource::Beside => Some(beside(module)?),
        SignatureSource::OwnOrBeside if carries_signature(&start) || files::is_dash(module) => None,
        SignatureSource::OwnOrBeside => {
            let path = signature_file::beside(module);
            signature_file::read_if_any(&path)?.map(|data| (path, data))
        }
    };
    let whole = Cursor::new(start).chain(file);
    let verified = match data {
        Some((path, data)) => {
            *used = Some(path);
            verifier.verify_detached(whole, &data)
        }
        None => verifier.verify(whole),
    };
    verified.map_err(|error| failure(module, error))
}

/// The signature that must be in the file next to a module.
fn beside(module: &Path) -> Result<(PathBuf, Vec<u8>)> {
    let path = signature_file::beside(module);
    let data = signature_file::read(&path).map_err(|error| {
        error.or_advice("`--detached` needs the signature of each module next to it, as MODULE.sig")
    })?;
    Ok((path, data))
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
