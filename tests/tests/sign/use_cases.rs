//! What parts and several signatures are for, from end to end.
#![cfg(unix)]

use std::collections::HashSet;
use std::path::Path;

use end_to_end::fixtures::{call, custom, hex, identity, module, shell, vector, workdir};
use end_to_end::run;
use serde_json::{Value, json};
use wasmsign2::{PublicKey, PublicKeySet};

/// A type section without a type.
const TYPES: &[u8] = &[1, 1, 0];

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

fn write(directory: &Path, name: &str, content: &[u8]) {
    std::fs::write(directory.join(name), content).unwrap();
}

/// The verdict on a module, as JSON.
#[track_caller]
fn verdict(directory: &Path, line: &str, code: i32) -> Value {
    call(directory, &format!("verify {line} --format json")).exits(code).json()[0].clone()
}

/// What `inspect` says of a module.
fn inspection(directory: &Path, module: &str) -> Value {
    call(directory, &format!("inspect {module} --format json")).exits(0).json()[0].clone()
}

/// The offsets behind the delimiters of a module.
fn delimiters(directory: &Path, module: &str) -> Vec<usize> {
    let sections = inspection(directory, module)["sections"].as_array().unwrap().clone();
    let number = |value: &Value| value.as_u64().unwrap() as usize;
    let delimiters = sections.iter().filter(|section| section["name"] == "signature_delimiter");
    delimiters.map(|section| number(&section["offset"]) + number(&section["size"])).collect()
}

fn peer_key(name: &str) -> PublicKey {
    PublicKey::from_bytes(&vector(&format!("{name}.public"))).unwrap()
}

#[test]
fn debug_sections_are_stripped_after_signing() {
    let workdir = workdir(&[]);
    let dir = workdir.path();
    let code = [TYPES.to_vec(), custom("build-info", b"1")];
    let debug = [custom(".debug_info", &[7; 500]), custom(".debug_line", &[8; 500])];
    write(dir, "m.wasm", &module(&[code, debug].concat()));
    call(dir, "split m.wasm --sections build-info").exits(0);
    call(dir, "sign m.wasm -k one.secret").exits(0);
    let total = read(dir, "m.wasm").len();
    let found = verdict(dir, "m.wasm -K one.public", 0);
    assert_eq!(found["coverage"], json!({"kind": "whole", "covered": total, "total": total}));

    let kept = delimiters(dir, "m.wasm")[0];
    write(dir, "stripped.wasm", &read(dir, "m.wasm")[..kept]);
    let line = "stripped.wasm -K one.public";
    assert_eq!(verdict(dir, line, 1)["reason"], "body-changed");
    // All of it is covered, and still it is not all that was signed.
    let coverage = json!({"kind": "prefix", "covered": kept, "total": kept});
    for flags in ["--coverage prefix", "--sections build-info", "--sections *"] {
        assert_eq!(verdict(dir, &format!("{line} {flags}"), 0)["coverage"], coverage, "{flags}");
    }
    let said = call(dir, &format!("verify {line} --coverage prefix")).exits(0);
    let expected =
        format!("Covered bytes 0 to {kept} of {kept}; the rest of what was signed is missing\n");
    assert!(said.out.ends_with(&expected), "{}", said.out);

    let mut changed = read(dir, "stripped.wasm");
    changed[kept - 1] ^= 1;
    write(dir, "stripped.wasm", &changed);
    let prefix = format!("{line} --coverage prefix");
    assert_eq!(verdict(dir, &prefix, 1)["reason"], "body-changed");
    write(dir, "stripped.wasm", &read(dir, "m.wasm")[..kept - 38]);
    assert_eq!(verdict(dir, &prefix, 1)["reason"], "body-changed");
}

