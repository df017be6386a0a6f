//! The encoding of signature data.

use super::one;
use crate::bytes::{
    Hash, data, entry, entry_of, leb, message, module, noise, rolling, set, wide, with_length,
};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, sign, signed_data, signed_entry, signed_set};

const FORMAT: &str = "signature-format, Signature data";

pub fn cases() -> Vec<Draft> {
    let format = [ends(), lengths(), left_over(), minimal()].into_iter().flatten();
    let format = format.map(|draft| draft.section(FORMAT));
    [kinds(), neighbours()].into_iter().flatten().chain(format).collect()
}

fn hashes() -> Vec<Hash> {
    rolling(&one())
}

/// The body of one part behind this signature data.
fn of(data: &[u8]) -> Vec<u8> {
    module(data, &one().concat())
}

/// Data of one set, which is given without its length.
fn of_set(set: &[u8]) -> Vec<u8> {
    of(&data(&[set.to_vec()]))
}

/// Data of one set of these entries, which are given without their length.
fn of_entries(entries: &[Vec<u8>]) -> Vec<u8> {
    of_set(&set(&hashes(), entries))
}

fn valid_entry() -> Vec<u8> {
    signed_entry(ALICE, &hashes())
}

fn kinds() -> Vec<Draft> {
    let with = |name, reason, about, at: usize, byte: u8| {
        let mut data = signed_data(&one());
        data[at] = byte;
        refused(name, reason, about, of(&data))
    };
    vec![
        with("version-0", "unknown-version", "Version 0.", 0, 0),
        with("version-2", "unknown-version", "Version 2.", 0, 2),
        with("content-type-2", "unknown-content-type", "Content type 2.", 1, 2),
        with("hash-function-2", "unknown-hash-function", "Hash function 2.", 2, 2),
        malformed(
            "literal-form",
            "literal-form",
            "Sets and entries without lengths, as the text has it.",
            {
                let [h1] = hashes()[..] else { unreachable!("a module of one part has one hash") };
                of(&[&[1, 1, 1, 1, 1][..], &h1, &[1], &valid_entry()].concat())
            },
        )
        .section(FORMAT),
        malformed("literal-form-two-sets", "literal-form", "Two sets without lengths.", {
            let set =
                [&[1][..], &hashes().concat(), &[2], &valid_entry(), &signed_entry(BOB, &hashes())]
                    .concat();
            of(&[&[1, 1, 1, 2][..], &set, &set].concat())
        })
        .section(FORMAT),
    ]
}

fn neighbours() -> Vec<Draft> {
    let unknown = || entry_of(2, b"other", &noise("unknown algorithm", 97));
    let of_length = |length: usize| entry(b"", &noise("signature", length));
    let spoiled =
        |name, about, other: Vec<u8>| verified(name, about, of_entries(&[other, valid_entry()]));
    let alone = |name, about, entry: Vec<u8>| {
        refused(name, "no-trusted-signature", about, of_entries(&[entry]))
    };
    let mut long = sign(ALICE, &message(&hashes())).to_vec();
    long.push(0);
    let mut broken = valid_entry();
    *broken.last_mut().expect("an entry has bytes") ^= 1;
    vec![
        spoiled(
            "unknown-algorithm-first",
            "An entry of algorithm 2 before the valid one.",
            unknown(),
        ),
        verified(
            "unknown-algorithm-last",
            "An entry of algorithm 2 behind the valid one.",
            of_entries(&[valid_entry(), unknown()]),
        ),
        spoiled(
            "unknown-algorithm-empty",
            "An entry of algorithm 2 with nothing behind it.",
            entry_of(2, b"", b""),
        ),
        spoiled(
            "unknown-algorithm-opaque",
            "What is behind algorithm ff is opaque, even a length that makes no sense.",
            entry_of(0xff, b"", &[0xff; 40]),
        ),
        spoiled(
            "unknown-algorithm-0",
            "Algorithm 0 is unknown too.",
            entry_of(0, b"", &with_length(&[7; 64])),
        ),
        alone(
            "unknown-algorithm-alone",
            "The valid signature stands behind the byte of algorithm 2.",
            entry_of(2, b"", &with_length(&sign(ALICE, &message(&hashes())))),
        ),
        spoiled(
            "signature-of-63-bytes-first",
            "A signature of 63 bytes before the valid one.",
            of_length(63),
        ),
        spoiled(
            "signature-of-65-bytes-first",
            "A signature of 65 bytes before the valid one.",
            of_length(65),
        ),
        spoiled(
            "signature-of-0-bytes-first",
            "A signature of 0 bytes before the valid one.",
            of_length(0),
        ),
        verified(
            "signature-of-200-bytes-last",
            "A signature of 200 bytes behind the valid one.",
            of_entries(&[valid_entry(), of_length(200)]),
        ),
        alone(
            "signature-of-63-bytes",
            "The valid signature without its last byte.",
            entry(b"", &long[..63]),
        ),
        alone(
            "signature-of-65-bytes",
            "The valid signature and one byte more, within its length.",
            entry(b"", &long),
        ),
        spoiled(
            "broken-entry-first",
            "A signature of the same key with a bit flipped, before the valid one.",
            broken,
        ),
        verified(
            "certificate-count",
            "The byte 00 that wsc 0.12 puts behind a signature.",
            of_entries(&[[valid_entry(), vec![0]].concat()]),
        )
        .section(FORMAT),
        verified(
            "certificate-counts",
            "The byte 00 of wsc 0.12 behind each of two signatures.",
            of_entries(&[
                [signed_entry(BOB, &hashes()), vec![0]].concat(),
                [valid_entry(), vec![0]].concat(),
            ]),
        )
        .keys(&[ALICE, BOB])
        .require("all")
        .section(FORMAT),
        verified(
            "empty-set-first",
            "A set of no hashes and no signatures before the valid one.",
            of(&data(&[set(&[], &[]), signed_set(&[ALICE], &hashes())])),
        ),
    ]
}

