//! `cargo wasmsign detach` and `attach`: exact inverses, and the calls that are refused.
#![cfg(unix)]

use std::path::Path;

use end_to_end::fixtures::{
    ID_ONE, call, custom, identity, mode, module, names, set_mode, shell, snapshot, vector, workdir,
};
use end_to_end::run;
use serde_json::{Value, json};

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

#[test]
fn each_undoes_the_other_for_every_vector() {
    for (signed, bare) in [
        ("add.one.wasm", "add.wasm"),
        ("add.one-keyid.wasm", "add.wasm"),
        ("add.one+two.wasm", "add.wasm"),
        ("add-custom.one.wasm", "add-custom.wasm"),
        ("add-custom.split.one.wasm", "add-custom.split.wasm"),
        ("add-custom.split.one+two.wasm", "add-custom.split.wasm"),
        ("component.one.wasm", "component.wasm"),
        ("empty.one.wasm", "empty.wasm"),
    ] {
        let workdir = workdir(&[signed]);
        let line = |command: &str| call(workdir.path(), &format!("{command} {signed}")).exits(0);
        line("detach");
        assert_eq!(read(workdir.path(), signed), vector(bare));
        let verify = format!("verify {signed} -S {signed}.sig -K one.public --expect any");
        call(workdir.path(), &verify).exits(0);
        line("attach");
        assert_eq!(read(workdir.path(), signed), vector(signed));
        line("detach");
        assert_eq!(read(workdir.path(), signed), vector(bare));
    }
}

#[test]
fn the_signature_is_what_the_peer_detaches() {
    let signed = "add-custom.split.one.wasm";
    let workdir = workdir(&[signed]);
    call(workdir.path(), &format!("detach {signed} -S out.sig -o bare.wasm")).exits(0);
    assert_eq!(read(workdir.path(), "out.sig"), vector("add-custom.split.one.sig"));
    assert_eq!(read(workdir.path(), signed), vector(signed));
    call(workdir.path(), "attach bare.wasm -S out.sig -o again.wasm").exits(0);
    assert_eq!(read(workdir.path(), "again.wasm"), vector(signed));
}

#[test]
fn both_say_what_they_did() {
    let workdir = workdir(&["add.one-keyid.wasm"]);
    let id = identity(&vector("add.wasm"));
    let said = call(workdir.path(), "detach add.one-keyid.wasm -o add.wasm -S add.sig").exits(0);
    assert_eq!(said.out, format!("    Detached add.sig from add.wasm {id}\n"));
    assert!(
        said.err.starts_with("warning: the Envoy/proxy-wasm host treats `add.wasm` as unsigned")
    );
    let said = call(workdir.path(), "attach add.wasm -S add.sig").exits(0);
    assert_eq!(said.out, format!("    Attached add.sig to add.wasm {id} (not verified)\n"));
    assert_eq!(said.err, "");
    let said = call(workdir.path(), "detach add.wasm -q").exits(0);
    assert_eq!((said.out, said.err), (String::new(), String::new()));
}

#[test]
fn json_of_both() {
    let workdir = workdir(&["add.one-keyid.wasm"]);
    let id = identity(&vector("add.wasm"));
    let said =
        call(workdir.path(), "detach add.one-keyid.wasm -o bare.wasm --format json").exits(0);
    let detached = json!({
        "module": "add.one-keyid.wasm", "output": "bare.wasm",
        "signature": "add.one-keyid.wasm.sig", "identity": id, "kind": "module",
        "reversible": true, "schema": 1,
    });
    assert_eq!(said.json(), [detached]);
    let line = "attach bare.wasm -S add.one-keyid.wasm.sig --format json";
    let attached = |replaced: bool| {
        json!({
            "module": "bare.wasm", "output": "bare.wasm", "signature": "add.one-keyid.wasm.sig",
            "identity": id, "kind": "module", "replaced": replaced, "coverage": "whole",
            "reason": null, "schema": 1,
        })
    };
    assert_eq!(call(workdir.path(), line).exits(0).json(), [attached(false)]);
    let said = call(workdir.path(), line).exits(2).says(&["is already signed", "--force"]);
    assert_eq!(said.json(), [Value::Null; 0]);
    assert_eq!(call(workdir.path(), &format!("{line} --force")).exits(0).json(), [attached(true)]);
    let said = call(workdir.path(), "verify bare.wasm -K one.public").exits(0);
    assert!(said.out.contains(ID_ONE), "{}", said.out);
}

