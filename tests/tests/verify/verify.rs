//! `cargo wasmsign verify`: verdicts, policies, and what the input may be.
#![cfg(unix)]

use end_to_end::fixtures::{
    ID_ONE, ID_TWO, call, custom, hex, identity, shell, signer, snapshot, vector, workdir,
};
use end_to_end::run;
use serde_json::{Value, json};

/// The one line of JSON that a call prints. Only what could not be read is told in words as well.
#[track_caller]
fn verdict(directory: &std::path::Path, line: &str, code: i32) -> Value {
    let said = call(directory, &format!("verify {line} --format json")).exits(code);
    assert_eq!(said.err.contains("error: failed to read"), code == 4, "{}", said.err);
    assert!(code == 4 || said.err.is_empty(), "{}", said.err);
    let [verdict] = <[Value; 1]>::try_from(said.json()).unwrap();
    verdict
}

#[test]
fn verified_is_said_with_identity_and_signers() {
    let workdir = workdir(&["add.one-keyid.wasm", "add.one.wasm"]);
    let said = call(workdir.path(), "verify add.one-keyid.wasm -K one.public").exits(0);
    let id = identity(&vector("add.wasm"));
    assert_eq!(said.out, format!("    Verified add.one-keyid.wasm {id}, signed by {ID_ONE}\n"));
    assert_eq!(said.err, "");
    let said = call(workdir.path(), "verify add.one.wasm -K one.public").exits(0);
    let key = hex(&vector("one.public"));
    assert_eq!(said.out, format!("    Verified add.one.wasm {id}, signed by key {key}\n"));
}

#[test]
fn json_of_a_verified_module() {
    let workdir = workdir(&["add-custom.split.one+two.wasm", "component.one.wasm"]);
    let module = "add-custom.split.one+two.wasm";
    let keys = "-K two.public -K one.public --require all";
    let whole = json!({
        "module": module, "verdict": "verified", "reason": null, "format": "wasmsign2",
        "identity": identity(&vector("add-custom.split.wasm")), "kind": "module",
        "coverage": {"kind": "whole", "covered": 497, "total": 497},
        "signers": [signer("two", Some(ID_TWO)), signer("one", Some(ID_ONE))], "ignored": [],
        "signature": null, "rule": null, "roles": {}, "manifest": null, "schema": 1,
    });
    assert_eq!(verdict(workdir.path(), &format!("{module} {keys}"), 0), whole);
    let component =
        verdict(workdir.path(), "component.one.wasm -K one.public --expect component", 0);
    assert_eq!(component["kind"], "component");
    assert_eq!(component["signers"], json!([signer("one", None)]));
}

#[test]
fn json_of_what_is_not_verified() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    let mut changed = vector("add.one.wasm");
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(workdir.path().join("changed.wasm"), &changed).unwrap();
    std::fs::write(workdir.path().join("cut.wasm"), &vector("add.one.wasm")[..155]).unwrap();
    std::fs::write(
        workdir.path().join("longer.wasm"),
        [vector("add.one.wasm"), custom("x", b"")].concat(),
    )
    .unwrap();
    for (module, flags, code, word, reason) in [
        ("add.wasm", "", 1, "refused", "no-signature"),
        ("changed.wasm", "", 1, "refused", "body-changed"),
        ("longer.wasm", "", 1, "refused", "body-changed"),
        ("add.one.wasm", " -K two.public --require all", 1, "refused", "policy-not-met"),
        ("add.one.wasm", " --expect component", 1, "refused", "kind-mismatch"),
        ("cut.wasm", "", 3, "malformed", "section-leaves-file"),
        ("one.secret", "", 3, "malformed", "not-wasm"),
        ("gone.wasm", "", 4, "error", "io"),
        (".", "", 4, "error", "io"),
    ] {
        let found = verdict(workdir.path(), &format!("{module} -K one.public{flags}"), code);
        assert_eq!(
            (&found["verdict"], &found["reason"]),
            (&json!(word), &json!(reason)),
            "{found}"
        );
        assert_eq!((&found["module"], &found["signers"]), (&json!(module), &json!([])), "{found}");
        assert!(found["message"].as_str().is_some_and(|text| !text.is_empty()), "{found}");
        let kind = if word == "refused" { json!("module") } else { Value::Null };
        assert_eq!(found["kind"], kind, "{found}");
        let said =
            call(workdir.path(), &format!("verify {module} -K one.public{flags} -q")).exits(code);
        let told = if code == 4 { said.err } else { said.out };
        assert!(told.contains(module), "-q hides why {module} is not verified");
    }
    let found = verdict(workdir.path(), "add.one.wasm -K two.public", 1);
    assert_eq!(found["reason"], "no-trusted-signature");
    assert_eq!(found["identity"], identity(&vector("add.wasm")));
}