/// The second party takes the first one's signature off, adds its section and a delimiter, puts the signature back on,
/// which now covers a prefix, and signs itself.
#[test]
fn a_second_party_adds_a_section_and_signs() {
    let workdir = workdir(&["add.wasm"]);
    let dir = workdir.path();
    call(dir, "split add.wasm").exits(0);
    call(dir, "sign add.wasm -k one.secret").exits(0);
    let first = read(dir, "add.wasm");

    call(dir, "detach add.wasm").exits(0);
    // The peer hashes what it has encoded anew, so the lengths are minimal here.
    let audit = with_length(&[with_length(b"audit"), b"looked at".to_vec()].concat());
    let added = [&read(dir, "add.wasm")[..], &[0], &audit].concat();
    write(dir, "add.wasm", &added);
    call(dir, "split add.wasm").exits(0);
    let said = call(dir, "attach add.wasm").exits(0);
    assert!(said.out.contains("of which it signs a prefix"), "{}", said.out);
    let only = verdict(dir, "add.wasm -K one.public --coverage prefix", 0);
    assert_eq!(only["coverage"]["covered"], first.len());
    call(dir, "sign add.wasm -k two.secret").exits(0).says(&["Envoy", "more than one set"]);

    let bytes = read(dir, "add.wasm");
    let ends = delimiters(dir, "add.wasm");
    let covers = |line: &str, kind: &str, end: usize| {
        let found = verdict(dir, &format!("add.wasm {line}"), 0);
        let expected = json!({"kind": kind, "covered": end, "total": bytes.len()});
        assert_eq!(found["coverage"], expected, "{line}");
    };
    covers("-K two.public", "whole", bytes.len());
    covers("-K two.public --sections audit", "whole", bytes.len());
    covers("-K one.public --coverage prefix", "prefix", ends[0]);
    covers("-K one.public -K two.public --require all --coverage prefix", "prefix", ends[0]);
    for (line, reason) in [
        ("-K one.public", "not-covered"),
        ("-K one.public --sections audit", "not-covered"),
        ("-K one.public -K two.public --require all", "policy-not-met"),
        ("-K one.public -K two.public --require 2 --sections audit", "policy-not-met"),
    ] {
        assert_eq!(verdict(dir, &format!("add.wasm {line}"), 1)["reason"], reason, "{line}");
    }
    // And the peer sees it so, too.
    assert!(peer_key("two").verify_multi(&mut &bytes[..], None, |_| true).is_ok());
    assert!(peer_key("one").verify_multi(&mut &bytes[..], None, |_| true).is_err());
}

#[test]
fn a_section_is_trusted_by_one_consumer_and_ignored_by_another() {
    let workdir = workdir(&["add.wasm"]);
    let dir = workdir.path();
    write(dir, "m.wasm", &[vector("add.wasm"), custom("policy", b"allow=none")].concat());
    call(dir, "split m.wasm --sections none").exits(0);
    call(dir, "sign m.wasm -k one.secret").exits(0);
    let careful = "m.wasm -K one.public --sections policy";
    let careless = "m.wasm -K one.public --coverage prefix";
    verdict(dir, careful, 0);
    verdict(dir, careless, 0);

    let forged = read(dir, "m.wasm");
    let at = forged.windows(5).position(|bytes| bytes == b"allow").unwrap();
    let forged = [&forged[..at], b"allow=all!", &forged[at + 10..]].concat();
    write(dir, "m.wasm", &forged);
    assert_eq!(verdict(dir, careful, 1)["reason"], "not-covered");
    let found = verdict(dir, careless, 0);
    assert_eq!(found["coverage"]["kind"], "prefix");
    assert!(found["coverage"]["covered"].as_u64().unwrap() < at as u64);
    // What is not custom may never stand in the part that nobody covers.
    write(dir, "m.wasm", &[&forged[..], TYPES].concat());
    assert_eq!(verdict(dir, careless, 1)["reason"], "not-covered");
}

#[test]
fn a_detached_signature_verifies_the_untouched_original() {
    // The fixture's lengths are padded; so is that of this section.
    let padded = module(&[vec![1, 0x81, 0x80, 0, 0], custom("a", b"1")]);
    let workdir = workdir(&["add.wasm", "add.one+two.wasm", "add-custom.split.one.wasm"]);
    let dir = workdir.path();
    write(dir, "padded.wasm", &padded);
    for (name, unsigned) in [
        ("padded.wasm", padded),
        ("add.wasm", vector("add.wasm")),
        ("add.one+two.wasm", vector("add.wasm")),
        ("add-custom.split.one.wasm", vector("add-custom.split.wasm")),
    ] {
        let before = read(dir, name);
        call(dir, &format!("sign {name} -k two.secret -S {name}.sig")).exits(0);
        assert_eq!(read(dir, name), before, "{name}");
        let found = verdict(dir, &format!("{name} -S {name}.sig -K two.public"), 0);
        assert_eq!(found["identity"], identity(&unsigned), "{name}");
        let other = verdict(dir, &format!("{name} -S {name}.sig -K one.public"), 1);
        assert_eq!(other["reason"], "no-trusted-signature", "{name}");
        // Without the embedded one it is the signature of the same body.
        write(dir, "bare.wasm", &unsigned);
        verdict(dir, &format!("bare.wasm -S {name}.sig -K two.public"), 0);
    }
}

