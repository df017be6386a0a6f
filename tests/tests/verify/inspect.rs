//! `cargo wasmsign inspect`: what it tells of a module, in words and as JSON.
#![cfg(unix)]

use end_to_end::fixtures::{
    ID_ONE, ID_TWO, call, custom, hex, identity, module, snapshot, vector, workdir,
};
use serde_json::json;
use sha2::{Digest, Sha256};

#[test]
fn sections_sizes_shares_and_signatures() {
    let workdir = workdir(&["add-custom.split.one+two.wasm"]);
    let said = call(workdir.path(), "inspect add-custom.split.one+two.wasm").exits(0);
    for line in [
        "add-custom.split.one+two.wasm: module, 497 B (497 bytes)",
        &format!("identity {}", identity(&vector("add-custom.split.wasm"))),
        "    offset       size   share  section",
        "         0          8   1.6 %  header",
        "         8        277  55.7 %  custom `signature`",
        "       307         11   2.2 %  code",
        "       338         38   7.6 %  custom `signature_delimiter`",
        "signatures (not verified: that needs a public key)",
        &format!("set 0: Ed25519, key id {ID_ONE} covers the whole file"),
        &format!("set 0: Ed25519, key id {ID_TWO} covers the whole file"),
    ] {
        assert!(said.out.lines().any(|found| found == line), "no `{line}` in\n{}", said.out);
    }
    said.says(&["warning: the Envoy/proxy-wasm host cannot read these signatures"]);
}

#[test]
fn json_has_all_of_it() {
    let workdir = workdir(&["add.one-keyid.wasm"]);
    let bytes = vector("add.one-keyid.wasm");
    let said = call(workdir.path(), "inspect add.one-keyid.wasm --format json").exits(0);
    let section = |id: u8, name: Option<&str>, offset: usize, size: usize| {
        json!({
            "id": id, "name": name, "offset": offset, "size": size, "payload": size - 2, "padded": false,
        })
    };
    let mut sections = vec![json!({
        "id": 0, "name": "signature", "offset": 8, "size": 132, "payload": 129, "padded": false,
    })];
    sections.extend(
        [(1, 140, 9), (3, 149, 4), (7, 153, 9), (10, 162, 11)]
            .map(|(id, offset, size)| section(id, None, offset, size)),
    );
    let hash = hex(&Sha256::digest(&bytes[140..]));
    let expected = json!({
        "module": "add.one-keyid.wasm", "kind": "module", "size": 173,
        "identity": identity(&vector("add.wasm")), "sections": sections,
        "section_count": 5, "stray_signature": null, "parts": [{"start": 140, "end": 173}], "warnings": [],
        "boundaries": [{"end": 173, "hash": hash}], "manifest": null,
        "signatures": {"sets": [{
            "hashes": [hash], "coverage": {"kind": "whole", "covered": 173},
            "entries": [{"algorithm": 1, "key_id": ID_ONE}],
        }]},
        "known_signatures": [{
            "format": "wasmsign2", "place": "module-start", "path": null, "offset": 8,
            "covers": {"kind": "whole", "covered": 173}, "agrees": true,
            "details": {"set": "0", "algorithm": "Ed25519", "key_id": ID_ONE},
            "fault": null, "supported": true,
            "hosts": [
                "Envoy and other proxy-wasm hosts since 2026", "hosts that use wasmsign-core", "wasmsign2",
            ],
        }],
        "schema": 1,
    });
    assert_eq!(said.json(), [expected]);
    assert_eq!(said.err, "");
}

#[test]
fn an_unsigned_file_and_a_component() {
    let workdir = workdir(&["add.wasm", "component.one.wasm"]);
    let said = call(workdir.path(), "inspect add.wasm").exits(0);
    assert!(said.out.ends_with("\nno signature\n"), "{}", said.out);
    assert!(said.out.contains(&identity(&vector("add.wasm"))), "{}", said.out);
    let said = call(workdir.path(), "inspect add.wasm --format json").exits(0);
    assert_eq!(said.json()[0]["signatures"], json!(null));
    let said = call(workdir.path(), "inspect component.one.wasm").exits(0);
    assert!(said.out.contains("component.one.wasm: component, "), "{}", said.out);
}

