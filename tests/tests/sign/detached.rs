//! Detached signatures: `sign -S` and `verify -S`.
#![cfg(unix)]

use std::path::Path;

use end_to_end::fixtures::{
    ID_ONE, ID_TWO, call, identity, mode, names, set_mode, signer, snapshot, temporary, vector,
    workdir,
};
use end_to_end::run;
use serde_json::json;

/// The reason why a module is refused by `add.sig`.
fn reason(directory: &Path, module: &str, key: &str) -> String {
    let line = format!("verify {module} -S add.sig -K {key}.public --format json");
    call(directory, &line).exits(1).json()[0]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn the_module_stays_and_the_signature_lies_beside_it() {
    let workdir = workdir(&["add.wasm"]);
    let module = workdir.path().join("add.wasm");
    let before = snapshot(&module);
    let said =
        call(workdir.path(), "sign add.wasm -k one.secret -S add.sig --format json").exits(0);
    assert_eq!(
        said.json(),
        [json!({
            "module": "add.wasm", "output": "add.sig", "added": 1, "kind": "module",
            "identity": identity(&vector("add.wasm")), "signers": [signer("one", Some(ID_ONE))], "schema": 1,
        })]
    );
    assert_eq!(snapshot(&module), before);
    assert!(temporary(workdir.path()).is_empty());
    let said =
        call(workdir.path(), "verify add.wasm -S add.sig -K one.public --format json").exits(0);
    assert_eq!(said.json()[0]["identity"], identity(&vector("add.wasm")));
    let said = call(workdir.path(), "verify add.wasm -K one.public").exits(1);
    assert!(said.out.contains("(no-signature)"), "{}", said.out);
    assert_eq!(reason(workdir.path(), "add.wasm", "two"), "no-trusted-signature");
}

#[test]
fn a_second_signature_is_added_and_the_same_one_is_not() {
    let workdir = workdir(&["add.wasm"]);
    let signature = workdir.path().join("add.sig");
    call(workdir.path(), "sign add.wasm -k one.secret -S add.sig").exits(0);
    let first = snapshot(&signature);
    let said = call(workdir.path(), "sign add.wasm -k one.secret -S add.sig").exits(0);
    assert!(said.out.contains("Unchanged add.sig"), "{}", said.out);
    assert_eq!(snapshot(&signature), first);
    set_mode(&signature, 0o640);
    let said = call(workdir.path(), "sign add.wasm -k two.secret -S add.sig").exits(0);
    assert!(said.out.contains("Signed add.sig") && said.out.contains(ID_TWO), "{}", said.out);
    assert_eq!(mode(&signature), 0o640);
    call(workdir.path(), "verify add.wasm -S add.sig -K one.public -K two.public --require all")
        .exits(0);
    // The first entry is still there, byte for byte.
    let entry = &first.0[first.0.len() - 64..];
    assert!(std::fs::read(&signature).unwrap().windows(64).any(|bytes| bytes == entry));
}

#[test]
fn a_stale_signature_is_refused_until_the_module_is_signed_again() {
    let workdir = workdir(&["add.wasm", "add-custom.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret -S add.sig").exits(0);
    std::fs::rename(workdir.path().join("add-custom.wasm"), workdir.path().join("add.wasm"))
        .unwrap();
    assert_eq!(reason(workdir.path(), "add.wasm", "one"), "body-changed");
    let said = call(workdir.path(), "sign add.wasm -k one.secret -S add.sig").exits(0);
    said.says(&["warning: `add.sig`", "Envoy"]);
    call(workdir.path(), "verify add.wasm -S add.sig -K one.public").exits(0);
}

#[test]
fn the_embedded_signature_is_ignored_and_listed() {
    let workdir = workdir(&["add.one-keyid.wasm"]);
    let module = "add.one-keyid.wasm";
    let before = snapshot(&workdir.path().join(module));
    call(workdir.path(), &format!("sign {module} -k two.secret -S add.sig")).exits(0);
    assert_eq!(snapshot(&workdir.path().join(module)), before);
    let line = format!("verify {module} -S add.sig -K two.public --format json");
    let said = call(workdir.path(), &line).exits(0);
    assert_eq!(said.json()[0]["ignored"], json!(["embedded-signature"]));
    assert_eq!(reason(workdir.path(), module, "one"), "no-trusted-signature");
    // The body is the same without it.
    std::fs::write(workdir.path().join("bare.wasm"), vector("add.wasm")).unwrap();
    call(workdir.path(), "verify bare.wasm -S add.sig -K two.public").exits(0);
}

#[test]
fn signatures_that_are_none() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::create_dir(workdir.path().join("folder")).unwrap();
    std::fs::write(workdir.path().join("cut.sig"), &vector("add-custom.one.sig")[..50]).unwrap();
    std::fs::write(workdir.path().join("empty.sig"), "").unwrap();
    std::fs::write(workdir.path().join("text.sig"), "\x01\x01\x01\x01text").unwrap();
    for (file, code, text) in [
        ("cut.sig", 3, "detached signature, offset 5"),
        ("empty.sig", 3, "detached signature, offset 0"),
        ("text.sig", 3, "detached signature, offset 5"),
        ("folder", 4, "failed to read the signature `folder`"),
    ] {
        let said =
            call(workdir.path(), &format!("verify add.wasm -S {file} -K one.public")).exits(code);
        let told = if code == 4 { &said.err } else { &said.out };
        assert!(told.contains(text) && told.matches(file).count() == 1, "{told}");
        assert!(said.err.contains("help: "), "{}", said.err);
        let content = std::fs::read(workdir.path().join(file)).ok();
        call(workdir.path(), &format!("sign add.wasm -S {file} -k one.secret"))
            .exits(code)
            .says(&[text]);
        assert_eq!(std::fs::read(workdir.path().join(file)).ok(), content);
    }
    let said = call(workdir.path(), "verify add.wasm -S gone.sig -K one.public").exits(4);
    assert_eq!(said.out, "");
    said.says(&["failed to read the signature `gone.sig`", "check the path"]);
    // The module itself is no signature, and stays.
    call(workdir.path(), "sign add.wasm -S add.wasm -k one.secret")
        .exits(3)
        .says(&["the existing signature data", "expected version 1"]);
    assert_eq!(std::fs::read(workdir.path().join("add.wasm")).unwrap(), vector("add.wasm"));
    call(workdir.path(), "verify add.wasm add.wasm -S cut.sig -K one.public")
        .exits(2)
        .says(&["one module", "--detached"]);
    assert!(temporary(workdir.path()).is_empty());
}

#[test]
fn a_signature_that_cannot_be_written() {
    let workdir = workdir(&["add.wasm"]);
    let before = names(workdir.path());
    for (file, text) in [
        ("/dev/full", "`/dev/full`"),
        ("gone/add.sig", "`gone/add.sig`"),
        ("/proc/add.sig", "`/proc/add.sig`"),
        ("add.wasm/add.sig", "`add.wasm/add.sig`"),
    ] {
        call(workdir.path(), &format!("sign add.wasm -S {file} -k one.secret"))
            .exits(4)
            .says(&[text]);
    }
    assert_eq!(names(workdir.path()), before);
}

#[test]
fn standard_output_gets_the_signature_alone() {
    let workdir = workdir(&["add-custom.wasm"]);
    let script = "\"$@\" > out.sig";
    let line = "sign add-custom.wasm -k one.secret --key-id none -S /dev/stdout";
    let pipe = format!("{script}; \"$@\" | cat > piped.sig");
    run(&mut end_to_end::fixtures::shell(workdir.path(), &pipe, line))
        .exits(0)
        .says(&["Signed /dev/stdout"]);
    for name in ["out.sig", "piped.sig"] {
        assert_eq!(
            std::fs::read(workdir.path().join(name)).unwrap(),
            vector("add-custom.one.sig"),
            "{name}"
        );
    }
}

#[test]
fn the_signature_beside_an_unsigned_module_is_found_and_named() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret -S add.wasm.sig").exits(0);
    let said = call(workdir.path(), "verify add.wasm -K one.public").exits(0);
    let id = identity(&vector("add.wasm"));
    let line = format!("    Verified add.wasm {id}, signed by {ID_ONE} (signature add.wasm.sig)\n");
    assert_eq!((said.out, said.err), (line, String::new()));
    let said = call(workdir.path(), "verify add.wasm -K one.public --format json").exits(0);
    assert_eq!(said.json()[0]["signature"], "add.wasm.sig");
    let said = call(workdir.path(), "verify add.wasm -K two.public").exits(1);
    let refused = "Refused add.wasm: no valid signature by a trusted key (no-trusted-signature) \
                   (signature add.wasm.sig)";
    assert!(said.out.contains(refused), "{}", said.out);
    let said = call(workdir.path(), "verify add.wasm -K two.public --format json").exits(1);
    assert_eq!(said.json()[0]["signature"], "add.wasm.sig");
    // It is taken as it is.
    std::fs::write(workdir.path().join("add.wasm.sig"), "\x01\x01\x01\x01text").unwrap();
    let said = call(workdir.path(), "verify add.wasm -K one.public").exits(3);
    assert!(said.out.contains("detached signature, offset 5"), "{}", said.out);
    std::fs::remove_file(workdir.path().join("add.wasm.sig")).unwrap();
    std::fs::create_dir(workdir.path().join("add.wasm.sig")).unwrap();
    let said = call(workdir.path(), "verify add.wasm -K one.public").exits(4);
    assert_eq!(said.out, "");
    said.says(&["failed to read the signature `add.wasm.sig`", "give the path of a file"]);
}

