//! `cargo wasmsign split` and `verify --sections`: where delimiters go, and the calls that are refused.
#![cfg(unix)]

use std::path::Path;

use end_to_end::fixtures::{
    call, custom, identity, mode, module, names, set_mode, shell, snapshot, temporary, vector,
    workdir,
};
use end_to_end::run;
use serde_json::{Value, json};

/// The names of a module's sections, `-` for those that are not custom.
fn sections(directory: &Path, module: &str) -> Vec<String> {
    let said = call(directory, &format!("inspect {module} --format json")).exits(0);
    let sections = said.json()[0]["sections"].as_array().expect("a list").clone();
    let name = |section: &Value| section["name"].as_str().unwrap_or("-").to_owned();
    sections.iter().map(name).collect()
}

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

const D: &str = "signature_delimiter";

/// A type section without a type.
const TYPES: &[u8] = &[1, 1, 0];

#[test]
fn one_delimiter_goes_to_the_end() {
    let workdir = workdir(&["add.wasm"]);
    let said = call(workdir.path(), "split add.wasm").exits(0);
    let after = read(workdir.path(), "add.wasm");
    let before = vector("add.wasm");
    assert!(after.starts_with(&before));
    assert_eq!(after.len(), before.len() + 38);
    assert_eq!(after[before.len()..][..22], *b"\0\x24\x13signature_delimiter");
    let expected = format!(
        "       Split add.wasm into 1 part, 1 delimiter new\n    Identity {} (was {})\n",
        identity(&after),
        identity(&before)
    );
    assert_eq!((said.out, said.err), (expected, String::new()));
    assert_eq!(temporary(workdir.path()), [""; 0]);
}

#[test]
fn json_has_identities_and_parts() {
    let workdir = workdir(&["add-custom.wasm"]);
    let line = "split add-custom.wasm -o out.wasm --format json";
    let said = call(workdir.path(), line).exits(0);
    let (before, after) = (vector("add-custom.wasm"), read(workdir.path(), "out.wasm"));
    let [found] = <[Value; 1]>::try_from(said.json()).unwrap();
    let inspected = call(workdir.path(), "inspect out.wasm --format json").exits(0).json();
    assert_eq!(
        found,
        json!({
            "module": "add-custom.wasm", "output": "out.wasm", "added": 1,
            "signatures_dropped": false, "identity_before": identity(&before),
            "identity": identity(&after), "kind": "module", "parts": inspected[0]["boundaries"],
            "schema": 1,
        })
    );
    assert_eq!(found["parts"][0]["end"], after.len());
    assert_eq!(read(workdir.path(), "add-custom.wasm"), before);
}

#[test]
fn globs_say_where_the_cuts_are() {
    let workdir = workdir(&[]);
    let [a, b] = [custom("a.one", b"1"), custom("a.two", b"2")];
    let [debug, name] = [custom(".debug_info", b"3"), custom("name", b"")];
    let sections_of = [TYPES.to_vec(), a, b, debug, name];
    std::fs::write(workdir.path().join("m.wasm"), module(&sections_of)).unwrap();
    for (flags, expected) in [
        ("", vec!["-", "a.one", "a.two", ".debug_info", "name", D]),
        (" --sections a.*", vec!["-", "a.one", "a.two", D, ".debug_info", "name", D]),
        (
            " --sections a.* --sections name",
            vec!["-", "a.one", "a.two", D, ".debug_info", D, "name", D],
        ),
        (" --sections *", vec!["-", "a.one", "a.two", ".debug_info", "name", D]),
        (" --sections none", vec!["-", D, "a.one", "a.two", ".debug_info", "name", D]),
        (" --sections ?.two", vec!["-", D, "a.one", D, "a.two", D, ".debug_info", "name", D]),
    ] {
        call(workdir.path(), &format!("split m.wasm -o out.wasm{flags}")).exits(0);
        assert_eq!(sections(workdir.path(), "out.wasm"), expected, "{flags}");
    }
}

