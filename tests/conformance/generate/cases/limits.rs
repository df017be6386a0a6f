//! Bounded work: what is still read, and what is not.

use super::{one, standard, with_debug};
use crate::bytes::{
    custom, data, delimiter, entry, entry_of, message, module, noise, rolling, set,
};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, key_id, sign, signed_data, signed_entry, signed_set};

const MIB: usize = 1 << 20;

pub fn cases() -> Vec<Draft> {
    [counts(), bytes(), parts(), work(), work_in_parts()].into_iter().flatten().collect()
}

fn of(data: &[u8]) -> Vec<u8> {
    module(data, &one().concat())
}

fn too_many(name: &str, about: &str, file: Vec<u8>) -> Draft {
    refused(name, "too-many-signatures", about, file)
}

/// So many strangers' sets before the one that counts.
fn behind_sets(others: usize) -> Vec<u8> {
    let mut sets: Vec<_> = (0..others).map(|number| set(&[[number as u8; 32]], &[])).collect();
    sets.push(signed_set(&[ALICE], &rolling(&one())));
    of(&data(&sets))
}

/// So many entries of an unknown algorithm before the one that counts.
fn behind_entries(others: usize) -> Vec<u8> {
    let hashes = rolling(&one());
    let mut entries = vec![entry_of(2, b"", b"x"); others];
    entries.push(signed_entry(ALICE, &hashes));
    of(&data(&[set(&hashes, &entries)]))
}

fn under_key_id(length: usize) -> Vec<u8> {
    let hashes = rolling(&one());
    let entry = entry(&noise("key id", length), &sign(ALICE, &message(&hashes)));
    of(&data(&[set(&hashes, &[entry])]))
}

fn counts() -> Vec<Draft> {
    vec![
        verified("sets-64", "As many sets as are read.", behind_sets(63)),
        too_many("sets-65", "One set more than is read.", behind_sets(64)),
        verified("entries-256", "As many signatures in a set as are read.", behind_entries(255)),
        too_many("entries-257", "One signature more in a set than is read.", behind_entries(256)),
        verified("key-id-255", "A key id as long as is read.", under_key_id(255)),
        too_many("key-id-256", "A key id of one byte more than is read.", under_key_id(256)),
        too_many(
            "sets-4-gib",
            "Four thousand million sets are announced.",
            of(b"\x01\x01\x01\xff\xff\xff\xff\x0f"),
        ),
        too_many(
            "hashes-4-gib",
            "Four thousand million hashes are announced.",
            of(&data(&[b"\xff\xff\xff\xff\x0f".to_vec()])),
        ),
        too_many(
            "entries-4-gib",
            "Four thousand million signatures are announced.",
            of(&data(&[[&[1][..], &[7; 32], b"\xff\xff\xff\xff\x0f"].concat()])),
        ),
        malformed(
            "key-id-4-gib",
            "truncated",
            "A key id of 4 GiB is announced, and one byte is there.",
            of(&data(&[set(&[[7; 32]], &[b"\xff\xff\xff\xff\x0fx".to_vec()])])),
        ),
        malformed(
            "key-id-256-leaves-entry",
            "truncated",
            "A key id of one byte more than is read is announced, and is not there.",
            of(&data(&[set(&[[7; 32]], &[b"\x80\x02x".to_vec()])])),
        ),
    ]
}

/// Signature data of exactly so many bytes: an unknown algorithm's entry fills it.
fn of_size(wanted: usize) -> Vec<u8> {
    let hashes = rolling(&one());
    let with = |filling: usize| {
        let filler = entry_of(2, b"", &vec![0; filling]);
        data(&[set(&hashes, &[signed_entry(ALICE, &hashes), filler])])
    };
    let overhead = with(wanted - 200).len() - (wanted - 200);
    let data = with(wanted - overhead);
    assert_eq!(data.len(), wanted, "the lengths of both fillings take as many bytes");
    data
}

fn bytes() -> Vec<Draft> {
    vec![
        verified("data-of-4-mib", "Signature data as long as is read.", of(&of_size(4 * MIB))),
        too_many(
            "data-over-4-mib",
            "Signature data of one byte more than is read.",
            of(&of_size(4 * MIB + 1)),
        ),
        too_many(
            "detached-over-4-mib",
            "Detached signature data of one byte more than is read.",
            [&crate::bytes::MODULE[..], &one().concat()].concat(),
        )
        .detached(of_size(4 * MIB + 1)),
    ]
}

