//! What `inspect` tells of signatures in other formats, in a module and beside it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::fixtures::{call, custom, hex, identity, names, vector, workdir};
use end_to_end::{scratch, write};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Runs another program, which must be there, and gives what it prints.
fn tool(directory: &Path, line: &[&str], input: &[u8]) -> String {
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).current_dir(directory);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|_| panic!("{} is installed", line[0]));
    child.stdin.take().expect("it is piped").write_all(input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{line:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The known signatures of a module, as JSON has them.
fn known(directory: &Path, module: &str, code: i32) -> Vec<Value> {
    let said = call(directory, &format!("inspect {module} --format json")).exits(code);
    said.json()[0]["known_signatures"].as_array().expect("a list").clone()
}

/// The one known signature of a module.
fn lone(directory: &Path, module: &str, code: i32) -> Value {
    let mut all = known(directory, module, code);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// A section as wasm-sign writes it, with numbers that are some signature's.
fn wasm_sign_section() -> Vec<u8> {
    let der = [&[0x30, 0x44, 2, 0x20][..], &[1; 32], &[2, 0x20], &[2; 32]].concat();
    let mut section = [&b"\x00\x74\x09signature\x00"[..], &[der.len() as u8], &der].concat();
    section.resize(118, 0);
    section
}

fn wasmsign1_section() -> Vec<u8> {
    [&b"\x00\x57\x12signature_wasmsign\x02\0\0\0"[..], &[7; 64]].concat()
}

#[test]
fn signatures_at_the_end_are_told_with_the_identity_of_the_module_before_them() {
    let plain = vector("add.wasm");
    let empty = b"\0asm\x01\0\0\0".to_vec();
    for (format, section, host) in [
        ("wasmsign1", wasmsign1_section(), "proxy-wasm hosts of 2021 to 2025"),
        ("wasm-sign", wasm_sign_section(), "wasm-sign 0.2"),
    ] {
        for plain in [&plain, &empty] {
            let directory = scratch();
            let signed = [&plain[..], &section].concat();
            write(&directory.path().join("m.wasm"), &signed);
            let said = call(directory.path(), "inspect m.wasm --format json").exits(0).json();
            assert_eq!(said[0]["identity"], identity(plain), "{format}");
            assert_eq!(
                (&said[0]["stray_signature"], &said[0]["signatures"]),
                (&Value::Null, &Value::Null)
            );
            assert_eq!(said[0]["warnings"], json!([]), "{format}");
            let one = lone(directory.path(), "m.wasm", 0);
            let total = signed.len();
            assert_eq!(one["format"], format);
            assert_eq!(
                (&one["place"], &one["offset"]),
                (&json!("module-end"), &json!(plain.len()))
            );
            assert_eq!(one["covers"], json!({"kind": "whole", "covered": total}));
            assert_eq!((&one["agrees"], &one["fault"]), (&Value::Null, &Value::Null));
            assert_eq!(one["supported"], true);
            assert!(one["hosts"][0].as_str().expect("a text").starts_with(host), "{one}");
            call(directory.path(), "inspect m.wasm").exits(0).prints(&[
                "in other formats, or beside the file (not verified: that needs a public key)",
                &format!("{format} at offset {}", plain.len()),
                "all bytes before it",
            ]);
        }
    }
}

#[test]
fn what_is_wrong_with_their_form_is_told() {
    let plain = vector("add.wasm");
    let changed = |mut section: Vec<u8>, at: usize| {
        section[at] ^= 1;
        section
    };
    let producers = custom("producers", b"\0");
    let der = 14;
    for (format, file, expected) in [
        ("wasmsign1", [&plain[..], &wasmsign1_section(), &producers].concat(), "the last one"),
        ("wasmsign1", wasmsign1_section().repeat(2), "the only one"),
        ("wasmsign1", changed(wasmsign1_section(), 21), "02 00 00 00"),
        ("wasmsign1", custom("signature_wasmsign", &[2; 67]), "a section of 89 bytes"),
        ("wasm-sign", [&plain[..], &wasm_sign_section(), &producers].concat(), "the last one"),
        ("wasm-sign", changed(wasm_sign_section(), 117), "zeros behind the signature"),
        ("wasm-sign", changed(wasm_sign_section(), der), "shortest form of DER"),
        ("wasm-sign", changed(wasm_sign_section(), der - 1), "shortest form of DER"),
    ] {
        let directory = scratch();
        let is_whole = file.starts_with(b"\0asm");
        let file = if is_whole { file } else { [&plain[..], &file].concat() };
        write(&directory.path().join("m.wasm"), &file);
        let one = lone(directory.path(), "m.wasm", 3);
        assert_eq!((&one["format"], &one["place"]), (&json!(format), &json!("module-end")));
        let fault = one["fault"].as_str().expect("there is one");
        assert!(fault.contains(expected), "{expected}: {fault}");
        assert_eq!((&one["covers"], &one["hosts"]), (&Value::Null, &json!([])));
        let said = call(directory.path(), "inspect m.wasm").exits(3);
        said.prints(&["malformed"]).says(&["error: "]);
    }
    // A section of that name and of another length is our own, in a wrong place.
    let directory = scratch();
    let stray = [&plain[..], &custom("signature", &[1, 1, 1, 0])].concat();
    write(&directory.path().join("m.wasm"), stray);
    assert_eq!(known(directory.path(), "m.wasm", 0), [] as [Value; 0]);
    call(directory.path(), "inspect m.wasm").exits(0).says(&["is not the first section"]);
}

#[test]
fn symbol_mode_is_told_and_not_supported() {
    let directory = scratch();
    let text = r#"(module (memory 1) (data (i32.const 0) "sig") (global (export "___SIGNATURE") i32 (i32.const 0)))"#;
    write(&directory.path().join("m.wasm"), wat::parse_str(text).expect("well-formed"));
    let one = lone(directory.path(), "m.wasm", 0);
    let found = [&one["format"], &one["place"], &one["supported"], &one["covers"]];
    assert_eq!(found, [&json!("wasmsign1"), &json!("export"), &json!(false), &Value::Null]);
    call(directory.path(), "inspect m.wasm")
        .exits(0)
        .prints(&["wasmsign1 in the module's data (symbol mode)", "not supported"]);
}

#[test]
fn files_beside_a_module_are_told_with_what_they_say_of_their_keys() {
    let workdir = workdir(&["add.wasm"]);
    let path = workdir.path();
    let told = |name: &str| {
        let one = lone(path, "add.wasm", 0);
        assert_eq!((&one["path"], &one["place"]), (&json!(name), &json!("beside")));
        std::fs::remove_file(path.join(name)).expect("it is there");
        one
    };
    let whole = json!({"kind": "whole", "covered": vector("add.wasm").len()});

    tool(path, &["minisign", "-GW", "-p", "m.pub", "-s", "m.key"], b"");
    let comment = "for \u{202e}everybody";
    tool(path, &["minisign", "-S", "-s", "m.key", "-t", comment, "-m", "add.wasm"], b"");
    let said = call(path, "inspect add.wasm").exits(0);
    said.prints(&["minisign in add.wasm.minisig", "for \\u{202e}everybody", "ED, of", "Lucet"]);
    let one = told("add.wasm.minisig");
    assert_eq!(one["details"]["trusted_comment"], comment);
    let public = std::fs::read_to_string(path.join("m.pub")).expect("minisign wrote it");
    let number = one["details"]["key_number"].as_str().expect("a text");
    assert!(public.lines().next().is_some_and(|line| line.ends_with(number)), "{number} {public}");
    assert_eq!((&one["covers"], &one["agrees"]), (&whole, &Value::Null));

    tool(path, &["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "s"], b"");
    tool(path, &["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", "s", "add.wasm"], b"");
    let one = told("add.wasm.sig");
    assert_eq!((&one["format"], &one["covers"]), (&json!("sshsig"), &whole));
    let listed = tool(path, &["ssh-keygen", "-lf", "s.pub"], b"");
    let details = &one["details"];
    assert_eq!(details["fingerprint"].as_str(), listed.split(' ').nth(1), "{listed}");
    assert_eq!((&details["namespace"], &details["hash"]), (&json!("git"), &json!("sha512")));

    call(path, "sign add.wasm -k one.secret -S add.wasm.sig").exits(0);
    let one = told("add.wasm.sig");
    assert_eq!((&one["format"], &one["covers"]), (&json!("wasmsign2"), &whole));
    assert_eq!((&one["agrees"], &one["details"]["set"]), (&json!(true), &json!("0")));

    write(&path.join("add.wasm.sigstore.json"), "{}");
    let one = told("add.wasm.sigstore.json");
    assert_eq!((&one["format"], &one["supported"]), (&json!("sigstore"), &json!(false)));

    // Other names are no signatures, and a stream has nothing beside it.
    write(&path.join("add.wasm.asc"), "x");
    assert_eq!(known(path, "add.wasm", 0), [] as [Value; 0]);
}

/// A block of PEM.
fn pem(label: &str, content: &[u8]) -> String {
    let base64 = tool(Path::new("."), &["openssl", "base64", "-A"], content);
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64.trim().replace('\n', ""))
}

#[test]
fn endorsements_are_told_one_by_one_and_their_hashes_compared() {
    let workdir = workdir(&["add.wasm"]);
    let path = workdir.path();
    let hash = Sha256::digest(vector("add.wasm"));
    // The base point of the curve: a public key of which nobody knows that it is his.
    let key = [&[0x58][..], &[0x66; 31]].concat();
    let endorsement = |hash: &[u8]| {
        let signature = pem("SIGNATURE", &[3; 64]).replacen(
            &"AwMD".repeat(16),
            &format!("{}\n", "AwMD".repeat(16)),
            1,
        );
        [pem("HASH", hash), pem("PUBLIC KEY", &key), signature].concat()
    };
    write(&path.join("add.wasm.endorsement"), endorsement(&hash) + &endorsement(&[9; 32]));
    let all = known(path, "add.wasm", 0);
    assert_eq!(
        all.iter().map(|one| &one["agrees"]).collect::<Vec<_>>(),
        [&json!(true), &json!(false)]
    );
    assert_eq!(all[1]["covers"], json!({"kind": "nothing", "covered": 0}));
    assert_eq!(all[0]["details"]["hash"], hex(&hash));
    assert!(all[0]["details"]["public_key"].as_str().is_some_and(|key| key.ends_with("66666666")));
    call(path, "inspect add.wasm").exits(0).prints(&[
        "oak in add.wasm.endorsement",
        "the whole file: its hash is this one",
        "nothing: the file is different",
    ]);
}

#[test]
fn what_is_wrong_beside_a_module_is_told_and_does_not_fail() {
    let workdir = workdir(&["add.wasm"]);
    let path = workdir.path();
    let before = names(path);
    for (name, format) in [
        ("add.wasm.sig", "wasmsign2"),
        ("add.wasm.minisig", "minisign"),
        ("add.wasm.endorsement", "oak"),
    ] {
        write(&path.join(name), "no \u{1b}[2J signature");
        let one = lone(path, "add.wasm", 0);
        assert_eq!((&one["format"], &one["hosts"]), (&json!(format), &json!([])));
        assert!(one["fault"].is_string() && one["covers"].is_null(), "{one}");
        let said = call(path, "inspect add.wasm").exits(0);
        assert!(!said.out.contains('\u{1b}'), "{}", said.out);
        std::fs::remove_file(path.join(name)).expect("it is there");
    }
    std::fs::create_dir(path.join("add.wasm.sig")).expect("a directory can be made");
    assert_eq!(known(path, "add.wasm", 0), [] as [Value; 0]);
    std::fs::remove_dir(path.join("add.wasm.sig")).expect("it is there");
    assert_eq!(names(path), before);
}

#[test]
fn embedded_signatures_of_the_default_format_are_among_them() {
    let workdir = workdir(&["add-custom.split.one+two.wasm", "add.one-keyid.wasm"]);
    let path = workdir.path();
    let all = known(path, "add-custom.split.one+two.wasm", 0);
    let hosts = |one: &Value| one["hosts"].as_array().expect("a list").len();
    assert_eq!(all.len(), 2);
    for one in &all {
        assert_eq!((&one["place"], &one["offset"]), (&json!("module-start"), &json!(8)));
        assert_eq!(hosts(one), 2, "proxy-wasm hosts cannot read it");
    }
    assert_eq!(hosts(&lone(path, "add.one-keyid.wasm", 0)), 3);
    call(path, "inspect add.one-keyid.wasm").exits(0).prints(&["read by Envoy and other"]);
}

#[test]
fn files_that_are_no_modules_are_told_of_where_signatures_stand_beside_them() {
    let workdir = workdir(&[]);
    let path = workdir.path();
    write(&path.join("package.tar.gz"), b"\x1f\x8bno module");
    call(path, "inspect package.tar.gz").exits(3);
    call(path, "sign package.tar.gz --as minisign -k one.secret").exits(0);
    let said = call(path, "inspect package.tar.gz --format json").exits(0).json();
    assert_eq!((&said[0]["file"], &said[0]["size"]), (&json!("package.tar.gz"), &json!(11)));
    let one = lone(path, "package.tar.gz", 0);
    assert_eq!((&one["format"], &one["place"]), (&json!("minisign"), &json!("beside")));
    assert_eq!(one["covers"], json!({"kind": "whole", "covered": 11}));
    call(path, "inspect package.tar.gz").exits(0).prints(&[
        "package.tar.gz: no WebAssembly, 11 B (11 bytes)",
        "minisign in package.tar.gz.minisig",
    ]);
}