#[test]
fn the_same_split_again_touches_nothing() {
    let workdir = workdir(&["add-custom.split.wasm"]);
    let path = workdir.path().join("add-custom.split.wasm");
    call(workdir.path(), "split add-custom.split.wasm --sections none").exits(0);
    let before = snapshot(&path);
    let said = call(workdir.path(), "split add-custom.split.wasm --sections none").exits(0);
    assert!(said.out.contains("   Unchanged add-custom.split.wasm into "), "{}", said.out);
    assert!(said.out.contains(&format!("{} as before", identity(&before.0))), "{}", said.out);
    assert_eq!(snapshot(&path), before);
    call(workdir.path(), "split add-custom.split.wasm --sections none -o copy.wasm").exits(0);
    assert_eq!(read(workdir.path(), "copy.wasm"), before.0);
}

#[test]
fn delimiters_are_random() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "split add.wasm -o one.wasm").exits(0);
    call(workdir.path(), "split add.wasm -o two.wasm").exits(0);
    assert_ne!(read(workdir.path(), "one.wasm"), read(workdir.path(), "two.wasm"));
}

#[test]
fn a_signed_module_is_split_only_if_its_signatures_may_go() {
    let workdir = workdir(&["add.one.wasm"]);
    let path = workdir.path().join("add.one.wasm");
    let before = snapshot(&path);
    let said = call(workdir.path(), "split add.one.wasm").exits(2);
    said.says(&["`add.one.wasm` is signed", "--drop-signatures"]);
    assert_eq!(snapshot(&path), before);
    let said = call(workdir.path(), "split add.one.wasm --drop-signatures").exits(0);
    assert!(said.out.contains("signatures dropped"), "{}", said.out);
    assert!(read(workdir.path(), "add.one.wasm").starts_with(&vector("add.wasm")));
    call(workdir.path(), "verify add.one.wasm -K one.public").exits(1).prints(&["(no-signature)"]);
}

#[test]
fn what_cannot_be_split_is_left_alone() {
    let workdir = workdir(&["add.wasm"]);
    let stray = module(&[TYPES.to_vec(), custom("signature", b"")]);
    let many = module(&vec![[TYPES.to_vec(), custom("x", b"")].concat(); 33]);
    for (name, bytes) in
        [("stray", &stray[..]), ("many", &many), ("text", b"not wasm"), ("cut", &stray[..9])]
    {
        std::fs::write(workdir.path().join(name), bytes).unwrap();
    }
    let before = names(workdir.path());
    for (line, code, texts) in [
        ("stray --drop-signatures", 3, &["`stray` cannot be split", "offset 11"][..]),
        ("many --sections none", 3, &["`many` cannot be split", "parts: at most 64"]),
        ("text", 3, &["`text` is malformed", "offset 0"]),
        ("cut", 3, &["`cut` is malformed", "offset 9"]),
        ("gone", 4, &["`gone`"]),
        (".", 4, &["`.`"]),
        ("add.wasm -o gone/out.wasm", 4, &["gone/out.wasm"]),
        ("add.wasm --sections [", 2, &["--sections", "glob"]),
        ("add.wasm -o out --sections= ", 2, &["--sections", "an empty string"]),
        ("add.wasm text", 2, &["unexpected argument"]),
    ] {
        let said = call(workdir.path(), &format!("split {line}")).exits(code).says(texts);
        assert_eq!(said.out, "", "{line}");
    }
    assert_eq!(names(workdir.path()), before);
    assert_eq!(read(workdir.path(), "add.wasm"), vector("add.wasm"));
}

#[test]
fn modes_and_links_are_kept() {
    let workdir = workdir(&["add.wasm"]);
    set_mode(&workdir.path().join("add.wasm"), 0o640);
    std::os::unix::fs::symlink("add.wasm", workdir.path().join("link.wasm")).unwrap();
    call(workdir.path(), "split link.wasm").exits(0);
    assert!(workdir.path().join("link.wasm").is_symlink());
    assert_eq!(mode(&workdir.path().join("add.wasm")), 0o640);
    assert!(read(workdir.path(), "add.wasm").len() > vector("add.wasm").len());
}

