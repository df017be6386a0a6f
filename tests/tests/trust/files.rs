//! `trust check`, `trust explain` and `verify --policy`.

use std::path::Path;

use end_to_end::fixtures::{call, identity, snapshot, vector, workdir};
use end_to_end::{run, wasmsign};
use serde_json::{Value, json};

/// Keys `one` and `two` in roles and rules of every kind.
const TRUST: &str = r#"version = 1

[keys.one]
public = "one.public"
valid-from = 2026-01-01
valid-until = 2027-01-01

[keys.two]
public = "two.public"

[roles.both]
keys = ["one", "two"]
threshold = 2

[[rules]]
modules = ["plugins/*", "codec.wasm"]
require = ["both", "two"]

[[rules]]
modules = ["one.wasm"]
require = ["one"]

[[rules]]
modules = ["draft.wasm"]
require = ["two"]
unsigned = true
"#;

/// A directory with the keys, a trust file, and modules signed by nobody, by one, and by both.
fn directory() -> tempfile::TempDir {
    let directory = workdir(&["add.wasm", "add.one.wasm", "add-custom.split.one+two.wasm"]);
    std::fs::write(directory.path().join("trust.toml"), TRUST).unwrap();
    directory
}

const NOW: &str = "--at 2026-06-01";

#[track_caller]
fn verdict(directory: &Path, line: &str, code: i32) -> Value {
    let said = call(directory, &format!("verify --policy trust.toml {line} --format json"));
    said.exits(code).json().remove(0)
}

#[test]
fn the_first_rule_that_matches_decides() {
    let directory = directory();
    let both = "add-custom.split.one+two.wasm";
    for (module, name, code, reason, rule, roles) in [
        (
            both,
            "codec.wasm",
            0,
            json!(null),
            json!(0),
            json!({"both": ["one", "two"], "two": ["two"]}),
        ),
        (
            both,
            "plugins/a.wasm",
            0,
            json!(null),
            json!(0),
            json!({"both": ["one", "two"], "two": ["two"]}),
        ),
        (both, "plugins/a/b.wasm", 1, json!("no-rule"), json!(null), json!({})),
        (
            "add.one.wasm",
            "codec.wasm",
            1,
            json!("role-not-met"),
            json!(0),
            json!({"both": ["one"], "two": []}),
        ),
        ("add.one.wasm", "one.wasm", 0, json!(null), json!(1), json!({"one": ["one"]})),
        ("add.wasm", "one.wasm", 1, json!("no-signature"), json!(1), json!({"one": []})),
        ("add.wasm", "draft.wasm", 0, json!(null), json!(2), json!({"two": []})),
    ] {
        let found = verdict(directory.path(), &format!("{module} --name {name} {NOW}"), code);
        let expected = (&reason, &rule, &roles);
        assert_eq!(
            (&found["reason"], &found["rule"], &found["roles"]),
            expected,
            "{module} {name}"
        );
        assert_eq!(found["manifest"], json!(null));
    }
    // Without `--name`, the name of the file counts.
    verdict(directory.path(), &format!("add.one.wasm {NOW}"), 1);
    std::fs::copy(directory.path().join("add.one.wasm"), directory.path().join("one.wasm"))
        .unwrap();
    verdict(directory.path(), &format!("one.wasm {NOW}"), 0);
}

#[test]
fn keys_count_in_their_time() {
    let directory = directory();
    for (time, code) in [
        ("2025-12-31T23:59:59Z", 1),
        ("2026-01-01", 0),
        ("2026-01-01T00:30:00+01:00", 1),
        ("2026-12-31T23:59:59Z", 0),
        ("2027-01-01", 1),
    ] {
        let found =
            verdict(directory.path(), &format!("add.one.wasm --name one.wasm --at {time}"), code);
        assert_eq!(found["reason"] == json!("key-not-valid"), code == 1, "{time}: {found}");
    }
    for time in ["yesterday", "2026-02-29", "2026-01-01T00:00:00"] {
        let line = format!("verify --policy trust.toml add.one.wasm --at {time}");
        call(directory.path(), &line).exits(2).says(&["--at"]);
    }
}

#[test]
fn revoked_keys_and_modules_never_count() {
    let directory = directory();
    let trust = directory.path().join("trust.toml");
    std::fs::write(&trust, TRUST.replace("[keys.one]", "[keys.one]\nrevoked = true")).unwrap();
    let found = verdict(directory.path(), "add.one.wasm --name one.wasm --at 2026-06-01", 1);
    assert_eq!(found["reason"], "revoked-key");
    let revoked =
        format!("{TRUST}\n[revoked]\nidentities = [\"{}\"]\n", identity(&vector("add.wasm")));
    std::fs::write(&trust, revoked).unwrap();
    let found = verdict(directory.path(), "add.one.wasm --name one.wasm --at 2026-06-01", 1);
    assert_eq!(found["reason"], "revoked-module");
}

#[test]
fn people_read_which_rule_has_decided() {
    let directory = directory();
    let line =
        format!("verify --policy trust.toml add-custom.split.one+two.wasm --name codec.wasm {NOW}");
    call(directory.path(), &line)
        .exits(0)
        .prints(&["Verified", "Rule 0, met by both (one, two) and two\n"]);
    let line = format!("verify --policy trust.toml add.wasm --name draft.wasm {NOW}");
    call(directory.path(), &line).exits(0).prints(&["unsigned, which the trust file allows"]);
    let line = format!("verify --policy trust.toml add.one.wasm --name codec.wasm {NOW}");
    call(directory.path(), &line).exits(1).prints(&["(role-not-met)"]).says(&["trust explain"]);
}

