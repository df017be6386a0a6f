//! The cases, one file a group of rules, and the bodies that they are made of.

mod body;
mod detached;
mod ed25519;
mod formats;
mod header;
mod limits;
mod manifest;
mod message;
mod prefix;
mod several_keys;
mod signature_data;
mod trust;
mod valid;
mod whole;

use crate::bytes::{custom, delimiter, section};
use crate::draft::Draft;

/// All cases, in the order of the rules.
pub fn all() -> Vec<Draft> {
    [
        under("valid", "signature-format, A module", valid::cases()),
        under("whole", "verification-rules, Whole module", whole::cases()),
        under("message", "signature-format, Parts and hashes", message::cases()),
        under("prefix", "verification-rules, Prefix", prefix::cases()),
        under("bytes", "verification-rules, Bytes", body::cases()),
        under("keys", "verification-rules, Several keys", several_keys::cases()),
        under("header", "verification-rules, Header", header::cases()),
        under("data", "verification-rules, Signature data", signature_data::cases()),
        under("limits", "verification-rules, Signature data", limits::cases()),
        under("ed25519", "verification-rules, Ed25519", ed25519::cases()),
        under("manifest", "keys-and-trust, The module manifest", manifest::cases()),
        under("trust", "keys-and-trust, The trust file", trust::cases()),
        under("detached", "verification-rules, Detached and embedded", detached::cases()),
        under("formats", "other-formats", formats::cases()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn under(rule: &str, section: &str, drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.into_iter().map(|draft| draft.under(rule, section)).collect()
}

// A real module: `add(i32, i32) -> i32`, a memory, and the data `hi` in it.

fn types() -> Vec<u8> {
    section(1, b"\x01\x60\x02\x7f\x7f\x01\x7f")
}

fn functions() -> Vec<u8> {
    section(3, b"\x01\x00")
}

fn memory() -> Vec<u8> {
    section(5, b"\x01\x00\x01")
}

fn exports() -> Vec<u8> {
    section(7, b"\x01\x03add\x00\x00")
}

fn code() -> Vec<u8> {
    section(10, b"\x01\x07\x00\x20\x00\x20\x01\x6a\x0b")
}

fn data_section() -> Vec<u8> {
    section(11, b"\x01\x00\x41\x00\x0b\x02hi")
}

/// Every section that is not custom.
fn standard() -> Vec<u8> {
    [types(), functions(), memory(), exports(), code(), data_section()].concat()
}

/// A module of one part.
fn one() -> Vec<Vec<u8>> {
    vec![[standard(), custom("producers", b"\x00")].concat()]
}

/// Three parts; the code is in the second, the last has no delimiter.
fn three() -> Vec<Vec<u8>> {
    vec![
        [types(), functions(), memory(), exports(), delimiter(1)].concat(),
        [code(), data_section(), delimiter(2)].concat(),
        custom("note", b"last"),
    ]
}

/// The program in one part, what debuggers want in another; both with a delimiter.
fn with_debug() -> Vec<Vec<u8>> {
    vec![
        [standard(), custom("policy", b"none"), delimiter(1)].concat(),
        [custom(".debug_info", b"info"), custom(".debug_line", b"line"), delimiter(2)].concat(),
    ]
}

/// A component of nothing but a core module inside.
fn component_body() -> Vec<u8> {
    section(1, &[&crate::bytes::MODULE[..], &standard()].concat())
}
