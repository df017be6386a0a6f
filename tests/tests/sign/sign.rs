//! `cargo wasmsign sign`: what it writes, and the calls that it refuses.
#![cfg(unix)]

use end_to_end::fixtures::{
    ID_ONE, ID_TWO, call, foreign_key, hex, identity, mode, names, set_mode, shell, signer,
    snapshot, vector, workdir,
};
use end_to_end::{run, wasmsign};
use serde_json::json;

/// The key id in the one signature of a module.
fn key_id(directory: &std::path::Path, module: &str) -> serde_json::Value {
    let said = call(directory, &format!("inspect {module} --format json")).exits(0);
    said.json()[0]["signatures"]["sets"][0]["entries"][0]["key_id"].clone()
}

#[test]
fn signs_in_place_and_says_what_it_did() {
    let workdir = workdir(&["add.wasm"]);
    let said = call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    let expected =
        format!("      Signed add.wasm {}, signed by {ID_ONE}\n", identity(&vector("add.wasm")));
    assert_eq!((said.out, said.err), (expected, String::new()));
    assert_eq!(
        std::fs::read(workdir.path().join("add.wasm")).unwrap(),
        vector("add.one-keyid.wasm")
    );
    assert!(!names(workdir.path()).iter().any(|name| name.starts_with('.')));
}

#[test]
fn json_is_one_object_a_module_on_standard_output() {
    let workdir = workdir(&["add.wasm", "component.wasm"]);
    let line = "sign add.wasm component.wasm -k one.secret -k two.secret --format json";
    let said = call(workdir.path(), line).exits(0);
    let expected = |module: &str, kind| {
        json!({
            "module": module, "output": module, "added": 2, "kind": kind,
            "identity": identity(&vector(module)),
            "signers": [signer("one", Some(ID_ONE)), signer("two", Some(ID_TWO))], "schema": 1,
        })
    };
    assert_eq!(
        said.json(),
        [expected("add.wasm", "module"), expected("component.wasm", "component")]
    );
}

#[test]
fn the_same_key_again_touches_nothing() {
    let workdir = workdir(&["add.wasm"]);
    let module = workdir.path().join("add.wasm");
    call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    let before = snapshot(&module);
    for line in
        ["sign add.wasm -k one.secret", "sign add.wasm -k one.secret -o ./add.wasm --key-id x"]
    {
        let said = call(workdir.path(), line).exits(0);
        assert!(
            said.out.contains("Unchanged ") && said.out.contains("already signed by"),
            "{}",
            said.out
        );
        assert_eq!(snapshot(&module), before);
    }
    let said = call(workdir.path(), "sign add.wasm -k one.secret --format json").exits(0);
    assert_eq!(said.json()[0]["added"], 0);
    // Another name gets its copy all the same.
    call(workdir.path(), "sign add.wasm -k one.secret -o copy.wasm").exits(0);
    assert_eq!(std::fs::read(workdir.path().join("copy.wasm")).unwrap(), before.0);
    assert_eq!(snapshot(&module), before);
}

#[test]
fn a_second_key_is_added_behind_the_first() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret --key-id none").exits(0);
    call(workdir.path(), "sign add.wasm -k two.secret --key-id none").exits(0);
    assert_eq!(std::fs::read(workdir.path().join("add.wasm")).unwrap(), vector("add.one+two.wasm"));
    call(workdir.path(), "verify add.wasm -K one.public -K two.public --require all").exits(0);
    call(workdir.path(), "sign add.wasm -k one.secret -k one.secret -o copy.wasm").exits(0);
    assert_eq!(
        std::fs::read(workdir.path().join("copy.wasm")).unwrap(),
        vector("add.one+two.wasm")
    );
}