#[test]
fn bad_modules_are_told_with_the_offset() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::write(workdir.path().join("empty.wasm"), "").unwrap();
    std::fs::write(workdir.path().join("text.wasm"), "not wasm").unwrap();
    std::fs::write(workdir.path().join("cut.wasm"), &vector("add.wasm")[..40]).unwrap();
    for (module, texts) in [
        ("empty.wasm", &["offset 0", "found an empty file"][..]),
        ("text.wasm", &["offset 0", "expected a WebAssembly header", "found 6e 6f 74 20"]),
        ("cut.wasm", &["offset 30", "claims 9 bytes, the file has 8 more"]),
    ] {
        let verified = call(workdir.path(), &format!("verify {module} -K one.public")).exits(3);
        let signed = call(workdir.path(), &format!("sign {module} -k one.secret")).exits(3);
        let inspected = call(workdir.path(), &format!("inspect {module}")).exits(3);
        let verified = verified.says(&["help: "]);
        for text in texts {
            assert!(verified.out.contains(&format!("Malformed {module}: ")), "{}", verified.out);
            assert!(verified.out.contains(text), "no `{text}` in {}", verified.out);
        }
        signed.says(texts).says(&[module]);
        inspected.says(texts).says(&[module]);
    }
}

#[test]
fn what_cannot_be_read_is_told_once_and_with_advice() {
    let workdir = workdir(&[]);
    std::fs::create_dir(workdir.path().join("folder")).unwrap();
    for (module, why, advice) in [
        ("gone.wasm", "No such file", "check the path"),
        ("folder", "is a directory", "give the path of a file, not of a directory"),
    ] {
        let said = call(workdir.path(), &format!("verify {module} -K one.public")).exits(4);
        assert_eq!(said.out, "", "only verdicts go to standard output");
        assert_eq!(said.err.matches(module).count(), 1, "{}", said.err);
        said.says(&[&format!("error: failed to read `{module}`"), why, &format!("help: {advice}")]);
    }
}

#[test]
fn every_file_is_checked_in_order_and_the_worst_decides() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    std::fs::write(workdir.path().join("bad.wasm"), "bad").unwrap();
    for (modules, code) in [
        (&["add.one.wasm", "add.one.wasm"][..], 0),
        (&["add.one.wasm", "add.wasm", "add.one.wasm"], 1),
        (&["bad.wasm", "add.wasm", "add.one.wasm"], 3),
        (&["add.one.wasm", "gone.wasm", "bad.wasm", "add.wasm"], 4),
    ] {
        // Many more files than there are threads.
        let many: Vec<&str> = modules.iter().copied().cycle().take(60).collect();
        let line = format!("verify {} -K one.public", many.join(" "));
        let said = call(workdir.path(), &format!("{line} --format json")).exits(code);
        let told: Vec<_> = said.json().iter().map(|line| line["module"].clone()).collect();
        assert_eq!(told, many);
        let said = call(workdir.path(), &line).exits(code);
        let unread = said.err.matches("error: failed to read `gone.wasm`").count();
        assert_eq!(unread, many.iter().filter(|module| **module == "gone.wasm").count());
        assert_eq!(said.out.lines().count() + unread, 60);
    }
}

#[test]
fn how_many_keys_must_have_signed() {
    let workdir = workdir(&["add.one.wasm", "add.one+two.wasm"]);
    let (one, both) = ("add.one.wasm", "add.one+two.wasm");
    let two_keys = "-K one.public -K two.public";
    for (module, flags, code) in [
        (one, "--require any", 0),
        (one, "--require 1", 0),
        (one, "--require 2", 1),
        (one, "--require all", 1),
        (both, "--require 2", 0),
        (both, "--require all", 0),
    ] {
        let said = call(workdir.path(), &format!("verify {module} {two_keys} {flags}")).exits(code);
        assert_eq!(said.out.contains("(policy-not-met)"), code == 1, "{}", said.out);
    }
    let usage = |line: &str, texts: &[&str]| call(workdir.path(), line).exits(2).says(texts);
    usage(&format!("verify {both} {two_keys} --require 3"), &["`--require 3`", "were given (2)"]);
    usage(
        &format!("verify {both} -K one.public -K one.public --require 2"),
        &["were given (1)", "counts once"],
    );
    for bad in ["0", "-1", "none", "99999999999999999999"] {
        usage(
            &format!("verify {both} {two_keys} --require={bad}"),
            &["--require", "a number from 1"],
        );
    }
    usage(&format!("verify {both}"), &["no key to verify with", "--public-key"]);
    usage(
        &format!("verify {both} -K gone.public"),
        &["no key file `gone.public`", "pass an existing key"],
    );
    usage("verify -K one.public", &["MODULE"]);
}

