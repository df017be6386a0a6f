//! What is signed is verified, and what was not asked for does not count.

use std::fs;

use end_to_end::fixtures::{call, identity, names, vector};
use serde_json::Value;

use super::given::{ED25519, directory, reason, verdict};

#[test]
fn each_format_is_read_as_it_is_written() {
    let all = ED25519.iter().map(|&(format, suffix)| (format, suffix, "one.secret", "one.public"));
    for (format, suffix, secret, public) in all.chain([("wasm-sign", None, "ec.pem", "ec.pub")]) {
        let directory = directory();
        let path = directory.path();
        let unsigned = fs::read(path.join("add.wasm")).unwrap();
        call(path, &format!("sign add.wasm --as {format} -k {secret}")).exits(0);
        let signed = fs::read(path.join("add.wasm")).unwrap();
        assert!(signed.starts_with(&unsigned), "{format}");
        assert_eq!(signed.len() > unsigned.len(), suffix.is_none(), "{format}");
        for word in [format, "auto"] {
            let file = match (word, suffix) {
                ("auto", Some(suffix)) => format!(" -S add.wasm{suffix}"),
                _ => String::new(),
            };
            let found = verdict(path, &format!("add.wasm --as {word}{file} -K {public}"), 0);
            assert_eq!(found["format"], format);
            assert_eq!(found["identity"], identity(&vector("add.wasm")), "{format}");
            assert_eq!(found["coverage"]["kind"], "whole");
        }
        let other = if format == "wasm-sign" { "one.public" } else { "two.public" };
        reason(path, &format!("add.wasm --as {format} -K {other}"), 1);
        // What nobody asks for does not count.
        if format != "wasm-sign" {
            assert_eq!(reason(path, &format!("add.wasm -K {public}"), 1), "no-signature");
        }
        if let Some(suffix) = suffix {
            // A file that is named is what it is.
            let found = verdict(path, &format!("add.wasm -S add.wasm{suffix} -K {public}"), 0);
            assert_eq!(found["format"], format);
        }
    }
}

#[test]
fn several_formats_are_made_at_once_and_the_worst_decides() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as wasmsign2,minisign,oak -k one.secret").exits(0);
    let said =
        call(path, "verify add.wasm --as wasmsign2,minisign,oak -K one.public --format json");
    let formats: Vec<_> = said.exits(0).json().iter().map(|line| line["format"].clone()).collect();
    assert_eq!(formats, ["wasmsign2", "minisign", "oak"]);
    // The others are over the signed module: another signature in it breaks them.
    call(path, "sign add.wasm -k two.secret").exits(0);
    let said =
        call(path, "verify add.wasm --as wasmsign2,oak -K one.public --format json").exits(1);
    let verdicts: Vec<_> = said.json().iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["verified", "refused"]);
    assert_eq!(said.json()[1]["reason"], "body-changed");
    call(path, "sign add.wasm --as wasm-sign,minisign -k ec.pem -k one.secret -o both.wasm")
        .exits(2);
    call(path, "detach add.wasm").exits(0);
    call(path, "sign add.wasm --as wasm-sign,minisign -k ec.pem -k one.secret -o both.wasm")
        .exits(0);
    verdict(path, "both.wasm --as wasm-sign -K ec.pub", 0);
    verdict(path, "both.wasm --as minisign -K one.public", 0);
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_written() {
    let directory = directory();
    let path = directory.path();
    let before = names(path);
    for (line, word) in [
        ("sign add.wasm --as wasmsign1,wasm-sign -k one.secret -k ec.pem", "last section"),
        ("sign add.wasm --as wasmsign2,wasmsign1 -k one.secret", "embedded wasmsign2"),
        ("sign add.wasm --as wasmsign2,wasm-sign -k one.secret -k ec.pem", "embedded wasmsign2"),
        ("sign add.wasm --as minisign -k one.secret -k two.secret", "one key"),
        ("sign add.wasm --as minisign -k ec.pem", "EC (ECDSA)"),
        ("sign add.wasm --as wasm-sign -k one.secret", "secp256k1"),
        ("sign add.wasm --as minisign -k one.secret -o out.wasm", "--output"),
        ("sign add.wasm --as wasmsign1 -k one.secret -S out.sig", "--signature"),
        ("sign add.wasm --as minisign,oak -k one.secret -S out.sig", "--signature"),
        ("sign add.wasm --as minisign,minisign -k one.secret", "twice"),
        ("sign add.wasm --as sigstore -k one.secret", "sigstore"),
        ("sign add.wasm --as minisig -k one.secret", "minisign"),
        ("sign add.wasm --as oak --aad text -k one.secret", "--aad"),
        ("sign add.wasm --legacy -k one.secret", "--as"),
        ("verify add.wasm --aad text -K one.public", "--aad"),
        ("verify add.wasm --as oak -K allowed-signers:x", "sshsig"),
    ] {
        let said = call(path, line);
        let (out, err) = (said.out.clone(), said.err.clone());
        assert!(said.code == Some(2) || said.code == Some(3), "{line}: {:?} {err}", said.code);
        assert!(format!("{out}{err}").contains(word), "{line}: {out}{err}");
    }
    assert_eq!(names(path), before);
}