#[test]
fn the_key_comes_from_a_variable_too() {
    let workdir = workdir(&["add.wasm"]);
    let sign = |value: Option<&str>| {
        let mut command = wasmsign(workdir.path());
        command.args(["sign", "add.wasm", "-k", "env:SIGNING_KEY"]).env_remove("SIGNING_KEY");
        value.map(|value| command.env("SIGNING_KEY", value));
        run(&mut command)
    };
    sign(None).exits(2).says(&["`SIGNING_KEY` is not set", "help: set it", "keygen"]);
    sign(Some("")).exits(2).says(&["`SIGNING_KEY` is empty", "help: set it", "keygen"]);
    let said = sign(Some("rubbish of 1 kind")).exits(3);
    assert!(!said.err.contains("rubbish"), "{}", said.err);
    let said = said.says(&["the environment variable `SIGNING_KEY`", "expected a PEM"]);
    assert_eq!(said.out, "");
    assert_eq!(std::fs::read(workdir.path().join("add.wasm")).unwrap(), vector("add.wasm"));
    sign(Some(&hex(&vector("one.secret")))).exits(0);
    assert_eq!(
        std::fs::read(workdir.path().join("add.wasm")).unwrap(),
        vector("add.one-keyid.wasm")
    );
}

#[test]
fn every_form_of_key_id() {
    let long = "k".repeat(255);
    for (given, stored) in [
        ("auto", Some(ID_ONE.to_owned())),
        ("none", None),
        ("hex:00fF", Some("00ff".into())),
        ("release-2025", Some(hex(b"release-2025"))),
        (&*long, Some(hex(long.as_bytes()))),
    ] {
        let workdir = workdir(&["add.wasm"]);
        call(workdir.path(), &format!("sign add.wasm -k one.secret --key-id {given}")).exits(0);
        assert_eq!(key_id(workdir.path(), "add.wasm"), json!(stored), "{given}");
        call(workdir.path(), "verify add.wasm -K one.public").exits(0);
    }
    let workdir = workdir(&["add.wasm"]);
    let before = snapshot(&workdir.path().join("add.wasm"));
    for bad in ["hex:", "hex:0", "hex:zz", "", &format!("{long}k")] {
        let said =
            call(workdir.path(), &format!("sign add.wasm -k one.secret --key-id {bad}")).exits(2);
        said.says(&["--key-id", "expected"]);
    }
    assert_eq!(snapshot(&workdir.path().join("add.wasm")), before);
}

#[test]
fn keys_that_must_not_be_used_leave_the_module_alone() {
    let workdir = workdir(&["add.wasm"]);
    let module = workdir.path().join("add.wasm");
    let before = snapshot(&module);
    let halves = [&vector("one.secret")[..33], &vector("two.secret")[33..]].concat();
    std::fs::write(workdir.path().join("halves.secret"), &halves).unwrap();
    let seed = hex(&halves[1..33]);
    for (arguments, code, texts) in [
        ("", 2, &["no key to sign with", "--key PATH", "env:NAME"][..]),
        (" -k none.secret", 2, &["no key file `none.secret`", "keygen"]),
        (" -k halves.secret", 2, &["`halves.secret`", "public half", "restore it"]),
        (" -k one.secret -K two.public", 2, &["does not belong", "nothing was signed"]),
        (" -k one.secret -K none.public", 2, &["no key file `none.public`"]),
        (" -k one.public", 2, &["`one.public`", "expected a secret key, found a public key"]),
        (" -k one.secret -K one.secret", 2, &["expected a public key, found a secret key"]),
        (" -k add.wasm", 3, &["`add.wasm`", "expected a"]),
        (" -k .", 4, &["`.`", "directory"]),
        (" -k one.secret -K one.public -K one.public", 2, &["--public-key"]),
    ] {
        let said =
            call(workdir.path(), &format!("sign add.wasm{arguments}")).exits(code).says(texts);
        assert!(!said.err.contains(&seed), "a message shows the secret: {}", said.err);
        assert_eq!(said.out, "");
        assert_eq!(snapshot(&module), before);
    }
    call(workdir.path(), "sign add.wasm -k two.secret -k one.secret -K one.public").exits(0);
}

