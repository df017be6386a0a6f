//! Signing into a file beside the module.

use std::io::Read;

use super::error::SignError;
use super::pending::{Pending, Signed};
use super::signer::NewSignature;
#[cfg(doc)]
use crate::formats::sections::SignatureData;

/// Signs a binary and gives the signature data alone; [`SignatureData::encode`] is what a `.sig` file holds.
///
/// `earlier` is the detached signature data to add to. An embedded signature has no part in it: the body
/// that is signed is the same with and without it.
///
/// # Errors
///
/// As [`embed`](super::embed()), without those of writing.
pub fn detached(
    input: impl Read,
    earlier: Option<&[u8]>,
    signatures: &[NewSignature<'_>],
) -> Result<Signed, SignError> {
    let mut pending = Pending::detached(input, earlier)?;
    pending.ask(signatures)?;
    Ok(pending.finish())
}
