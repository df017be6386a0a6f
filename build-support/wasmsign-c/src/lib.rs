//! Verification of signed WebAssembly modules from C, for hosts such as proxies and embedded engines.
//!
//! `include/wasmsign.h` is the interface; cbindgen makes it from this crate. A host makes a verifier, gives it the keys
//! that it trusts and what it asks for, or a trust file, and has it verify bytes or a file. Only then it hands the very bytes that were
//! verified to its engine.
//!
//! No function unwinds into C: a panic, which would be an error of ours, is `WasmsignStatus::Internal`. A verifier may
//! be used by one thread at a time. Memory that C gives is read during the call alone, and before anything is written that it
//! could be.

mod message;
mod outcome;
mod pointers;
mod settings;
mod trust;
mod types;
mod verifier;

pub use trust::{wasmsign_verifier_ask, wasmsign_verifier_trust_file};
pub use types::{WasmsignKind, WasmsignStatus, WasmsignVerdict, WasmsignVerifier};
pub use verifier::{
    wasmsign_verifier_add_key, wasmsign_verifier_cover_section, wasmsign_verifier_expect,
    wasmsign_verifier_free, wasmsign_verifier_message, wasmsign_verifier_new,
    wasmsign_verifier_prefix, wasmsign_verifier_require, wasmsign_verify, wasmsign_verify_detached,
    wasmsign_verify_file, wasmsign_verify_file_detached,
};