#[test]
fn keys_of_other_algorithms_are_named() {
    let workdir = workdir(&["add.wasm"]);
    for (file, found) in [
        ("rsa.pem", "RSA"),
        ("rsa.trad.pem", "RSA"),
        ("ec-P-256.pem", "EC P-256"),
        ("ec-secp256k1.pem", "EC"),
        ("ed448.pem", "Ed448"),
        ("x25519.pem", "X25519"),
        ("ssh-rsa", "RSA"),
        ("openssl-certificate.pem", "CERTIFICATE"),
    ] {
        let path = foreign_key(file);
        let mut command = wasmsign(workdir.path());
        run(command.args(["sign", "add.wasm", "-k"]).arg(&path)).exits(3).says(&[file, found]);
    }
    for file in ["openssl-encrypted.pem", "ssh-encrypted"] {
        let mut command = wasmsign(workdir.path());
        command.args(["sign", "add.wasm", "-k"]).arg(foreign_key(file));
        run(&mut command).exits(2).says(&[file, "passphrase"]);
    }
    for (file, found) in
        [("rsa.pub.pem", "RSA"), ("ec-P-384.pub.pem", "EC P-384"), ("ed448.pub.pem", "Ed448")]
    {
        let path = foreign_key(file);
        let mut command = wasmsign(workdir.path());
        run(command.args(["verify", "add.wasm", "-K"]).arg(&path)).exits(3).says(&[file, found]);
    }
    assert_eq!(std::fs::read(workdir.path().join("add.wasm")).unwrap(), vector("add.wasm"));
}

#[test]
fn a_secret_that_others_can_read_gets_a_warning() {
    let workdir = workdir(&["add.wasm"]);
    set_mode(&workdir.path().join("one.secret"), 0o604);
    let said = call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    said.says(&[
        "warning: other users can read the secret key `one.secret`",
        "chmod 600 one.secret",
    ]);
    let said = call(workdir.path(), "sign add.wasm -k one.secret -q").exits(0);
    assert_eq!((said.out, said.err), (String::new(), String::new()));
}

#[test]
fn one_bad_module_does_not_keep_the_others_from_being_signed() {
    let workdir = workdir(&["add.wasm", "empty.wasm", "component.wasm"]);
    std::fs::write(workdir.path().join("bad.wasm"), "text").unwrap();
    let line = "sign add.wasm bad.wasm empty.wasm -k one.secret";
    let said = call(workdir.path(), line).exits(3);
    let said = said.says(&["`bad.wasm` is malformed", "offset 0", "found 74 65 78 74"]);
    assert_eq!(said.out.matches("Signed").count(), 2);
    let line = "sign bad.wasm gone.wasm component.wasm -k one.secret --format json";
    let said = call(workdir.path(), line).exits(4).says(&["bad.wasm", "`gone.wasm`"]);
    assert_eq!(said.json().len(), 1);
    call(workdir.path(), "verify add.wasm empty.wasm component.wasm -K one.public --expect any")
        .exits(0);
    assert_eq!(std::fs::read(workdir.path().join("bad.wasm")).unwrap(), b"text");
}

#[test]
fn one_output_is_not_for_two_modules() {
    let workdir = workdir(&["add.wasm", "empty.wasm"]);
    for (flags, text) in [
        ("add.wasm empty.wasm -k one.secret -o out", "`--output` takes one file"),
        ("add.wasm empty.wasm -k one.secret -S out", "`--signature` takes one file"),
        ("add.wasm -k one.secret -S out -o out", "cannot be used with"),
        ("-k one.secret", "MODULE"),
    ] {
        call(workdir.path(), &format!("sign {flags}")).exits(2).says(&[text]);
    }
    assert!(!workdir.path().join("out").exists());
    assert_eq!(std::fs::read(workdir.path().join("add.wasm")).unwrap(), vector("add.wasm"));
}

#[test]
fn a_secret_key_for_a_path_is_not_repeated() {
    let workdir = workdir(&["add.wasm"]);
    let secret = std::fs::read(workdir.path().join("one.secret")).unwrap();
    let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let said = run(wasmsign(workdir.path()).args(["sign", "add.wasm", "-k", &secret])).exits(2);
    assert!(!said.err.contains(&secret), "{}", said.err);
    said.says(&["takes the location of a secret key"]);
}

#[test]
fn modes_are_kept_and_new_files_have_the_umasks() {
    let workdir = workdir(&["add.wasm"]);
    set_mode(&workdir.path().join("add.wasm"), 0o751);
    let umask = "umask 027; exec \"$@\"";
    run(&mut shell(workdir.path(), umask, "sign add.wasm -k one.secret -o new.wasm")).exits(0);
    run(&mut shell(workdir.path(), umask, "sign add.wasm -k one.secret")).exits(0);
    assert_eq!(mode(&workdir.path().join("new.wasm")), 0o640);
    assert_eq!(mode(&workdir.path().join("add.wasm")), 0o751);
}