fn parts() -> Vec<Draft> {
    let many = |count: usize| -> Vec<Vec<u8>> {
        let part =
            |number: usize| [custom("part", &[number as u8]), delimiter(number as u8)].concat();
        [standard()]
            .into_iter()
            .chain((1..count).map(part))
            .enumerate()
            .map(|(at, part)| if at == 0 { [part, delimiter(0)].concat() } else { part })
            .collect()
    };
    vec![
        verified(
            "parts-64",
            "As many signed parts as are read.",
            module(&signed_data(&many(64)), &many(64).concat()),
        ),
        too_many(
            "parts-65",
            "One signed part more than is read.",
            module(&signed_data(&many(65)), &many(65).concat()),
        ),
        refused(
            "parts-65-signed-64",
            "not-covered",
            "One part more than any signature can cover.",
            module(&signed_data(&many(64)), &many(65).concat()),
        ),
        verified(
            "parts-65-prefix",
            "One part more than any signature can cover, but a prefix is enough.",
            module(&signed_data(&many(64)), &many(65).concat()),
        )
        .prefix(),
    ]
}

/// Sets of the right hash with so many invalid signatures, and alice's last of all.
fn behind_invalid(others: usize, id: &[u8]) -> Vec<u8> {
    let hashes = rolling(&one());
    let mut entries: Vec<_> =
        (0..others).map(|number| entry(b"", &sign(BOB, &number.to_le_bytes()))).collect();
    entries.push(entry(id, &sign(ALICE, &message(&hashes))));
    let sets: Vec<_> = entries.chunks(256).map(|entries| set(&hashes, entries)).collect();
    of(&data(&sets))
}

/// What a reader of parts may have to try before it knows better: invalid signatures over the first part alone, and
/// behind them alice's over both.
fn behind_first_part(others: usize, id: &[u8]) -> Vec<u8> {
    let hashes = rolling(&with_debug());
    let invalid: Vec<_> =
        (0..others).map(|number| entry(b"", &sign(BOB, &number.to_le_bytes()))).collect();
    let mut sets: Vec<_> = invalid.chunks(256).map(|entries| set(&hashes[..1], entries)).collect();
    sets.push(set(&hashes, &[entry(id, &sign(ALICE, &message(&hashes)))]));
    module(&data(&sets), &with_debug().concat())
}

/// A prefix has the same budget, whether its file is judged at its end or part by part.
fn work_in_parts() -> Vec<Draft> {
    vec![
        verified(
            "operations-prefix-1024",
            "The valid signature is the last that is tried at the end of the first part.",
            behind_first_part(1023, b""),
        )
        .prefix(),
        too_many(
            "operations-prefix-1025",
            "The valid signature would be tried one too late at the end of the first part.",
            behind_first_part(1024, b""),
        )
        .prefix(),
        verified(
            "operations-prefix-hinted",
            "The same many, but the valid signature's key id is that of the key.",
            behind_first_part(2000, &key_id(ALICE)),
        )
        .prefix(),
        too_many(
            "operations-prefix-other-key",
            "One key has signed; whether the other has, and less, would cost too much to know.",
            behind_first_part(2000, &key_id(ALICE)),
        )
        .keys(&[ALICE, BOB])
        .prefix(),
        verified(
            "operations-behind-first-part",
            "The whole is asked for: signatures over less than that cost nothing.",
            behind_first_part(2000, b""),
        ),
        too_many(
            "operations-other-key",
            "One key has signed; whether the other has would cost too much to know.",
            behind_invalid(2000, &key_id(ALICE)),
        )
        .keys(&[ALICE, BOB]),
    ]
}

fn work() -> Vec<Draft> {
    vec![
        verified(
            "operations-1024",
            "The valid signature is the last that is tried.",
            behind_invalid(1023, b""),
        ),
        too_many(
            "operations-1025",
            "The valid signature would be tried one too late.",
            behind_invalid(1024, b""),
        ),
        verified(
            "operations-hinted",
            "The same many, but the valid signature's key id is that of the key.",
            behind_invalid(2000, &key_id(ALICE)),
        ),
        verified(
            "operations-of-other-hashes",
            "Thousands of invalid signatures over other hashes cost nothing.",
            {
                let invalid = |number: u8| {
                    let entries: Vec<_> =
                        (0..255_u8).map(|at| entry(b"", &sign(BOB, &[number, at]))).collect();
                    set(&[[number; 32]], &entries)
                };
                let mut sets: Vec<_> = (0..10).map(invalid).collect();
                sets.push(signed_set(&[ALICE], &rolling(&one())));
                of(&data(&sets))
            },
        ),
    ]
}
