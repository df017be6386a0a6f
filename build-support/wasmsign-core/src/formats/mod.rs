//! How signatures are written down.
//!
//! [`sections`] is the format of the tool-conventions. Whatever a format looks like, all that verification asks of it
//! is `Claims`: who claims to have signed which hashes. A claim proves nothing before its signature was checked.

mod error;
pub mod sections;

use alloc::vec::Vec;

pub use error::{FormatError, Unknown};

use crate::digest::Hash;

/// What signatures in any format say: sets of claims, each set over hashes of its own.
pub(crate) trait Claims {
    /// How many sets there are.
    fn set_count(&self) -> usize;

    /// SHA-256 of the body up to each boundary that this set is about, in order.
    fn hashes(&self, set: usize) -> &[Hash];

    /// The bytes that the signatures of this set are over.
    fn message(&self, set: usize) -> Vec<u8>;

    /// How many claims this set has.
    fn claim_count(&self, set: usize) -> usize;

    /// One of them.
    fn claim(&self, set: usize, claim: usize) -> Claim<'_>;
}

/// That some key has signed the message of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim<'a> {
    /// The unsigned hint at the key; empty where there is none.
    pub(crate) key_id: &'a [u8],
    /// What is said to prove it.
    pub(crate) content: Content<'a>,
}

/// The signature of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content<'a> {
    /// An Ed25519 signature of 64 bytes.
    Ed25519(&'a [u8; 64]),
    /// An Ed25519 signature of another length, in bytes.
    WrongLength(usize),
    /// Another algorithm: all behind its byte is opaque.
    UnknownAlgorithm(u8),
}
