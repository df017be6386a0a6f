//! Verifying what comes from streams and files.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::vec::Vec;

use super::error::VerifyError;
use super::reader::VerifyingReader;
use super::verdict::Verified;
use super::verifier::Verifier;
use crate::limits::MAX_SIGNATURE_BYTES;
use crate::stream::source::Reader;

/// Streams and files, with the feature `std`.
impl Verifier {
    /// Verifies a binary by its embedded signature.
    ///
    /// Reads to the end of `module`, in one pass, with a few MiB of memory whatever its length.
    ///
    /// # Errors
    ///
    /// [`VerifyError::Read`], [`VerifyError::Malformed`], or [`VerifyError::Refused`] with the reason.
    pub fn verify(&self, module: impl Read) -> Result<Verified, VerifyError> {
        self.verify_source(Reader::new(module), None)
    }

    /// Verifies a binary by detached signature data, as in a `.sig` file. An embedded signature has no
    /// part in it.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`].
    pub fn verify_detached(
        &self,
        module: impl Read,
        signature: &[u8],
    ) -> Result<Verified, VerifyError> {
        self.verify_source(Reader::new(module), Some(signature))
    }

    /// Verifies the file at `module` by its embedded signature.
    ///
    /// Whoever opens the path again may find another file there: where the bytes are to be used, take them
    /// from [`Verifier::reader`], or verify the bytes that were read and use those.
    ///
    /// # Errors
    ///
    /// [`VerifyError::File`] where it cannot be opened; else as [`Verifier::verify`].
    pub fn verify_path(&self, module: impl AsRef<Path>) -> Result<Verified, VerifyError> {
        self.verify(open(module.as_ref())?)
    }

    /// Verifies the file at `module` by the detached signature data in the file at `signature`.
    ///
    /// # Errors
    ///
    /// [`VerifyError::File`] where one of them cannot be opened, or the signature not be read; else as
    /// [`Verifier::verify_detached`].
    pub fn verify_path_detached(
        &self,
        module: impl AsRef<Path>,
        signature: impl AsRef<Path>,
    ) -> Result<Verified, VerifyError> {
        let signature = read_signature(signature.as_ref())?;
        self.verify_detached(open(module.as_ref())?, &signature)
    }

    /// Gives out the bytes of a binary as far as they are verified by its embedded signature: see
    /// [`VerifyingReader`].
    pub fn reader<R: Read>(&self, module: R) -> VerifyingReader<R> {
        VerifyingReader::new(&self.criteria, None, module)
    }

    /// As [`Verifier::reader`], by detached signature data. An embedded signature has no part in it.
    pub fn reader_detached<R: Read>(&self, module: R, signature: &[u8]) -> VerifyingReader<R> {
        VerifyingReader::new(&self.criteria, Some(signature), module)
    }
}

fn open(path: &Path) -> Result<File, VerifyError> {
    File::open(path).map_err(|source| VerifyError::File { path: path.into(), source })
}

/// The content of a file of signature data: all of it, or so much that it is seen to be too much.
fn read_signature(path: &Path) -> Result<Vec<u8>, VerifyError> {
    let mut data = Vec::new();
    let read = open(path)?.take(u64::from(MAX_SIGNATURE_BYTES) + 1).read_to_end(&mut data);
    read.map_err(|source| VerifyError::File { path: path.into(), source })?;
    Ok(data)
}
