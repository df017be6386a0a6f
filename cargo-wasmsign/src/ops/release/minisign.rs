//! The signature of the sums, as minisign writes and verifies it.

use wasmsign_core::PublicKey;

use super::names::SUMS_SIGNATURE;
use super::problem::Problem;
use crate::error::{Error, Result};
use crate::keys::Signer;

/// Signs the sums; `words` are below the signature, too.
pub(super) fn sign(_sums: &[u8], _words: &str, _signer: &Signer) -> Result<String> {
    Err(Error::usage("soon"))
}

/// What is wrong with a signature of the sums.
pub(super) fn problem(_signature: &[u8], _sums: &[u8], _keys: &[PublicKey]) -> Option<Problem> {
    Some(Problem::refused(SUMS_SIGNATURE, "soon", "soon"))
}
