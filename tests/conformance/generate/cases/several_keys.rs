//! Several keys: `--require` counts distinct keys, each of which covers all that is asked for.

use super::{one, three};
use crate::bytes::{data, entry, message, module, rolling, set};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, CAROL, key_id, public, sign, signed_entry, signed_set};

pub fn cases() -> Vec<Draft> {
    [counted(), not_counted(), key_files()].into_iter().flatten().collect()
}

/// A module of one part that these people have signed, in one set.
fn by(names: &[&str]) -> Vec<u8> {
    of(&[signed_set(names, &rolling(&one()))])
}

fn of(sets: &[Vec<u8>]) -> Vec<u8> {
    module(&data(sets), &one().concat())
}

fn counted() -> Vec<Draft> {
    let hashes = rolling(&one());
    vec![
        verified("any-of-two", "One of two keys has signed.", by(&[BOB])).keys(&[ALICE, BOB]),
        verified("all-of-two", "Both keys have signed.", by(&[ALICE, BOB]))
            .keys(&[ALICE, BOB])
            .require("all"),
        verified(
            "all-in-other-order",
            "Both keys have signed; they are given in another order.",
            by(&[ALICE, BOB]),
        )
        .keys(&[BOB, ALICE])
        .require("all"),
        verified(
            "two-of-three",
            "Two of three keys have signed, and two are wanted.",
            by(&[ALICE, CAROL]),
        )
        .keys(&[ALICE, BOB, CAROL])
        .require("2"),
        verified("one-of-two", "One of two keys has signed, and one is wanted.", by(&[BOB]))
            .keys(&[ALICE, BOB])
            .require("1"),
        verified(
            "all-in-two-sets",
            "Both keys have signed, each in a set of its own.",
            of(&[signed_set(&[ALICE], &hashes), signed_set(&[BOB], &hashes)]),
        )
        .keys(&[ALICE, BOB])
        .require("all"),
        verified(
            "all-with-strangers",
            "Both keys have signed, between strangers.",
            by(&[CAROL, ALICE, CAROL, BOB]),
        )
        .keys(&[ALICE, BOB])
        .require("all"),
        verified("all-ids-swapped", "Both keys have signed, each under the other's id.", {
            let signed = |name, id| entry(&key_id(id), &sign(name, &message(&hashes)));
            of(&[set(&hashes, &[signed(ALICE, BOB), signed(BOB, ALICE)])])
        })
        .keys(&[ALICE, BOB])
        .require("all"),
        verified(
            "second-entry",
            "The key's signature is the second of its set.",
            by(&[BOB, ALICE]),
        ),
        verified("key-given-twice", "A key that is given twice counts once.", by(&[ALICE]))
            .keys(&[ALICE, ALICE])
            .require("all"),
    ]
}

fn not_counted() -> Vec<Draft> {
    let hashes = rolling(&one());
    let not_met = |name, about, file| {
        refused(name, "policy-not-met", about, file).keys(&[ALICE, BOB]).require("all")
    };
    vec![
        not_met("all-one-missing", "One of two keys has signed, both must.", by(&[ALICE])),
        not_met("all-same-twice", "One key has signed twice.", by(&[ALICE, ALICE])),
        not_met(
            "all-same-in-two-sets",
            "One key has signed in two sets.",
            of(&[signed_set(&[ALICE], &hashes), signed_set(&[ALICE], &hashes)]),
        ),
        not_met("all-same-two-ids", "One key has signed under the ids of both.", {
            let signature = sign(ALICE, &message(&hashes));
            of(&[set(
                &hashes,
                &[entry(&key_id(ALICE), &signature), entry(&key_id(BOB), &signature)],
            )])
        }),
        not_met("all-one-invalid", "The second key's signature has a bit flipped.", {
            let mut broken = signed_entry(BOB, &hashes);
            *broken.last_mut().expect("an entry has bytes") ^= 1;
            of(&[set(&hashes, &[signed_entry(ALICE, &hashes), broken])])
        }),
        not_met(
            "all-one-of-other-body",
            "The second key has signed another body.",
            of(&[signed_set(&[ALICE], &hashes), signed_set(&[BOB], &[[7; 32]])]),
        ),
        not_met("all-one-of-prefix", "The second key has signed only the first part.", {
            let hashes = rolling(&three());
            let sets = [signed_set(&[ALICE], &hashes), signed_set(&[BOB], &hashes[..1])];
            module(&data(&sets), &three().concat())
        }),
        refused(
            "two-of-three-one-signed",
            "policy-not-met",
            "One of three keys has signed, two are wanted.",
            by(&[CAROL]),
        )
        .keys(&[ALICE, BOB, CAROL])
        .require("2"),
        refused("all-none", "no-trusted-signature", "None of the keys has signed.", by(&[CAROL]))
            .keys(&[ALICE, BOB])
            .require("all"),
        refused("any-none", "no-trusted-signature", "None of the keys has signed.", by(&[CAROL]))
            .keys(&[ALICE, BOB]),
    ]
}

fn key_files() -> Vec<Draft> {
    let bad = |name, about, file: &[u8]| {
        malformed(name, "key", about, by(&[ALICE])).key_file(file).section("signature-format, Keys")
    };
    let alice = public(ALICE);
    vec![
        bad("file-of-other-type", "The key file's first byte is 02.", &[&[2], &alice[..]].concat()),
        bad("file-too-short", "The key file ends a byte early.", &[&[1], &alice[..31]].concat()),
        bad(
            "file-too-long",
            "The key file has a byte too many.",
            &[&[1], &alice[..], &[0]].concat(),
        ),
        bad("file-without-type", "The key file has no type byte.", &alice),
        bad("file-empty", "The key file is empty.", b""),
        bad(
            "file-not-a-point",
            "The key's 32 bytes are not a point of the curve.",
            &[&[1, 2][..], &[0; 31]].concat(),
        ),
    ]
}