#[test]
fn the_signature_of_another_module_is_refused() {
    let workdir = workdir(&["add-custom.one.sig", "add.wasm", "add-custom.wasm"]);
    let before = snapshot(&workdir.path().join("add.wasm"));
    let line = "attach add.wasm -S add-custom.one.sig";
    let said = call(workdir.path(), line).exits(1);
    said.says(&["`add-custom.one.sig` is not the signature of", "`add.wasm`", "body-changed"]);
    let said = call(workdir.path(), &format!("{line} --force --format json")).exits(1);
    let refused = json!({
        "module": "add.wasm", "output": null, "signature": "add-custom.one.sig",
        "reason": "body-changed", "schema": 1,
    });
    assert_eq!(said.json(), [refused]);
    assert_eq!(snapshot(&workdir.path().join("add.wasm")), before);
    std::fs::write(workdir.path().join("none.sig"), [1, 1, 1, 0]).unwrap();
    call(workdir.path(), "attach add.wasm -S none.sig").exits(1).says(&["no-signature"]);
    call(workdir.path(), "attach add-custom.wasm -S add-custom.one.sig").exits(0);
    call(workdir.path(), "verify add-custom.wasm -K one.public").exits(0);
}

#[test]
fn what_cannot_be_done_leaves_everything_alone() {
    let workdir = workdir(&["add.wasm", "add.one.wasm", "add-custom.one.sig"]);
    let stray = module(&[vec![1, 1, 0], custom("signature", b"")]);
    std::fs::write(workdir.path().join("stray"), &stray).unwrap();
    std::fs::write(workdir.path().join("bad.sig"), [1, 1, 1, 0, 7]).unwrap();
    std::fs::write(workdir.path().join("other.sig"), [9, 1, 1, 0]).unwrap();
    std::fs::write(workdir.path().join("bad.wasm"), module(&[custom("signature", b"x")])).unwrap();
    std::os::unix::fs::symlink("add.one.wasm", workdir.path().join("link")).unwrap();
    let content = || -> Vec<_> {
        let read = |name: String| (std::fs::read(workdir.path().join(&name)).unwrap(), name);
        names(workdir.path()).into_iter().map(read).collect()
    };
    let before = content();
    for (line, code, texts) in [
        ("detach add.wasm", 1, &["`add.wasm` has no embedded signature", "no-signature"][..]),
        ("detach stray", 3, &["`stray` cannot be detached", "offset 11"]),
        ("detach bad.wasm", 3, &["`bad.wasm`"]),
        ("detach gone.wasm", 4, &["`gone.wasm`"]),
        ("detach add.one.wasm -S add.one.wasm", 2, &["module and its signature"]),
        ("detach add.one.wasm -S link", 2, &["module and its signature"]),
        ("detach add.one.wasm -S out -o out", 2, &["module and its signature"]),
        ("detach add.one.wasm -S gone/out.sig", 4, &["gone/out.sig"]),
        ("attach add.wasm", 4, &["`add.wasm.sig`"]),
        ("attach add.wasm -S gone.sig", 4, &["`gone.sig`"]),
        ("attach add.wasm -S bad.sig", 3, &["`bad.sig` is malformed", "offset 4"]),
        ("attach add.wasm -S other.sig", 3, &["`other.sig` cannot be read", "version 1, found 9"]),
        ("attach stray -S add-custom.one.sig", 3, &["`stray` cannot be attached", "offset 11"]),
        ("attach bad.sig -S add-custom.one.sig", 3, &["`bad.sig` is malformed"]),
        ("attach add.wasm -S add.wasm", 2, &["module and its signature"]),
    ] {
        let said = call(workdir.path(), line).exits(code).says(texts);
        assert_eq!(said.out, "", "{line}");
        assert!(content() == before, "{line}");
    }
}

