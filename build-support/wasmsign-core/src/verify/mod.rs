//! Verification: [`Verifier`] reads a binary once and gives a [`Verified`], or says why not.
//!
//! | input | by the embedded signature | by a detached one |
//! | --- | --- | --- |
//! | any [`Read`], `&[u8]` too | [`Verifier::verify`] | [`Verifier::verify_detached`] |
//! | a path | [`Verifier::verify_path`] | [`Verifier::verify_path_detached`] |
//! | a stream whose bytes are wanted | [`Verifier::reader`] | [`Verifier::reader_detached`] |
//!
//! All of them come to the same verdict on the same bytes, at the same cost at most: one budget of public-key operations
//! for a file ([`limits`](crate::limits)). A file is read to its end before it is refused, so that one
//! that is cut or malformed ([`Error::Malformed`]) is told from one that is merely not trusted
//! ([`Error::Refused`] with a [`Refusal`] and its [`Reason`]). Memory stays at a few MiB whatever the file's
//! length, except for what a [`VerifyingReader`] holds under its cap.
//!
//! Where a platform hashes much faster than code can there, [`Verifier::survey`] leaves the hashing to it, and what comes
//! of that is no [`Verified`], but [`SignedHashes`].

#[cfg(doc)]
use crate::error::Error;
#[cfg(doc)]
use std::io::Read;

mod coverage;
mod held;
pub mod policy;
mod prehashed;
mod reader;
pub(crate) mod search;
mod verdict;
mod verifier;

pub use prehashed::{SignedHashes, Survey};
pub use reader::VerifyingReader;
pub use verdict::{Ignored, Reason, Refusal, Signer, Verified};
pub use verifier::{TooManyKeys, Verifier};