#[test]
fn a_trust_file_decides_alone() {
    let directory = directory();
    for more in
        ["-K one.public", "--require all", "--coverage prefix", "--expect any", "--package a"]
    {
        let line = format!("verify --policy trust.toml add.one.wasm {more}");
        call(directory.path(), &line).exits(2).says(&["--policy"]);
    }
    call(directory.path(), "verify --policy trust.toml add.wasm add.one.wasm --name a")
        .exits(2)
        .says(&["`--name` names one module"]);
    let mut command = wasmsign(directory.path());
    command.args(["verify", "--policy", "trust.toml", "-"]);
    command.stdin(std::fs::File::open(directory.path().join("add.one.wasm")).unwrap());
    run(&mut command).exits(2).says(&["`-` has no name", "`--name`"]);
}

#[test]
fn a_check_shows_what_each_rule_asks() {
    let directory = directory();
    let said = call(directory.path(), "trust check trust.toml").exits(0);
    for text in [
        "Checked trust.toml: 2 keys, 1 role, 3 rules\n",
        "Rule 0: plugins/*, codec.wasm\n             signed by 2 of both (one, two) and two\n",
        "Rule 2: draft.wasm\n             may be unsigned, or signed by two\n",
    ] {
        assert!(said.out.contains(text), "no `{text}` in\n{}", said.out);
    }
    let json = call(directory.path(), "trust check trust.toml --format json").exits(0).json();
    assert_eq!(json[0]["keys"], json!(["one", "two"]));
    assert_eq!(json[0]["rules"][1]["modules"], json!(["one.wasm"]));
}

/// Every mistake is told, not the first alone; where there is one, its line is shown.
#[test]
fn mistakes_are_told_with_their_places() {
    let directory = directory();
    let trust = directory.path().join("trust.toml");
    let faulty = TRUST
        .replace("threshold = 2", "threshold = 3")
        .replace("\"both\", \"two\"", "\"bith\", \"two\"");
    std::fs::write(&trust, &faulty).unwrap();
    for command in [
        "trust check trust.toml",
        "verify --policy trust.toml add.wasm",
        "trust explain add.wasm --policy trust.toml",
    ] {
        call(directory.path(), command).exits(2).says(&[
            "`trust.toml` has 2 mistakes",
            "line 13, column 13: ",
            "line 17, column 12: ",
            "did you mean `both`?",
        ]);
    }
    std::fs::write(&trust, TRUST.replace("unsigned = true", "unsinged = true")).unwrap();
    call(directory.path(), "trust check trust.toml").exits(2).says(&[
        "--> trust.toml:26:1",
        "unsinged = true",
        "did you mean `unsigned`?",
    ]);
    std::fs::write(&trust, TRUST.replace("two.public", "gone.public")).unwrap();
    call(directory.path(), "trust check trust.toml")
        .exits(2)
        .says(&["trust.toml:9:10", "gone.public"]);
    std::fs::write(&trust, "version = 2\nnew = 1\n").unwrap();
    let said = call(directory.path(), "trust check trust.toml").exits(2);
    assert!(said.err.contains("version") && !said.err.contains("new"), "{}", said.err);
    call(directory.path(), "trust check gone.toml").exits(2).says(&["no trust file `gone.toml`"]);
    call(directory.path(), "trust check .").exits(4);
}

#[test]
fn an_explanation_names_who_has_signed_and_who_is_missing() {
    let directory = directory();
    let line = "trust explain --policy trust.toml add.one.wasm --name codec.wasm --at 2026-06-01";
    call(directory.path(), line).exits(1).prints(&[
        "Asked codec.wasm, at 2026-06-01T00:00:00Z\n",
        "Matches rule 0: plugins/*, codec.wasm\n",
        "Missing both: one has signed, 1 more of two\n",
        "Missing two\n",
    ]);
    let json = call(directory.path(), &format!("{line} --format json")).exits(1).json();
    let [found] = &json[..] else { panic!("{json:?}") };
    assert_eq!(found["reason"], "role-not-met");
    assert_eq!(
        found["require"],
        json!([
            {"role": "both", "met": false, "threshold": 2, "signed": ["one"], "unsigned": ["two"]},
            {"role": "two", "met": false, "threshold": 1, "signed": [], "unsigned": ["two"]},
        ])
    );
    let line = "trust explain --policy trust.toml add-custom.split.one+two.wasm --name codec.wasm --at 2026-06-01";
    call(directory.path(), line)
        .exits(0)
        .prints(&["Met both: one, two have signed\n", "Met two\n"]);
    let line = "trust explain --policy trust.toml add.wasm --name other.wasm";
    call(directory.path(), line).exits(1).prints(&["(no-rule)"]);
    call(directory.path(), "trust explain --policy trust.toml gone.wasm").exits(4);
}

#[test]
fn an_explanation_takes_a_detached_signature() {
    let directory = directory();
    call(directory.path(), "detach add.one.wasm -o bare.wasm -S bare.sig").exits(0);
    let line =
        "trust explain --policy trust.toml bare.wasm -S bare.sig --name one.wasm --at 2026-06-01";
    call(directory.path(), line).exits(0).prints(&["Met one\n"]);
}

/// Nothing is written by those who only read.
#[test]
fn reading_leaves_no_traces() {
    let directory = directory();
    let before = snapshot(&directory.path().join("trust.toml"));
    let names = end_to_end::fixtures::names(directory.path());
    call(directory.path(), "trust check trust.toml").exits(0);
    call(directory.path(), "verify --policy trust.toml add.wasm").exits(1);
    assert_eq!(end_to_end::fixtures::names(directory.path()), names);
    assert!(snapshot(&directory.path().join("trust.toml")) == before);
}