#[test]
fn streams_are_written_directly() {
    let workdir = workdir(&["add.wasm"]);
    let to_stdout = "split add.wasm -o /dev/stdout";
    let said = run(&mut shell(workdir.path(), "\"$@\" > out.wasm", to_stdout)).exits(0);
    said.says(&["Split /dev/stdout", "Identity sha256:"]);
    assert!(read(workdir.path(), "out.wasm").starts_with(&vector("add.wasm")));
    run(&mut shell(workdir.path(), "\"$@\" | cat > piped.wasm", to_stdout)).exits(0);
    call(workdir.path(), "split piped.wasm").exits(0);
    call(workdir.path(), "split add.wasm -o /dev/stdout --format json")
        .exits(2)
        .says(&["standard output cannot be used"]);
    if Path::new("/dev/full").exists() {
        call(workdir.path(), "split add.wasm -o /dev/full").exits(4).says(&["`/dev/full`"]);
    }
    assert_eq!(read(workdir.path(), "add.wasm"), vector("add.wasm"));
}

#[test]
fn a_module_in_parts_gets_a_warning_for_envoy() {
    let workdir = workdir(&["add-custom.wasm"]);
    let said = call(workdir.path(), "split add-custom.wasm --sections none").exits(0);
    let said = said.says(&["warning: `add-custom.wasm`: once it is signed, the Envoy"]);
    assert!(!said.out.contains("into 1 part"), "{}", said.out);
    call(workdir.path(), "sign add-custom.wasm -k one.secret").exits(0).says(&["Envoy", "parts"]);
    let said = call(workdir.path(), "split add-custom.wasm --drop-signatures -q").exits(0);
    assert_eq!((said.out, said.err), (String::new(), String::new()));
}

#[test]
fn sections_that_must_be_covered() {
    let workdir = workdir(&[]);
    let before = module(&[TYPES.to_vec(), custom("policy", b"1"), custom("notes", b"2")]);
    std::fs::write(workdir.path().join("m.wasm"), before).unwrap();
    call(workdir.path(), "split m.wasm --sections policy").exits(0);
    call(workdir.path(), "sign m.wasm -k one.secret").exits(0);
    let total = read(workdir.path(), "m.wasm").len();
    let verify = |flags: &str, code| {
        let line = format!("verify m.wasm -K one.public{flags} --format json");
        call(workdir.path(), &line).exits(code).json()[0].clone()
    };
    let whole = json!({"kind": "whole", "covered": total, "total": total});
    for flags in ["", " --sections *", " --sections policy --coverage prefix"] {
        assert_eq!(verify(flags, 0)["coverage"], whole, "{flags}");
    }

    let mut changed = read(workdir.path(), "m.wasm");
    let notes = changed.windows(5).position(|bytes| bytes == b"notes").unwrap();
    changed[notes + 5] = b'!';
    std::fs::write(workdir.path().join("m.wasm"), changed).unwrap();
    let covered = notes - 1 - 5 - 5;
    let prefix = json!({"kind": "prefix", "covered": covered, "total": total});
    for flags in [" --sections policy", " --sections p*", " --sections none"] {
        assert_eq!(verify(flags, 0)["coverage"], prefix, "{flags}");
    }
    for flags in [" --sections notes", " --sections policy --sections n*", " --sections *"] {
        assert_eq!(verify(flags, 1)["reason"], "not-covered", "{flags}");
    }
    let said = call(workdir.path(), "verify m.wasm -K one.public --sections policy").exits(0);
    let covered_line = format!("     Covered bytes 0 to {covered} of {total}\n");
    let rest_line = format!("  Unverified bytes {covered} to {total} are not covered\n");
    assert!(said.out.ends_with(&format!("{covered_line}{rest_line}")), "{}", said.out);
    let bad = ["--sections [", "--sections= ", "--sections policy --coverage whole"];
    for flags in bad {
        call(workdir.path(), &format!("verify m.wasm -K one.public {flags}"))
            .exits(2)
            .says(&["--sections"]);
    }
}
