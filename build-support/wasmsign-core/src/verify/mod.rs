//! Verification: [`Verifier`] reads a binary once and gives a [`Verified`], or says why not.
//!
//! | input | by the embedded signature | by a detached one |
//! | --- | --- | --- |
//! | any [`Read`](std::io::Read) | [`Verifier::verify`] | [`Verifier::verify_detached`] |
//! | bytes in memory | [`Verifier::verify_bytes`] | [`Verifier::verify_bytes_detached`] |
//! | a path | [`Verifier::verify_path`] | [`Verifier::verify_path_detached`] |
//! | a stream whose bytes are wanted | [`Verifier::reader`] | [`Verifier::reader_detached`] |
//!
//! All of them come to the same verdict on the same bytes, at the same cost at most: one budget of public-key operations
//! for a file ([`limits`](crate::limits)). A file is read to its end before it is refused, so that one
//! that is cut or malformed ([`VerifyError::Malformed`]) is told from one that is merely not trusted
//! ([`VerifyError::Refused`] with a [`Refusal`] and its [`Reason`]). Memory stays at a few MiB whatever the file's
//! length, except for what a [`VerifyingReader`] holds under its cap.
//!
//! Where a platform hashes much faster than code can there, [`Verifier::prehashed`] leaves the hashing to it, and what comes
//! of that is no [`Verified`], but [`SignedHashes`].

#[cfg(feature = "whole-file")]
mod all_claims;
mod builder;
mod coverage;
mod error;
#[cfg(feature = "std")]
mod held;
mod judge;
mod module;
mod notes;
mod policy;
mod prehashed;
#[cfg(feature = "std")]
mod reader;
mod requirement;
#[cfg(feature = "trust")]
mod roles;
#[cfg(feature = "trust")]
mod ruling;
pub(crate) mod search;
#[cfg(feature = "std")]
mod streams;
mod verdict;
mod verifier;
#[cfg(feature = "whole-file")]
mod whole_file;

pub use builder::VerifierBuilder;
pub use error::{BuilderError, VerifyError};
#[cfg(feature = "trust")]
pub(crate) use judge::Criteria;
pub use module::VerifiedModule;
pub use policy::{Coverage, Policy, Require, SectionNames};
pub use prehashed::{Prehashed, SignedHashes};
#[cfg(feature = "std")]
pub use reader::VerifyingReader;
#[cfg(feature = "trust")]
pub use roles::SignedRole;
pub use verdict::{Ignored, Reason, Refusal, SignedBy, Verified};
pub(crate) use verdict::{MaybeManifest, from_build};
pub use verifier::Verifier;
#[cfg(feature = "whole-file")]
pub use whole_file::VerifiedFile;
#[cfg(feature = "trust")]
pub(crate) use {
    requirement::{Group, Member, Requirement},
    ruling::{Bar, Barred, GroupNames, Ruling},
    search::Keys,
};
