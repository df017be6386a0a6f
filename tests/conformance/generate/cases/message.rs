//! What is hashed, and what is signed.

use super::{one, three};
use crate::bytes::{
    Hash, MODULE, data, delimiter, entry, message, module, rolling, section, set, sha256,
};
use crate::draft::{Draft, refused};
use crate::keys::{ALICE, in_context, sign, signed_set};

pub fn cases() -> Vec<Draft> {
    [hashed(), signed(), contexts()].into_iter().flatten().collect()
}

fn hashed() -> Vec<Draft> {
    let body = one().concat();
    let of = |name, about, hash| {
        let file = module(&data(&[signed_set(&[ALICE], &[hash])]), &body);
        refused(name, "body-changed", about, file)
    };
    let parts = three();
    let of_parts = |name, about, hashes: Vec<Hash>| {
        let file = module(&data(&[signed_set(&[ALICE], &hashes)]), &parts.concat());
        refused(name, "body-changed", about, file)
    };
    let without = |part: &[u8]| part[..part.len() - delimiter(1).len()].to_vec();
    vec![
        of(
            "hash-with-header",
            "The hash covers the header as well.",
            sha256(&[&MODULE[..], &body].concat()),
        ),
        of(
            "hash-of-contents",
            "The hash covers the payloads without their ids and sizes.",
            sha256(&body[2..]),
        ),
        of("hash-of-hash", "The hash was hashed once more.", sha256(&sha256(&body))),
        of_parts(
            "hash-restarts",
            "Each part was hashed by itself.",
            parts.iter().map(|part| sha256(part)).collect(),
        ),
        of_parts("hash-before-delimiter", "Each hash stops before its delimiter.", {
            let second = [&parts[0][..], &without(&parts[1])].concat();
            vec![sha256(&without(&parts[0])), sha256(&second), sha256(&parts.concat())]
        }),
        of_parts(
            "hash-without-delimiters",
            "The delimiters were left out of the hash.",
            rolling(&[without(&parts[0]), without(&parts[1]), parts[2].clone()]),
        ),
        refused(
            "hash-reencoded",
            "body-changed",
            "The hash covers the body as a writer of shortest sizes would have it.",
            {
                let padded = [&b"\x0b\x81\x80\x00"[..], b"\x00"].concat();
                let hashes = rolling(&[section(11, b"\x00")]);
                module(&data(&[signed_set(&[ALICE], &hashes)]), &padded)
            },
        )
        .section("verification-rules, Bytes"),
    ]
}

/// A signature of something else in the place of the real one.
fn over(name: &str, about: &str, message: &[u8]) -> Draft {
    with(name, about, &sign(ALICE, message))
}

fn with(name: &str, about: &str, signature: &[u8]) -> Draft {
    let sets = [set(&rolling(&one()), &[entry(b"", signature)])];
    refused(name, "no-trusted-signature", about, module(&data(&sets), &one().concat()))
}

fn signed() -> Vec<Draft> {
    let hashes = rolling(&one());
    let right = message(&hashes);
    let changed = |at: usize| {
        let mut message = right.clone();
        message[at] ^= 3;
        message
    };
    vec![
        over("of-hash", "The bare hash is signed.", &hashes.concat()),
        over("of-body", "The body itself is signed.", &one().concat()),
        over("of-hash-of-message", "The SHA-256 of the message is signed.", &sha256(&right)),
        over("without-domain", "The text `wasmsig` is missing.", &right[7..]),
        over("other-domain", "The text is not `wasmsig`.", &changed(6)),
        over("other-version", "The signed version is 2.", &changed(7)),
        over("other-content-type", "The signed content type is 2.", &changed(8)),
        over("other-hash-function", "The signed hash function is 2.", &changed(9)),
        over("longer", "One byte more is signed.", &[&right[..], b"\0"].concat()),
        over(
            "with-count",
            "The number of hashes is signed too.",
            &[&right[..10], b"\x01", &right[10..]].concat(),
        ),
    ]
}

fn contexts() -> Vec<Draft> {
    let right = message(&rolling(&one()));
    vec![
        with("ed25519ph", "The signature is Ed25519ph.", &in_context(ALICE, true, b"", &right)),
        with(
            "ed25519ctx",
            "The signature is Ed25519ctx.",
            &in_context(ALICE, false, b"wasmsig", &right),
        ),
    ]
}