#[test]
fn millions_of_sections_take_no_memory() {
    let workdir = workdir(&[]);
    let dir = workdir.path();
    write(dir, "m.wasm", &module(&[[TYPES[0], 0].repeat(4 << 20)]));
    let before = read(dir, "m.wasm");
    let limited = "ulimit -v 524288; exec \"$@\"";
    for line in [
        "split m.wasm -q",
        "sign m.wasm -k one.secret -q",
        "detach m.wasm -q",
        "attach m.wasm -q",
        "verify m.wasm -K one.public --sections x",
        "inspect m.wasm --format json",
    ] {
        run(&mut shell(dir, limited, line)).exits(0);
    }
    assert!(read(dir, "m.wasm").len() > before.len());
    // Custom sections with empty names, and with the longest ones.
    let (tiny, long) = ([0_u8, 1, 0].repeat(5_000_000), custom(&"n".repeat(100_000), b""));
    for sections in [tiny, long.repeat(500)] {
        write(dir, "m.wasm", &module(&[sections]));
        let said = run(&mut shell(dir, limited, "inspect m.wasm")).exits(0);
        assert!(said.out.contains(" more sections"), "no word of more sections");
        run(&mut shell(dir, limited, "inspect m.wasm --format json")).exits(0);
    }
}

/// A varuint32 in its shortest form.
fn leb(value: usize) -> Vec<u8> {
    match u8::try_from(value) {
        Ok(byte @ 0..0x80) => vec![byte],
        _ => vec![value as u8 | 0x80, (value >> 7) as u8],
    }
}

fn with_length(bytes: &[u8]) -> Vec<u8> {
    [leb(bytes.len()), bytes.to_vec()].concat()
}

#[test]
fn entries_of_unknown_algorithms_survive_signing_again() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    let dir = workdir.path();
    call(dir, "detach add.one.wasm -S one.sig -o bare.wasm").exits(0);
    let data = read(dir, "one.sig");
    // 01 01 01, one set, its length (one byte), one hash, one entry.
    let (hash, entry) = (&data[6..38], &data[39..]);
    let foreign = with_length(&[&[2, b'i', b'd', 9][..], &[0x80; 40]].concat());
    let set = [&[1][..], hash, &[2], &foreign, entry].concat();
    let opaque = with_length(&[&[0][..], &[1], &with_length(&[0, 7])].concat());
    let data = [&[1, 1, 1, 2][..], &with_length(&set), &opaque].concat();
    write(dir, "odd.sig", &data);
    call(dir, "attach bare.wasm -S odd.sig").exits(0);
    let found = verdict(dir, "bare.wasm -K one.public", 0);
    assert_eq!(found["ignored"].as_array().map(Vec::len), Some(2), "{found}");
    call(dir, "sign bare.wasm -k two.secret --key-id none").exits(0).says(&["Envoy"]);
    call(dir, "detach bare.wasm -S after.sig").exits(0);
    call(dir, "sign add.wasm -k two.secret --key-id none -S two.sig").exits(0);
    let new = &read(dir, "two.sig")[39..];
    let set = [&[1][..], hash, &[3], &foreign, entry, new].concat();
    let expected = [&[1, 1, 1, 2][..], &with_length(&set), &opaque].concat();
    assert_eq!(hex(&read(dir, "after.sig")), hex(&expected));
}

