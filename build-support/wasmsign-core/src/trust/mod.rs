//! Whom to trust for what: the trust file.
//!
//! A trust file names keys, makes roles of them, and says in rules which roles must have signed which modules. It is TOML;
//! its text says everything but what stands in the files that it names.
//!
//! ```toml
//! version = 1
//!
//! [keys.alice]
//! public = "keys/alice.pub"
//! valid-until = 2027-01-01
//!
//! [keys.ci]
//! public = "ssh-ed25519 AAAA…"
//!
//! [roles.maintainers]
//! keys = ["alice", "bob", "carol"]
//! threshold = 2
//!
//! [[rules]]
//! modules = ["plugins/*"]
//! require = ["maintainers", "ci"]
//! package = "codec"
//! version = ">=1.4, <2"
//! ```
//!
//! | step | by |
//! | --- | --- |
//! | load the file: everything that is wrong at once, each with line and column | [`Trust::load`], [`Trust::load_table`]; [`TrustError`] |
//! | ask about a module, by the name under which the host knows it and a time | [`Trust::verifier`], [`TrustVerifierBuilder::build`] |
//! | read it: from a path, a stream, a slice, with hashes of the platform, by a detached signature | every method of the [`Verifier`](crate::Verifier) that comes of it |
//! | see which rule has decided and who has signed for which role | [`Verified::rule`](crate::Verified::rule), [`Verified::roles`](crate::Verified::roles), and the same of a [`Refusal`](crate::verify::Refusal) |
//! | hand a key over to its successor | [`Handover`] |
//! | remember who has signed a module, and refuse others later | [`Pins::check`] |
//!
//! This module reads no file but through what [`Trust::load`] is given, and asks no clock but in [`Time::now`].
//!
//! # Which key counts
//!
//! A key counts under a name from `valid-from` on and before `valid-until`, and so do its successors: each from the
//! moment that its succession names, while the key itself counts until it is `retired`. A key that is revoked under one name
//! is revoked under all, and so are those that have taken over from it. Keys are compared by value: one under two names
//! counts once in a role, and so do a key and its successors.
//!
//! Only signatures of keys that the rule asks for matter. So a signature that is added never makes a module less trusted, and
//! one that is taken away never makes it more so. (Rules with `unsigned = true` are the exception: they refuse a module
//! with a bad signature that they would let pass without.)
//!
//! # Unsigned modules
//!
//! A rule with `unsigned = true` gives a [`Verified`](crate::Verified) for an unsigned module too. It has no
//! [signers](crate::Verified::signers) and no manifest then, [`is_whole`](crate::Verified::is_whole) is false, and
//! [`covered`](crate::Verified::covered) is the length of the file: what may run is all of it, and nobody has signed it.
//!
//! # Formats and algorithms
//!
//! `formats` takes every name in [`Format::NAMES`]: signatures of these formats count together, and others do not. At first
//! that is `wasmsign2` alone. `algorithms` takes every name in [`Algorithm::NAMES`]: each required role must then have
//! signatures of each of them. A rule that names a format or an algorithm alone that this build does not verify refuses
//! every module.

mod decide;
mod document;
mod error;
mod model;
mod order;
mod parse;
mod pattern;
mod pins;
mod succession;
mod time;
mod words;

pub use crate::formats::Format;
pub use crate::keys::Algorithm;
pub use decide::TrustVerifierBuilder;
pub use error::{Fault, TrustError};
pub use model::{Role, Rule, Trust, TrustedKey};
pub use pattern::Pattern;
pub use pins::{Pin, PinCheck, PinRefusal, Pins, PinsError};
pub use succession::{Handover, PAYLOAD_TYPE, SuccessionError};
pub use time::{ParseTimeError, Time};
