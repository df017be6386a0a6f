//! Detached signatures.

use super::{component_body, one, three, types, with_debug};
use crate::bytes::{COMPONENT, MODULE, custom, data, module, noise, rolling, section, wide};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, signed, signed_data, signed_set};

pub fn cases() -> Vec<Draft> {
    [accepted(), ignored(), rejected(), broken()].into_iter().flatten().collect()
}

/// The module as it was before anybody signed it.
fn bare(parts: &[Vec<u8>]) -> Vec<u8> {
    [&MODULE[..], &parts.concat()].concat()
}

fn accepted() -> Vec<Draft> {
    let padded = vec![[&[1], &wide(types().len() - 2, 5)[..], &types()[2..]].concat()];
    let component = [component_body()];
    vec![
        verified("module", "A detached signature beside an untouched module.", bare(&one()))
            .detached(signed_data(&one())),
        verified("three-parts", "A detached signature of three parts.", bare(&three()))
            .detached(signed_data(&three())),
        verified("padded", "A detached signature of a module with padded sizes.", bare(&padded))
            .detached(signed_data(&padded)),
        verified("empty-body", "A detached signature of a header alone.", MODULE.to_vec())
            .detached(signed_data(&[Vec::new()])),
        verified(
            "component",
            "A detached signature of a component.",
            [&COMPONENT[..], &component.concat()].concat(),
        )
        .detached(signed_data(&component))
        .expect("component"),
        verified("prefix", "A detached signature of a prefix.", bare(&with_debug()))
            .detached(signed_data(&with_debug()[..1]))
            .prefix(),
        verified("all-of-two", "Two keys in one detached signature.", bare(&one()))
            .detached(data(&[signed_set(&[ALICE, BOB], &rolling(&one()))]))
            .keys(&[ALICE, BOB])
            .require("all"),
    ]
}

fn ignored() -> Vec<Draft> {
    let by_bob = || data(&[signed_set(&[BOB], &rolling(&one()))]);
    let body = one().concat();
    vec![
        verified(
            "over-embedded",
            "The module carries the same signature embedded.",
            signed(&one()),
        )
        .detached(signed_data(&one())),
        verified(
            "over-embedded-other",
            "The module carries somebody else's signature.",
            module(&by_bob(), &body),
        )
        .detached(signed_data(&one())),
        verified(
            "over-embedded-broken",
            "The module carries signature data that is no such thing.",
            module(&noise("no signature", 50), &body),
        )
        .detached(signed_data(&one())),
        verified("over-embedded-padded", "The module's signature section has a padded size.", {
            let payload = [b"\x09signature", &by_bob()[..]].concat();
            [&MODULE[..], &[0], &wide(payload.len(), 5), &payload, &body].concat()
        })
        .detached(signed_data(&one())),
        refused(
            "embedded-does-not-count",
            "no-trusted-signature",
            "The embedded signature is right, the detached one is a stranger's.",
            signed(&one()),
        )
        .detached(by_bob()),
        refused(
            "embedded-does-not-count-for-none",
            "no-signature",
            "The embedded signature is right, the detached one has no sets.",
            signed(&one()),
        )
        .detached(data(&[])),
        refused(
            "embedded-does-not-add",
            "policy-not-met",
            "One key has signed embedded, the other detached.",
            module(&by_bob(), &body),
        )
        .detached(signed_data(&one()))
        .keys(&[ALICE, BOB])
        .require("all"),
        malformed(
            "broken-over-embedded",
            "truncated",
            "The embedded signature is right, the detached one is cut.",
            signed(&one()),
        )
        .detached(signed_data(&one())[..3].to_vec()),
    ]
}

fn rejected() -> Vec<Draft> {
    let body = one().concat();
    let signature = custom("signature", &signed_data(&one()));
    vec![
        refused(
            "other-module",
            "body-changed",
            "The detached signature of another module.",
            bare(&three()),
        )
        .detached(signed_data(&one())),
        refused("byte-changed", "body-changed", "One bit of the module is another one.", {
            let mut file = bare(&one());
            file[10] ^= 1;
            file
        })
        .detached(signed_data(&one())),
        refused(
            "appended",
            "not-covered",
            "A section behind the signed delimiter.",
            [bare(&with_debug()), custom("x", b"")].concat(),
        )
        .detached(signed_data(&with_debug())),
        refused("cut", "body-changed", "The file ends at a delimiter.", bare(&three()[..1]))
            .detached(signed_data(&three())),
        refused(
            "over-stray",
            "stray-signature",
            "The module has a signature section that is not first.",
            [&MODULE[..], &body, &signature].concat(),
        )
        .detached(signed_data(&one())),
        refused(
            "covers-embedded",
            "body-changed",
            "The detached signature covers the embedded signature section too.",
            signed(&one()),
        )
        .detached(signed_data(&[[signature, body].concat()])),
        refused(
            "kind",
            "kind-mismatch",
            "A component where a module is expected.",
            [&COMPONENT[..], &component_body()].concat(),
        )
        .detached(signed_data(&[component_body()]))
        .expect("module"),
    ]
}

fn broken() -> Vec<Draft> {
    let right = signed_data(&one());
    let with = |name, reason, about, data: Vec<u8>| {
        malformed(name, reason, about, bare(&one())).detached(data)
    };
    vec![
        with("empty", "truncated", "The signature file is empty.", Vec::new()),
        with(
            "cut-at-end",
            "length-leaves-input",
            "The signature file ends a byte early.",
            right[..right.len() - 1].to_vec(),
        ),
        with(
            "left-over",
            "left-over-bytes",
            "The signature file has a newline at its end.",
            [&right[..], b"\n"].concat(),
        ),
        refused(
            "whole-section",
            "unknown-version",
            "The signature file holds the whole signature section.",
            bare(&one()),
        )
        .detached(custom("signature", &right)),
        refused(
            "whole-module",
            "unknown-version",
            "The signature file is the signed module.",
            bare(&one()),
        )
        .detached(signed(&one())),
        refused("version-2", "unknown-version", "The signature file has version 2.", bare(&one()))
            .detached([&[2], &right[1..]].concat()),
        malformed(
            "of-broken-module",
            "section-leaves-file",
            "The module is cut, the signature is right.",
            {
                let mut file = bare(&one());
                file.pop();
                file
            },
        )
        .detached(right),
        malformed(
            "of-broken-name",
            "name-missing",
            "The module ends with a custom section of 0 bytes, which is signed.",
            bare(&[one().concat(), section(0, b"")]),
        )
        .detached(signed_data(&[[one().concat(), section(0, b"")].concat()])),
    ]
}