#[test]
fn a_key_signs_the_same_hashes_once() {
    let workdir = workdir(&["add-custom.wasm"]);
    let dir = workdir.path();
    call(dir, "split add-custom.wasm --sections none").exits(0);
    call(dir, "sign add-custom.wasm -k one.secret -k one.secret").exits(0);
    let once = read(dir, "add-custom.wasm");
    for flags in ["", " --key-id none", " --key-id other -k one.secret", " -o copy.wasm"] {
        call(dir, &format!("sign add-custom.wasm -k one.secret{flags}")).exits(0);
        assert_eq!(read(dir, "add-custom.wasm"), once, "{flags}");
    }
    assert_eq!(read(dir, "copy.wasm"), once);
    // Other hashes are another set.
    let kept = delimiters(dir, "add-custom.wasm")[0];
    write(dir, "stripped.wasm", &once[..kept]);
    for _ in 0..2 {
        call(dir, "sign stripped.wasm -k one.secret").exits(0);
        let sets = &inspection(dir, "stripped.wasm")["signatures"]["sets"];
        assert_eq!(sets.as_array().map(Vec::len), Some(2));
    }
    verdict(dir, "stripped.wasm -K one.public", 0);
}

#[test]
fn key_ids_change_nothing_of_what_is_required() {
    let id_of_two = "hex:fc878e42945592ad82a26c55";
    let id_of_one = "hex:45d322479ab735333f160867";
    for (one, two) in
        [("auto", "auto"), ("none", "none"), ("foreign", "hex:00"), (id_of_two, id_of_one)]
    {
        let workdir = workdir(&["add-custom.wasm"]);
        let dir = workdir.path();
        call(dir, "split add-custom.wasm --sections none").exits(0);
        call(dir, &format!("sign add-custom.wasm -k one.secret --key-id {one}")).exits(0);
        call(dir, "keygen -k c.key -K c.pub").exits(0);
        let both = "add-custom.wasm -K one.public -K two.public";
        let third = "-K c.pub";
        for (flags, code) in
            [("", 0), (" --require any", 0), (" --require 1", 0), (" --require 2", 1)]
        {
            verdict(dir, &format!("{both}{flags}"), code);
        }
        assert_eq!(verdict(dir, &format!("{both} --require all"), 1)["reason"], "policy-not-met");
        let reason = &verdict(dir, "add-custom.wasm -K two.public", 1)["reason"];
        assert_eq!(reason, "no-trusted-signature", "{one}");
        call(dir, &format!("sign add-custom.wasm -k two.secret --key-id {two}")).exits(0);
        for (flags, code) in [
            ("", 0),
            (" --require all", 0),
            (" --require 2", 0),
            (&format!(" {third} --require 2"), 0),
            (&format!(" {third} --require 3"), 1),
            (&format!(" {third} --require all"), 1),
            (" --require 3", 2),
            (" --require 0", 2),
            (" -K one.public --require 3", 2),
        ] {
            let line = format!("verify {both}{flags}");
            let said = call(dir, &line).exits(code);
            let is_usage = said.err.starts_with("error: ") && said.err.contains("--require");
            assert_eq!(code == 2, is_usage, "{line}: {}", said.err);
            assert_eq!(code == 1, said.out.contains("(policy-not-met)"), "{line}: {}", said.out);
        }
        let foreign = verdict(dir, &format!("add-custom.wasm {third}"), 1);
        assert_eq!(foreign["reason"], "no-trusted-signature");
    }
}

#[test]
fn the_peer_verifies_what_we_split_and_sign() {
    for (name, flags) in [
        ("add.wasm", ""),
        ("add-custom.wasm", ""),
        ("add-custom.wasm", " --sections none"),
        ("add-custom.split.wasm", " --sections name"),
        ("empty.wasm", ""),
    ] {
        let workdir = workdir(&[name]);
        let dir = workdir.path();
        call(dir, &format!("split {name}{flags}")).exits(0);
        call(dir, &format!("sign {name} -k one.secret -k two.secret")).exits(0);
        let file = read(dir, name);
        let keys = ["one", "two"].map(peer_key);
        for key in &keys {
            let verified = key.verify_multi(&mut &file[..], None, |_| true);
            assert!(verified.is_ok(), "{name}{flags}: {verified:?}");
        }
        let set = PublicKeySet::new(HashSet::from(keys));
        let signers = set.verify(&mut &file[..], None).unwrap();
        assert_eq!(signers.len(), 2, "{name}{flags}");
        call(dir, &format!("detach {name}")).exits(0);
        let (bare, signature) = (read(dir, name), read(dir, &format!("{name}.sig")));
        let verified = peer_key("one").verify_multi(&mut &bare[..], Some(&signature), |_| true);
        assert!(verified.is_ok(), "{name}{flags}, detached: {verified:?}");
    }
}