#[test]
fn a_key_is_a_path_or_its_own_text() {
    let workdir = workdir(&["add.one.wasm"]);
    let text = hex(&vector("one.public"));
    call(workdir.path(), &format!("verify add.one.wasm -K {text}")).exits(0);
    let changed = hex(&vector("two.public"));
    let said = call(workdir.path(), &format!("verify add.one.wasm -K {changed}")).exits(1);
    assert!(said.out.contains("(no-trusted-signature)"), "{}", said.out);
    // Without the byte for the algorithm, which compact keys begin with.
    call(workdir.path(), &format!("verify add.one.wasm -K {}", &text[2..])).exits(0);
    let said = call(workdir.path(), &format!("verify add.one.wasm -K {}", &text[..62])).exits(3);
    said.says(&["the argument of `--public-key`"]);
}

#[test]
fn the_kind_that_is_expected() {
    let workdir = workdir(&["add.one.wasm", "component.one.wasm"]);
    for (expect, module, component) in [
        ("", 0, 1),
        (" --expect module", 0, 1),
        (" --expect component", 1, 0),
        (" --expect any", 0, 0),
    ] {
        for (file, code) in [("add.one.wasm", module), ("component.one.wasm", component)] {
            let said =
                call(workdir.path(), &format!("verify {file} -K one.public{expect}")).exits(code);
            assert_eq!(said.out.contains("(kind-mismatch)"), code == 1, "{}", said.out);
        }
    }
    let said = call(workdir.path(), "verify component.one.wasm -K one.public").exits(1);
    assert!(
        said.out.contains("expected a module, found a component (kind-mismatch)"),
        "{}",
        said.out
    );
    // The advice is what makes either pass.
    said.says(&["`--expect component`"]);
    call(workdir.path(), "verify add.one.wasm -K one.public --expect component")
        .exits(1)
        .says(&["`--expect module`"]);
    call(workdir.path(), "verify add.one.wasm -K one.public --expect wasm")
        .exits(2)
        .says(&["--expect"]);
}

#[test]
fn a_prefix_is_enough_only_when_asked_for() {
    let workdir = workdir(&[]);
    let signed = vector("add-custom.split.one.wasm");
    let put = |name: &str, bytes: &[u8]| std::fs::write(workdir.path().join(name), bytes).unwrap();
    // The tail behind the first delimiter gone, and another custom section in its place.
    let delimiter =
        signed.windows(20).position(|bytes| bytes == b"\x13signature_delimiter").unwrap();
    let first_part = &signed[..delimiter + 20 + 16];
    put("cut.wasm", first_part);
    put("longer.wasm", &[&signed[..], &custom("extra", b"payload")].concat());
    put("code.wasm", &[&signed[..], &[10, 1, 0]].concat());
    // Even where every byte is covered, it is not all that was signed.
    for (module, total, reason) in [
        ("cut.wasm", first_part.len(), "(body-changed)"),
        ("longer.wasm", signed.len() + 23, "(not-covered)"),
    ] {
        call(workdir.path(), &format!("verify {module} -K one.public")).exits(1).prints(&[reason]);
        let line = format!("{module} -K one.public --coverage prefix");
        let found = verdict(workdir.path(), &line, 0);
        let covered = total.min(signed.len());
        let expected = json!({"kind": "prefix", "covered": covered, "total": total});
        assert_eq!(found["coverage"], expected);
        let said = call(workdir.path(), &format!("verify {line}")).exits(0);
        let uncovered = format!("Unverified bytes {covered} to {total} are not covered");
        assert_eq!(said.out.contains(&uncovered), covered < total, "{}", said.out);
    }
    let found = verdict(workdir.path(), "code.wasm -K one.public --coverage prefix", 1);
    assert_eq!(found["reason"], "not-covered");
    call(workdir.path(), "verify cut.wasm -K one.public --coverage part")
        .exits(2)
        .says(&["--coverage"]);
}

#[test]
fn nothing_is_written_and_a_pipe_is_read() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    let before = snapshot(&workdir.path().join("add.one.wasm"));
    let pipe = "\"$@\" < add.one.wasm && cat add.one.wasm | \"$@\"";
    run(&mut shell(workdir.path(), pipe, "verify /dev/stdin -K one.public")).exits(0);
    let unsigned = "cat add.wasm | \"$@\"";
    let said =
        run(&mut shell(workdir.path(), unsigned, "verify /dev/stdin -K one.public")).exits(1);
    assert!(said.out.contains("(no-signature)"), "{}", said.out);
    assert_eq!(snapshot(&workdir.path().join("add.one.wasm")), before);
}
