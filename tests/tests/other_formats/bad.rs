//! Input that is not what it should be, for each format: malformed is told from untrusted.

use std::fs;
use std::path::Path;

use end_to_end::fixtures::{call, custom};

use super::given::{directory, reason, verdict};

/// Changes a file.
fn change(path: &Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, change(bytes)).unwrap();
}

#[test]
fn a_section_at_the_end_has_one_form_and_one_place() {
    for (format, secret, public) in
        [("wasmsign1", "one.secret", "one.public"), ("wasm-sign", "ec.pem", "ec.pub")]
    {
        let directory = directory();
        let path = directory.path();
        call(path, &format!("sign add.wasm --as {format} -k {secret}")).exits(0);
        let good = fs::read(path.join("add.wasm")).unwrap();
        let verify = format!("add.wasm --as {format} -K {public}");
        let bad = |bytes: Vec<u8>, exit: i32| {
            fs::write(path.join("add.wasm"), bytes).unwrap();
            reason(path, &verify, exit)
        };
        assert_eq!(bad([&good[..], &custom("x", b"")].concat(), 3), "signature-form", "{format}");
        bad(good[..good.len() - 1].to_vec(), 3);
        bad([&good[..], &[0]].concat(), 3);
        let mut changed = good.clone();
        changed[9] ^= 0x40;
        bad(changed, 3);
        let mut body = good.clone();
        let at = good.len() - if format == "wasmsign1" { 89 } else { 118 } - 1;
        body[at] ^= 1;
        assert_eq!(bad(body, 1), "no-trusted-signature", "{format}");
    }
}

#[test]
fn a_minisig_file_has_four_lines_and_a_signed_comment() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as minisign -k one.secret").exits(0);
    call(path, "key convert one.public -o one.pub --encoding minisign --public").exits(0);
    let file = path.join("add.wasm.minisig");
    let good = fs::read_to_string(&file).unwrap();
    let verify = |text: &str, exit: i32| {
        fs::write(&file, text).unwrap();
        reason(path, "add.wasm --as minisign -K one.pub", exit)
    };
    assert_eq!(
        verify(&good.replace("trusted comment: file", "trusted comment: File"), 1),
        "comment-changed"
    );
    for text in
        [&good[..good.len() - 10], &good[1..], &format!("{good}x"), "", &format!("\n{good}")]
    {
        assert_eq!(verify(text, 3), "signature-form", "{text}");
    }
    verify(&good.replace('\n', "\r\n"), 0);
    fs::write(&file, &good).unwrap();
    change(&path.join("add.wasm"), |bytes| [bytes, custom("x", b"")].concat());
    assert_eq!(reason(path, "add.wasm --as minisign -K one.pub", 1), "body-changed");
    // A signature of another kind than was asked for.
    fs::write(&file, fs::read(path.join("one.pub")).unwrap()).unwrap();
    reason(path, "add.wasm --as minisign -K one.pub", 3);
    reason(path, "add.wasm --as sshsig -S add.wasm.minisig -K one.pub", 3);
    fs::remove_file(&file).unwrap();
    assert_eq!(reason(path, "add.wasm --as minisign -K one.pub", 1), "no-signature");
}

#[test]
fn a_signature_of_ssh_is_for_its_namespace() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as sshsig --namespace file -k one.secret").exits(0);
    verdict(path, "add.wasm --as sshsig --namespace file -K one.public", 0);
    assert_eq!(reason(path, "add.wasm --as sshsig -K one.public", 1), "body-changed");
    change(&path.join("add.wasm.sig"), |bytes| bytes[..bytes.len() - 40].to_vec());
    reason(path, "add.wasm -S add.wasm.sig -K one.public", 3);
}

#[test]
fn an_endorsement_is_of_the_module() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as oak -k one.secret -k two.secret").exits(0);
    verdict(path, "add.wasm --as oak --require all -K one.public -K two.public", 0);
    change(&path.join("add.wasm"), |bytes| [bytes, custom("x", b"")].concat());
    assert_eq!(reason(path, "add.wasm --as oak -K one.public", 1), "body-changed");
    change(&path.join("add.wasm.endorsement"), |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        text.replace("HASH", "HASHES").into_bytes()
    });
    reason(path, "add.wasm --as oak -K one.public", 3);
}

#[test]
fn keys_of_other_algorithms_are_named() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm -k one.secret").exits(0);
    let said = call(path, "verify add.wasm -K ec.pub").exits(3);
    assert!(said.err.contains("secp256k1"), "{}", said.err);
    let said = call(path, "sign add.wasm -k ec.pem").exits(3);
    assert!(said.err.contains("EC"), "{}", said.err);
}

#[test]
fn a_signature_in_the_data_is_told() {
    let directory = directory();
    let path = directory.path();
    let export = [&[7, 16, 1, 12][..], b"___SIGNATURE", &[0, 0]].concat();
    change(&path.join("add.wasm"), |bytes| [&bytes[..8], &export, &bytes[8..]].concat());
    let found = verdict(path, "add.wasm --as wasmsign1 -K one.public", 1);
    assert_eq!(found["reason"], "no-signature");
    assert!(found["message"].as_str().unwrap().contains("symbol"), "{found}");
}