#[test]
fn what_a_signature_covers_after_changes() {
    let workdir = workdir(&[]);
    let signed = vector("add-custom.split.one.wasm");
    let mut changed = signed.clone();
    changed[250] ^= 1;
    let longer = [&signed[..], &custom("late", b"")].concat();
    for (name, bytes, kind, text) in [
        ("changed.wasm", changed, "nothing", "covers nothing: the body is different"),
        ("longer.wasm", longer, "prefix", "covers bytes 0 to 417 of 432"),
    ] {
        std::fs::write(workdir.path().join(name), bytes).unwrap();
        let said = call(workdir.path(), &format!("inspect {name}")).exits(0);
        assert!(said.out.contains(text), "{}", said.out);
        let said = call(workdir.path(), &format!("inspect {name} --format json")).exits(0);
        assert_eq!(said.json()[0]["signatures"]["sets"][0]["coverage"]["kind"], kind);
    }
}

#[test]
fn parts_are_drawn_and_dangers_are_told() {
    let workdir = workdir(&[]);
    let signed = vector("add-custom.split.one.wasm");
    let padded = [&signed[..], &[0, 0x85, 0, 4], b"late"].concat();
    std::fs::write(workdir.path().join("longer.wasm"), padded).unwrap();
    let said = call(workdir.path(), "inspect longer.wasm").exits(0);
    let row = |name: &str| {
        let line = said.out.lines().find(|line| line.trim_start().starts_with(name));
        line.unwrap_or_else(|| panic!("{}", said.out)).split_once('[').unwrap().1.to_owned()
    };
    let (file, set) = (row("file "), row("set 0 "));
    // Header and signature, three signed parts, and the tail behind the last of them.
    assert_eq!(file.matches('|').count(), 3, "{file}");
    assert!(file.starts_with("----") && file.ends_with("=]"), "{file}");
    assert!(set.starts_with("----") && set.ends_with(".]"), "{set}");
    let said = said.says(&["bytes 417 to 425 are not signed", "at offset 417"]);
    assert!(said.err.contains("the module is signed in parts"), "{}", said.err);
    let said = call(workdir.path(), "inspect longer.wasm --format json").exits(0);
    let found = &said.json()[0];
    assert_eq!(found["parts"].as_array().unwrap().len(), 4);
    let codes: Vec<_> = found["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].clone())
        .collect();
    assert_eq!(codes, ["padded-lengths", "unsigned-tail", "unreadable-by-envoy"]);
}

#[test]
fn a_signature_section_that_is_not_first() {
    let workdir = workdir(&[]);
    let stray = module(&[custom("name", b""), custom("signature", b"\x01\x01\x01\x00")]);
    let path = workdir.path().join("stray.wasm");
    std::fs::write(&path, &stray).unwrap();
    let said = call(workdir.path(), "inspect stray.wasm").exits(0);
    assert!(said.out.contains("identity none"), "{}", said.out);
    said.says(&["warning: the `signature` section at offset 23 is not the first section"]);
    let said = call(workdir.path(), "inspect stray.wasm --format json").exits(0);
    assert_eq!(said.json()[0]["identity"], json!(null));
    // It is neither signed nor verified.
    let before = snapshot(&path);
    let said = call(workdir.path(), "sign stray.wasm -k one.secret").exits(3);
    said.says(&["`stray.wasm` cannot be signed", "offset 23"]);
    assert_eq!(snapshot(&path), before);
    let said = call(workdir.path(), "verify stray.wasm -K one.public").exits(1);
    assert!(said.out.contains("(stray-signature)"), "{}", said.out);
}

#[test]
fn signature_data_that_cannot_be_read() {
    let workdir = workdir(&[]);
    std::fs::write(
        workdir.path().join("bad.wasm"),
        module(&[custom("signature", b"\x01\x01\x01\x01")]),
    )
    .unwrap();
    let said = call(workdir.path(), "inspect bad.wasm").exits(3);
    assert!(said.out.contains("custom `signature` (padded lengths)"), "{}", said.out);
    let said = said.says(&["`bad.wasm` is malformed", "offset 32"]);
    assert!(said.out.contains("signature data: offset 32"), "{}", said.out);
    call(workdir.path(), "verify bad.wasm -K one.public").exits(3).prints(&["offset 32"]);
    call(workdir.path(), "sign bad.wasm -k one.secret").exits(3).says(&["offset 32"]);
}

#[test]
fn files_that_cannot_be_read_and_calls_that_are_wrong() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "inspect gone.wasm")
        .exits(4)
        .says(&["failed to read `gone.wasm`", "No such"]);
    call(workdir.path(), "inspect .").exits(4).says(&["failed to read `.`", "directory"]);
    call(workdir.path(), "inspect").exits(2).says(&["MODULE"]);
    call(workdir.path(), "inspect add.wasm add.wasm").exits(2).says(&["unexpected argument"]);
}
