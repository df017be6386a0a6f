//! How signatures are written down.
//!
//! [`sections`] is the format of the tool-conventions. Whatever a format looks like, all that verification asks of it
//! is `Claims`: who claims to have signed which hashes. A claim proves nothing before its signature was checked.
//!
//! The others know no parts: what each of them signs is a file as a whole. There is one file for each, behind a feature of
//! the same name; [`FileSignatures`] says which of them a verification reads.
//!
//! | format | feature | where it stands | signs | source |
//! | --- | --- | --- | --- | --- |
//! | `wasmsign1` | `wasmsign1` | the last section | SHA-512, Ed25519 | wasmsign 0.1 |
//! | `wasm_sign` | `wasm-sign` | the last section | SHA-256, ECDSA over secp256k1 | wasm-sign 0.2 |
//! | `minisign` | `minisign` | `.minisig` | BLAKE2b-512 or the file, Ed25519 | minisign |
//! | `sshsig` | `sshsig` | `.sig` | SHA-512 or SHA-256, Ed25519 | OpenSSH, PROTOCOL.sshsig |
//! | `oak` | `oak` | `.endorsement` | SHA-256, Ed25519 | Oak |

#[cfg(feature = "dsse")]
pub mod dsse;
mod error;
#[cfg(feature = "whole-file")]
#[cfg_attr(
    not(all(
        feature = "minisign",
        feature = "oak",
        feature = "sshsig",
        feature = "wasm-sign",
        feature = "wasmsign1"
    )),
    allow(dead_code, unused_imports, unused_variables, reason = "each format needs a part of it")
)]
pub(crate) mod file_digests;
#[cfg(feature = "whole-file")]
#[cfg_attr(
    not(all(
        feature = "minisign",
        feature = "oak",
        feature = "sshsig",
        feature = "wasm-sign",
        feature = "wasmsign1"
    )),
    allow(dead_code, unused_imports, unused_variables, reason = "each format needs a part of it")
)]
mod given;
#[cfg(feature = "minisign")]
pub mod minisign;
mod name;
#[cfg(feature = "oak")]
pub mod oak;
pub mod sections;
#[cfg(feature = "sshsig")]
pub mod sshsig;
#[cfg(feature = "wasm-sign")]
pub mod wasm_sign;
#[cfg(feature = "wasmsign1")]
pub mod wasmsign1;
#[cfg(feature = "whole-file")]
#[cfg_attr(
    not(all(
        feature = "minisign",
        feature = "oak",
        feature = "sshsig",
        feature = "wasm-sign",
        feature = "wasmsign1"
    )),
    allow(dead_code, unused_imports, unused_variables, reason = "each format needs a part of it")
)]
pub(crate) mod whole_file;

use alloc::vec::Vec;

pub use error::{FormatError, Unknown};
#[cfg(feature = "whole-file")]
pub use given::FileSignatures;
pub use name::Format;

use crate::digest::Hash;
use crate::keys::PublicKey;

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

    /// The unsigned hint at the key of a claim; empty where there is none.
    fn key_id(&self, set: usize, claim: usize) -> &[u8];

    /// Whether a claim is one that can be checked.
    fn is_known(&self, set: usize, claim: usize) -> bool;

    /// Whether a claim may be this key's, as far as it says whose it is. To ask costs nothing.
    fn may_be_by(&self, _place: (usize, usize), _key: &PublicKey) -> bool {
        true
    }

    /// Whether a claim is this key's, which has this index among the verifier's keys. `message` is that of the set.
    fn is_by(&self, place: (usize, usize), message: &[u8], key: (usize, &PublicKey)) -> bool;

    /// How the signatures of this set are written down.
    fn format(&self, _set: usize) -> Format {
        Format::Wasmsign2
    }

    /// What is wrong with a claim that names this key and is not its.
    #[cfg(feature = "whole-file")]
    fn why_invalid(
        &self,
        _place: (usize, usize),
        _key: (usize, &PublicKey),
    ) -> Option<whole_file::Invalid> {
        None
    }
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