fn ends() -> Vec<Draft> {
    let whole = signed_data(&one());
    let cut = |name, about, kept: usize| malformed(name, "truncated", about, of(&whole[..kept]));
    let one_set = with_length(&set(&hashes(), &[valid_entry()]));
    let cut_set = |name, about, set: &[u8]| malformed(name, "truncated", about, of_set(set));
    let cut_entry = |name, about, entry: &[u8]| {
        malformed(name, "truncated", about, of_entries(&[entry.to_vec()]))
    };
    vec![
        cut("empty", "The signature section has no content.", 0),
        cut("cut-at-version", "The data ends behind the version.", 1),
        cut("cut-at-content-type", "The data ends behind the content type.", 2),
        cut("cut-at-hash-function", "The data ends behind the hash function.", 3),
        cut("cut-at-set-count", "The data announces a set and ends.", 4),
        malformed(
            "set-missing",
            "truncated",
            "Two sets are announced, one is there.",
            of(&[&[1, 1, 1, 2][..], &one_set].concat()),
        ),
        malformed("set-empty", "truncated", "A set of 0 bytes.", of_set(b"")),
        cut_set("hash-cut", "A set ends inside its hash.", &[&[1][..], &[7; 31]].concat()),
        cut_set(
            "entry-count-missing",
            "A set ends behind its hashes.",
            &[&[1][..], &[7; 32]].concat(),
        ),
        cut_set(
            "entry-missing",
            "Two signatures are announced, one is there.",
            &[&[1][..], &hashes().concat(), &[2], &with_length(&valid_entry())].concat(),
        ),
        cut_entry("entry-empty", "An entry of 0 bytes.", b""),
        cut_entry("algorithm-missing", "An entry ends behind its key id.", b"\x01k"),
        cut_entry("signature-missing", "An entry ends behind its algorithm.", b"\x00\x01"),
    ]
}

fn lengths() -> Vec<Draft> {
    let leaves = |name, about, file| malformed(name, "length-leaves-input", about, file);
    let set_bytes = set(&hashes(), &[valid_entry()]);
    let in_set = |length: &[u8]| {
        of_set(&[&[1][..], &hashes().concat(), &[1], length, &valid_entry()].concat())
    };
    let entry_length = valid_entry().len();
    let of_length = |length: &[u8]| of(&[&[1, 1, 1, 1][..], length, &set_bytes].concat());
    vec![
        leaves(
            "set-leaves-data",
            "A set of one byte more than there is.",
            of_length(&leb(set_bytes.len() + 1)),
        ),
        leaves("set-of-4-gib", "A set that claims 4 GiB.", of_length(b"\xff\xff\xff\xff\x0f")),
        leaves(
            "entry-leaves-set",
            "An entry of one byte more than its set has.",
            in_set(&leb(entry_length + 1)),
        ),
        leaves("entry-of-4-gib", "An entry that claims 4 GiB.", in_set(b"\xff\xff\xff\xff\x0f")),
        leaves("signature-leaves-entry", "A signature of one byte more than its entry has.", {
            let mut entry = valid_entry();
            entry[2] += 1;
            of_entries(&[entry])
        }),
        leaves(
            "signature-of-4-gib",
            "A signature that claims 4 GiB.",
            of_entries(&[b"\x00\x01\xff\xff\xff\xff\x0fx".to_vec()]),
        ),
        malformed(
            "key-id-leaves-entry",
            "truncated",
            "A key id of more bytes than its entry has.",
            of_entries(&[b"\x09short".to_vec(), valid_entry()]),
        ),
        malformed(
            "set-count-of-6-bytes",
            "varuint32-too-long",
            "The number of sets takes six bytes.",
            of(b"\x01\x01\x01\x81\x80\x80\x80\x80\x00"),
        ),
        malformed(
            "hash-count-of-33-bits",
            "varuint32-too-long",
            "The number of hashes has 33 bits.",
            of_set(b"\x81\x80\x80\x80\x10"),
        ),
        malformed(
            "set-one-byte-short",
            "length-leaves-input",
            "The length of the set is one too small, so its entry leaves it.",
            of_length(&leb(set_bytes.len() - 1)),
        ),
    ]
}