#[test]
fn additional_data_is_a_text_or_a_file() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as wasmsign1 --aad some-text -k one.secret").exits(0);
    verdict(path, "add.wasm --as wasmsign1 --aad some-text -K one.public", 0);
    assert_eq!(reason(path, "add.wasm --as wasmsign1 -K one.public", 1), "no-trusted-signature");
    fs::write(path.join("data"), "some-text").unwrap();
    verdict(path, "add.wasm --as wasmsign1 --aad data -K one.public", 0);
    // Signing again replaces the section.
    let length = fs::metadata(path.join("add.wasm")).unwrap().len();
    call(path, "sign add.wasm --as wasmsign1 -k two.secret").exits(0);
    assert_eq!(fs::metadata(path.join("add.wasm")).unwrap().len(), length);
    verdict(path, "add.wasm --as wasmsign1 -K two.public", 0);
}

#[test]
fn any_file_is_signed_by_minisign_and_pinned() {
    let directory = directory();
    let path = directory.path();
    fs::write(path.join("package.tar.gz"), b"\x1f\x8bno module").unwrap();
    for flags in ["", " --legacy"] {
        call(path, &format!("sign package.tar.gz --as minisign -k one.secret{flags}")).exits(0);
        let found = verdict(path, "package.tar.gz --as minisign -K one.public", 0);
        for key in ["kind", "coverage", "identity"] {
            assert_eq!(found[key], Value::Null, "{key}");
        }
    }
    // The first key that is seen is pinned, and another one is refused.
    let pin = "--as minisign --pin pins.toml --name package -K one.public -K two.public";
    assert_eq!(verdict(path, &format!("package.tar.gz {pin}"), 0)["pinned"], "new");
    verdict(path, &format!("package.tar.gz {pin}"), 0);
    call(path, "sign package.tar.gz --as minisign -k two.secret").exits(0);
    assert_eq!(reason(path, &format!("package.tar.gz {pin}"), 1), "pin-changed");
    call(path, "pin accept pins.toml package package.tar.gz --as minisign -K two.public").exits(0);
    verdict(path, &format!("package.tar.gz {pin}"), 0);
    fs::write(path.join("package.tar.gz"), b"\x1f\x8banother").unwrap();
    reason(path, "package.tar.gz --as minisign -K two.public", 1);
    // A signature over these bytes could be one over another file, whose hash they are.
    fs::write(path.join("hash"), [7; 64]).unwrap();
    let said = call(path, "sign hash --as minisign -k one.secret --legacy").exits(2);
    assert!(said.err.contains("leave out `--legacy`"), "{}", said.err);
    assert!(!path.join("hash.minisig").exists());
    call(path, "sign hash --as minisign -k one.secret").exits(0);
    for format in ["sshsig", "oak", "wasmsign1"] {
        call(path, &format!("sign package.tar.gz --as {format} -k one.secret")).exits(3);
    }
}

#[test]
fn files_are_named() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as minisign -k one.secret -S sig").exits(0);
    verdict(path, "add.wasm -S sig -K one.public", 0);
    call(path, "sign add.wasm --as wasmsign1 -k one.secret -o signed.wasm").exits(0);
    verdict(path, "signed.wasm --as wasmsign1 -K one.public", 0);
    assert_eq!(fs::read(path.join("add.wasm")).unwrap(), vector("add.wasm"));
}