#[test]
fn a_stale_signature_file_is_replaced() {
    let workdir = workdir(&["add.one.wasm"]);
    std::fs::write(workdir.path().join("add.one.wasm.sig"), "stale").unwrap();
    set_mode(&workdir.path().join("add.one.wasm.sig"), 0o640);
    set_mode(&workdir.path().join("add.one.wasm"), 0o755);
    call(workdir.path(), "detach add.one.wasm").exits(0);
    call(workdir.path(), "verify add.one.wasm -S add.one.wasm.sig -K one.public").exits(0);
    assert_eq!(mode(&workdir.path().join("add.one.wasm.sig")), 0o640);
    assert_eq!(mode(&workdir.path().join("add.one.wasm")), 0o755);
}

#[test]
fn padded_lengths_that_cannot_come_back_are_told() {
    let workdir = workdir(&["add.one.wasm"]);
    call(workdir.path(), "detach add.one.wasm -S sig -o bare.wasm").exits(0);
    // The sizes of the fixture's sections take five bytes each.
    let padded = custom("signature", &read(workdir.path(), "sig"));
    let bare = vector("add.wasm");
    let signed = [&bare[..8], &padded, &bare[8..]].concat();
    std::fs::write(workdir.path().join("padded.wasm"), signed).unwrap();
    call(workdir.path(), "verify padded.wasm -K one.public").exits(0);
    let said = call(workdir.path(), "detach padded.wasm").exits(0);
    said.says(&["will not restore the same file", "padded"]);
    assert_eq!(read(workdir.path(), "padded.wasm"), bare);
    call(workdir.path(), "attach padded.wasm").exits(0);
    assert_eq!(read(workdir.path(), "padded.wasm"), vector("add.one.wasm"));
}

#[test]
fn streams_are_written_directly() {
    let workdir = workdir(&["add.one.wasm"]);
    let to_cat = "\"$@\" | cat > out";
    let line = "detach add.one.wasm -S sig -o /dev/stdout";
    run(&mut shell(workdir.path(), to_cat, line)).exits(0).says(&["Detached sig from /dev/stdout"]);
    assert_eq!(read(workdir.path(), "out"), vector("add.wasm"));
    let line = "detach add.one.wasm -S /dev/stdout -o bare.wasm";
    run(&mut shell(workdir.path(), to_cat, line)).exits(0);
    assert_eq!(read(workdir.path(), "out"), read(workdir.path(), "sig"));
    let line = "attach bare.wasm -S sig -o /dev/stdout";
    run(&mut shell(workdir.path(), to_cat, line)).exits(0);
    assert_eq!(read(workdir.path(), "out"), vector("add.one.wasm"));
    let both = "detach add.one.wasm -S /dev/stdout -o /dev/stdout";
    call(workdir.path(), both).exits(2).says(&["module and its signature"]);
    call(workdir.path(), "detach add.one.wasm -S /dev/stdout --format json")
        .exits(2)
        .says(&["standard output cannot be used"]);
    if Path::new("/dev/full").exists() {
        call(workdir.path(), "detach add.one.wasm -S /dev/full").exits(4).says(&["`/dev/full`"]);
        call(workdir.path(), "attach bare.wasm -S sig -o /dev/full")
            .exits(4)
            .says(&["`/dev/full`"]);
    }
    assert_eq!(read(workdir.path(), "add.one.wasm"), vector("add.one.wasm"));
}
