//! What tests of the verifying reader share.

use std::io::{self, ErrorKind, Read};

use wasmsign_core::verify::Reason;
use wasmsign_core::{Policy, Verified, VerifiedModule, Verifier, VerifyError};

use super::*;

/// Header and parts: what a signed file of these parts is without its signature section.
pub fn plain(parts: &[&[u8]]) -> Vec<u8> {
    file(parts)
}

/// A module whose code is in its first part, and four more parts.
pub fn five_parts() -> Vec<Vec<u8>> {
    let mut parts = vec![[section(1, b"types"), section(10, b"code"), delimiter(0)].concat()];
    parts.extend((1..4).map(|n| [custom("n", &vec![n; 300 * n as usize]), delimiter(n)].concat()));
    parts.push(custom("last", b"not delimited"));
    parts
}

pub fn prefix_verifier(seeds: &[u8]) -> Verifier {
    verifier(seeds, Policy::default().prefix())
}

/// Everything that comes out in reads of at most `count` bytes, and how it ended.
pub fn drain(reader: &mut impl Read, count: usize) -> (Vec<u8>, io::Result<()>) {
    let (mut out, mut buffer) = (Vec::new(), vec![0; count]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return (out, Ok(())),
            Ok(count) => out.extend_from_slice(&buffer[..count]),
            Err(error) => return (out, Err(error)),
        }
    }
}

#[track_caller]
pub fn inner(error: &io::Error) -> &VerifyError {
    let inner = error.get_ref().expect("errors of a reader wrap one of the crate");
    inner.downcast_ref().expect("errors of a reader wrap one of the crate")
}

#[track_caller]
pub fn refused_with(result: io::Result<()>) -> Reason {
    let error = result.expect_err("the file is not to be trusted");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    match inner(&error) {
        VerifyError::Refused(refusal) => refusal.reason().clone(),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

/// The bytes and the proof, apart.
pub fn taken(module: VerifiedModule<'_>) -> (Vec<u8>, Verified) {
    let (bytes, verified) = module.into_parts();
    (bytes.into_owned(), verified)
}

/// Fails behind `rest`.
pub struct Failing<'a> {
    pub rest: &'a [u8],
    pub how: fn() -> io::Error,
}

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() { Err((self.how)()) } else { self.rest.read(buffer) }
    }
}

pub fn broken_pipe() -> io::Error {
    ErrorKind::BrokenPipe.into()
}
