//! What C and this library hold of each other.

use std::ffi::CString;

use wasmsign_core::PublicKey;
use wasmsign_core::manifest::VersionReq;
use wasmsign_core::trust::{Time, Trust};

use crate::message::Message;

/// What came of a call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasmsignStatus {
    /// Done; of a verification: the module meets what is asked for.
    Ok = 0,
    /// The module was read correctly, and is not trusted.
    Refused = 1,
    /// A null pointer, a key that is none, a number that makes no sense. Null for no bytes is none of these.
    Usage = 2,
    /// The module or the signature data is not what it should be.
    Malformed = 3,
    /// A file could not be read.
    Io = 4,
    /// An error of this library. The module is not verified.
    Internal = 5,
}

/// The kind of binary that the header of a file must announce. No signature covers the header.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasmsignKind {
    /// A core module; this is what a new verifier expects.
    Module = 0,
    /// A component.
    Component = 1,
    /// Either.
    Any = 2,
}

/// What a verification has proved; all but `size` is zero where it has not. Set `size` before each call:
/// `WasmsignVerdict verdict = {.size = sizeof verdict};`
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct WasmsignVerdict {
    /// Bytes of this structure as the caller knows it, by which a later library tells it from a longer one.
    pub size: usize,
    /// Offset of the first byte that is not covered: all bytes before it are verified, but for the header and an embedded
    /// signature section.
    pub covered: u64,
    /// Bytes of the file.
    pub total: u64,
    /// How many of the given keys have signed what is covered.
    pub signers: usize,
    /// Whether the file is all of what was signed, and nothing else.
    pub whole: bool,
    /// Whether `identity` holds one.
    pub has_identity: bool,
    /// SHA-256 of the file without its embedded signature section.
    pub identity: [u8; 32],
    /// Whether `rule` holds one: a trust file has decided.
    pub has_rule: bool,
    /// Index of the rule of the trust file that has decided, from 0. `signers` is 0 where it lets the module be unsigned.
    pub rule: usize,
}

/// Keys, and what is asked for. Made by `wasmsign_verifier_new`, ended by `wasmsign_verifier_free`.
pub struct WasmsignVerifier {
    pub(crate) keys: Vec<PublicKey>,
    pub(crate) require: usize,
    pub(crate) prefix: bool,
    pub(crate) sections: Vec<String>,
    pub(crate) expect: WasmsignKind,
    pub(crate) trust: Option<Trust>,
    /// The name and the time that the trust file is asked with.
    pub(crate) asked: Option<(String, Time)>,
    /// The package that a module must say it is.
    pub(crate) package: Option<String>,
    /// The versions that it may say.
    pub(crate) version: Option<VersionReq>,
    /// What the module of the last verification says of itself, as JSON.
    pub(crate) manifest: Option<CString>,
    pub(crate) message: Message,
}