#[test]
fn a_modules_own_signature_counts_before_the_one_beside_it() {
    let workdir = workdir(&["add.one.wasm"]);
    call(workdir.path(), "sign add.one.wasm -k two.secret -S add.one.wasm.sig").exits(0);
    let said = call(workdir.path(), "verify add.one.wasm -K two.public --format json").exits(1);
    assert_eq!(said.json()[0]["reason"], "no-trusted-signature");
    assert_eq!(said.json()[0]["signature"], json!(null));
    // Nor does one that holds nothing leave room for another.
    let empty =
        [&b"\0asm\x01\0\0\0\0\x0e\x09signature\x01\x01\x01\0"[..], &vector("add.wasm")[8..]];
    std::fs::write(workdir.path().join("none.wasm"), empty.concat()).unwrap();
    std::fs::copy(workdir.path().join("add.one.wasm.sig"), workdir.path().join("none.wasm.sig"))
        .unwrap();
    let said = call(workdir.path(), "verify none.wasm -K two.public --format json").exits(1);
    assert_eq!(said.json()[0]["reason"], "no-signature");
}

#[test]
fn each_of_many_is_verified_by_the_signature_beside_it() {
    let workdir = workdir(&["add.one.wasm", "add.wasm", "add-custom.wasm"]);
    let modules = ["add.one.wasm", "add.wasm", "add-custom.wasm"];
    for module in modules {
        call(workdir.path(), &format!("sign {module} -k two.secret -S {module}.sig")).exits(0);
    }
    let line = format!("verify --detached {} -K two.public", modules.join(" "));
    let said = call(workdir.path(), &line).exits(0);
    for module in modules {
        assert!(said.out.contains(&format!("(signature {module}.sig)")), "{}", said.out);
    }
    let said = call(workdir.path(), &format!("{line} --format json")).exits(0);
    let told: Vec<_> = said.json().iter().map(|line| line["signature"].clone()).collect();
    assert_eq!(told, modules.map(|module| format!("{module}.sig")));
    assert_eq!(said.json()[0]["ignored"], json!(["embedded-signature"]));
    std::fs::remove_file(workdir.path().join("add.one.wasm.sig")).unwrap();
    let said = call(workdir.path(), &line).exits(4);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    said.says(&["failed to read the signature `add.one.wasm.sig`", "`--detached` needs"]);
    call(workdir.path(), &format!("{line} -S add.wasm.sig"))
        .exits(2)
        .says(&["--detached", "cannot be used with"]);
}
