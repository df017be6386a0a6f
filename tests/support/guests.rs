//! What the tests of engines share: a guest, and every way in which a host must not take it.

use std::io::Cursor;

use wasmsign_core::manifest::MANIFEST_SECTION;
use wasmsign_core::wasm::custom_frame;
use wasmsign_core::{Identity, ModuleManifest, SecretKey, sign};

use crate::fixtures::custom;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// `(i32, i32) -> i32`, `(i64) -> (i64, i32)`, `() -> ()`.
const TYPES: &[u8] = &[3, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7e, 2, 0x7e, 0x7f, 0x60, 0, 0];
const FUNCTIONS: &[u8] = &[4, 0, 1, 2, 2];
const MEMORIES: &[u8] = &[1, 0, 1];
const EXPORTS: &[u8] = b"\x05\x03add\0\0\x04both\0\x01\x04trap\0\x02\x04spin\0\x03\x06memory\x02\0";
const ADD: u8 = 0x6a;
const SUBTRACT: u8 = 0x6b;

/// A key whose seed is this byte, over and over.
pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// A module that exports `add` of two i32, `both` (an i64, and its lower half), `trap`, `spin` (without end) and a
/// `memory`.
pub fn guest() -> Vec<u8> {
    guest_with(ADD)
}

/// As [`guest`], with another operation behind `add`.
fn guest_with(operation: u8) -> Vec<u8> {
    let add = [7, 0, 0x20, 0, 0x20, 1, operation, 0x0b];
    let both = [7, 0, 0x20, 0, 0x20, 0, 0xa7, 0x0b];
    let trap = [3, 0, 0, 0x0b];
    let spin = [7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b];
    let code = [&[4][..], &add, &both, &trap, &spin].concat();
    let sections = [(1, TYPES), (3, FUNCTIONS), (5, MEMORIES), (7, EXPORTS), (10, &code)];
    let sections = sections.map(|(id, payload)| section(id, payload));
    [HEADER, &sections.concat()].concat()
}

/// A section of less than 128 bytes.
pub fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id, payload.len() as u8], payload].concat()
}

/// A module whose signature is good, and whose code no engine takes: a function without a body.
pub fn invalid() -> Vec<u8> {
    [HEADER, &section(1, TYPES), &section(3, FUNCTIONS)].concat()
}

/// The guest with a custom section `large` of so many bytes.
pub fn large(length: usize) -> Vec<u8> {
    [guest(), custom("large", &vec![0xa5; length])].concat()
}

/// A module that wants a function `env.log` of its host.
pub fn with_import() -> Vec<u8> {
    [HEADER, &section(1, TYPES), &section(2, b"\x01\x03env\x03log\0\x02")].concat()
}

/// Signs a module with these keys.
pub fn signed(module: &[u8], keys: &[&SecretKey]) -> Vec<u8> {
    let signature = |key| sign::NewSignature { signer: key, key_id: sign::KeyId::Auto };
    let signatures: Vec<_> = keys.iter().map(|key| signature(*key)).collect();
    let mut output = Cursor::new(Vec::new());
    sign::embed(Cursor::new(module), &mut output, &signatures).expect("the module can be signed");
    output.into_inner()
}

/// The guest, which says that it is version 1.4.2 of the package `codec`; and what it says, as JSON.
pub fn codec() -> (Vec<u8>, String) {
    let version = "1.4.2".parse().expect("it is a version");
    let built = Identity::from_bytes([7; 32]);
    let manifest = ModuleManifest::builder("codec", &version, "codec", "release", built).build();
    let json = manifest.and_then(|manifest| manifest.encode()).expect("it is short");
    let mut module = guest();
    module.extend(custom_frame(MANIFEST_SECTION, json.len() as u64).expect("it is short"));
    module.extend(&json);
    (module, String::from_utf8(json).expect("it is JSON"))
}

/// A file that a host must refuse, which trusts one key.
pub struct Bad {
    /// What was done to it.
    pub what: &'static str,
    /// The file.
    pub file: Vec<u8>,
    /// A part of the reason.
    pub reason: &'static str,
}

/// The guest as it comes without the trusted key, each in one way.
pub fn bad_modules(trusted: &SecretKey) -> Vec<Bad> {
    let guest = guest();
    let good = signed(&guest, &[trusted]);
    let body_changed = "different body";
    let bad = |what, file, reason| Bad { what, file, reason };
    vec![
        bad("empty", Vec::new(), "header"),
        bad("text", b"(module)".to_vec(), "header"),
        bad("unsigned", guest.clone(), "no signature"),
        bad("unsigned and invalid", invalid(), "no signature"),
        bad("signed by a stranger", signed(&guest, &[&key(99)]), "no valid signature"),
        bad("swapped", swapped(&good), body_changed),
        bad("cut by a byte", good[..good.len() - 1].to_vec(), "section"),
        bad("cut by a section", signature_of(&good, &invalid()), body_changed),
        bad("cut at a delimiter", cut_at_delimiter(trusted), body_changed),
        bad("a byte appended", [&good[..], &[0]].concat(), "section"),
        bad("a section appended", [good.clone(), custom("more", b"")].concat(), body_changed),
        bad("signed behind the body", signed_behind(&good), "not the first section"),
        bad("signed twice", signed_twice(&good), "not the first section"),
        bad("a component", component(&good), "found a component"),
    ]
}

/// The signature section of a file, before the body of a module.
fn signature_of(signed: &[u8], module: &[u8]) -> Vec<u8> {
    [HEADER, signature(signed), &module[HEADER.len()..]].concat()
}

/// The signature section of the signed guest.
fn signature(signed: &[u8]) -> &[u8] {
    let body = guest().len() - HEADER.len();
    &signed[HEADER.len()..signed.len() - body]
}

fn swapped(good: &[u8]) -> Vec<u8> {
    signature_of(good, &guest_with(SUBTRACT))
}

fn signed_behind(good: &[u8]) -> Vec<u8> {
    [&guest(), signature(good)].concat()
}

fn signed_twice(good: &[u8]) -> Vec<u8> {
    [good, signature(good)].concat()
}

fn component(good: &[u8]) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0", &good[HEADER.len()..]].concat()
}

/// Everything that runs is there and signed, and still it is not the file that was signed.
fn cut_at_delimiter(trusted: &SecretKey) -> Vec<u8> {
    let tail = custom("tail", b"1");
    let delimiter = custom("signature_delimiter", &[5; 16]);
    let mut file = signed(&[guest(), delimiter, tail.clone()].concat(), &[trusted]);
    file.truncate(file.len() - tail.len());
    file
}