fn left_over() -> Vec<Draft> {
    let left_over = |name, about, file| malformed(name, "left-over-bytes", about, file);
    let behind_entry = |bytes: &[u8]| of_entries(&[[&valid_entry(), bytes].concat()]);
    let behind_set = |bytes: &[u8]| of_set(&[&set(&hashes(), &[valid_entry()]), bytes].concat());
    let behind_data = |bytes: &[u8]| of(&[&signed_data(&one()), bytes].concat());
    vec![
        left_over("entry-left-over-01", "A byte 01 behind a signature.", behind_entry(&[1])),
        left_over(
            "entry-left-over-00-00",
            "Two bytes 00 behind a signature.",
            behind_entry(&[0, 0]),
        ),
        left_over(
            "entry-left-over-00-01",
            "The bytes 00 01 behind a signature.",
            behind_entry(&[0, 1]),
        ),
        left_over(
            "set-left-over-00",
            "A byte 00 behind the last entry of a set.",
            behind_set(&[0]),
        ),
        left_over(
            "set-left-over-entry",
            "An entry more than the set announces.",
            behind_set(&with_length(&valid_entry())),
        ),
        left_over("left-over-00", "A byte 00 behind the last set.", behind_data(&[0])),
        left_over(
            "left-over-set",
            "A set more than the data announces.",
            behind_data(&with_length(&signed_set(&[BOB], &hashes()))),
        ),
        left_over(
            "left-over-without-sets",
            "No sets are announced, one is there.",
            of(&[&[1, 1, 1, 0][..], &with_length(&signed_set(&[ALICE], &hashes()))].concat()),
        ),
    ]
}

fn minimal() -> Vec<Draft> {
    let padded = |name, about, file| malformed(name, "varuint32-not-minimal", about, file);
    let set_bytes = set(&hashes(), &[valid_entry()]);
    let [h1] = hashes()[..] else { unreachable!("a module of one part has one hash") };
    let entry = valid_entry();
    let in_entry = |id_length: &[u8], length: &[u8]| {
        of_entries(&[[id_length, &[1], length, &entry[3..]].concat()])
    };
    vec![
        padded(
            "set-count-padded",
            "The number of sets takes two bytes.",
            of(&[&[1, 1, 1][..], &wide(1, 2), &with_length(&set_bytes)].concat()),
        ),
        padded(
            "set-length-padded",
            "The length of a set takes three bytes.",
            of(&[&[1, 1, 1, 1][..], &wide(set_bytes.len(), 3), &set_bytes].concat()),
        ),
        padded(
            "hash-count-padded",
            "The number of hashes takes two bytes.",
            of_set(&[&wide(1, 2)[..], &h1, &[1], &with_length(&entry)].concat()),
        ),
        padded(
            "entry-count-padded",
            "The number of signatures takes five bytes.",
            of_set(&[&[1][..], &h1, &wide(1, 5), &with_length(&entry)].concat()),
        ),
        padded(
            "entry-length-padded",
            "The length of an entry takes two bytes.",
            of_set(&[&[1][..], &h1, &[1], &wide(entry.len(), 2), &entry].concat()),
        ),
        padded(
            "key-id-length-padded",
            "The length of a key id takes two bytes.",
            in_entry(&wide(0, 2), &[64]),
        ),
        padded(
            "signature-length-padded",
            "The length of a signature takes two bytes.",
            in_entry(&[0], &wide(64, 2)),
        ),
    ]
}
