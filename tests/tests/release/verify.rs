//! `release verify`, and releases that somebody has changed.

use std::path::Path;

use end_to_end::{key_pair, run, wasmsign, write};
use serde_json::Value;

use crate::support::{copied, released, tiny, verify, workspace};

/// What somebody does to a release, the exit code of `verify`, what it finds, and how it is done.
type Change<'a> = (&'a str, i32, &'a [(&'a str, &'a str)], &'a dyn Fn(&Path));

/// The reasons that `verify` gives, each with its file.
fn reasons(said: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let problems = said["problems"].as_array().expect("it is a list");
    problems.iter().map(|problem| (text(&problem["file"]), text(&problem["reason"]))).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file can be read")
}

/// Makes new sums of a release that was changed, as somebody would who has no key.
fn sum_again(release: &Path) {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "ls | grep -v '^SHA256SUMS' | xargs sha256sum > SHA256SUMS"]);
    assert!(command.current_dir(release).status().expect("sh runs").success());
}

#[test]
fn every_change_is_found_and_all_of_them_are_named() {
    let project = workspace();
    let out = released(&project, "out", &[]);
    let other = out.join("beta-0.1.0.intoto.jsonl");
    let changes: [Change<'_>; 14] = [
        ("nothing", 0, &[], &|_| {}),
        ("a bill", 1, &[("alpha-0.1.0.cdx.json", "sum-mismatch")], &|release| {
            let bill = release.join("alpha-0.1.0.cdx.json");
            write(&bill, read(&bill).replacen("\"library\"", "\"firmware\"", 1));
        }),
        (
            "a bill of another module",
            1,
            &[
                ("SHA256SUMS.minisig", "no-trusted-signature"),
                ("alpha-0.1.0.cdx.json", "other-module"),
            ],
            &|release| {
                std::fs::copy(
                    release.join("beta-0.1.0.cdx.json"),
                    release.join("alpha-0.1.0.cdx.json"),
                )
                .unwrap();
                sum_again(release);
            },
        ),
        (
            "a statement about another module",
            1,
            &[
                ("SHA256SUMS.minisig", "no-trusted-signature"),
                ("alpha-0.1.0.intoto.jsonl", "other-module"),
            ],
            &|release| {
                std::fs::copy(&other, release.join("alpha-0.1.0.intoto.jsonl")).unwrap();
                sum_again(release);
            },
        ),
        (
            "a statement of another type",
            1,
            &[
                ("SHA256SUMS.minisig", "no-trusted-signature"),
                ("alpha-0.1.0.intoto.jsonl", "other-payload-type"),
            ],
            &|release| {
                let statement = release.join("alpha-0.1.0.intoto.jsonl");
                write(&statement, read(&statement).replace("vnd.in-toto+json", "vnd.other+json"));
                sum_again(release);
            },
        ),
        (
            "a statement without signatures",
            1,
            &[
                ("SHA256SUMS.minisig", "no-trusted-signature"),
                ("alpha-0.1.0.intoto.jsonl", "not-signed"),
            ],
            &|release| {
                let statement = release.join("alpha-0.1.0.intoto.jsonl");
                let text = read(&statement);
                let (start, _) = text.split_once("\"signatures\":[").expect("it has some");
                write(&statement, format!("{start}\"signatures\":[]}}\n"));
                sum_again(release);
            },
        ),
        (
            "no envelope",
            3,
            &[
                ("SHA256SUMS.minisig", "no-trusted-signature"),
                ("alpha-0.1.0.intoto.jsonl", "malformed"),
            ],
            &|release| {
                write(&release.join("alpha-0.1.0.intoto.jsonl"), "{}\n");
                sum_again(release);
            },
        ),
        (
            "another module",
            1,
            &[
                ("alpha-0.1.0.wasm", "sum-mismatch"),
                ("alpha-0.1.0.wasm.sig", "body-changed"),
                ("alpha-0.1.0.wasm", "index-mismatch"),
                ("alpha-0.1.0.wasm", "index-mismatch"),
            ],
            &|release| {
                std::fs::copy(release.join("beta-0.1.0.wasm"), release.join("alpha-0.1.0.wasm"))
                    .unwrap();
            },
        ),
        (
            "a detached signature of another module",
            1,
            &[("alpha-0.1.0.wasm.sig", "sum-mismatch"), ("alpha-0.1.0.wasm.sig", "body-changed")],
            &|release| {
                std::fs::copy(
                    release.join("beta-0.1.0.wasm.sig"),
                    release.join("alpha-0.1.0.wasm.sig"),
                )
                .unwrap();
            },
        ),
        ("no signature of the sums", 1, &[("SHA256SUMS.minisig", "no-signature")], &|release| {
            std::fs::remove_file(release.join("SHA256SUMS.minisig")).unwrap();
        }),
        ("a missing file", 4, &[("alpha-0.1.0.cdx.json", "missing")], &|release| {
            std::fs::remove_file(release.join("alpha-0.1.0.cdx.json")).unwrap();
        }),
        (
            "a link in the place of a file",
            1,
            &[("alpha-0.1.0.cdx.json", "symbolic-link")],
            &|release| {
                let bill = release.join("alpha-0.1.0.cdx.json");
                std::fs::rename(&bill, release.with_extension("moved")).unwrap();
                std::os::unix::fs::symlink(release.with_extension("moved"), bill).unwrap();
            },
        ),
        (
            "a path that leaves the directory",
            1,
            &[("SHA256SUMS", "unsafe-path"), ("SHA256SUMS.minisig", "no-trusted-signature")],
            &|release| {
                let sums = release.join("SHA256SUMS");
                write(&sums, read(&sums) + &format!("{}  ../../release.key\n", "0".repeat(64)));
            },
        ),
        (
            "a file without a sum",
            1,
            &[("alpha-0.1.0.cdx.json", "no-sum"), ("SHA256SUMS.minisig", "no-trusted-signature")],
            &|release| {
                let sums = release.join("SHA256SUMS");
                let lines = read(&sums);
                let lines = lines.lines().filter(|line| !line.ends_with("alpha-0.1.0.cdx.json"));
                write(&sums, lines.map(|line| format!("{line}\n")).collect::<String>());
            },
        ),
    ];
    for (what, code, expected, change) in changes {
        let changed = copied(&out, &project.join("target/changed"));
        change(&changed);
        let said = verify(&project, &changed, &["--format", "json"]).exits(code).json();
        let mut found = reasons(&said[0]);
        let mut expected: Vec<_> =
            expected.iter().map(|(file, reason)| (file.to_string(), reason.to_string())).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{what}");
        let human = verify(&project, &changed, &[]).exits(code);
        expected.iter().for_each(|(file, reason)| {
            assert!(
                human.out.contains(file) && human.out.contains(reason),
                "{what}: {}",
                human.out
            );
        });
    }
}

#[test]
fn unnamed_files_are_a_warning_or_refused() {
    let project = tiny();
    let out = released(&project, "out", &[]);
    write(&out.join("README\u{9b}.txt"), "hello");
    let said = verify(&project, &out, &[]).exits(0).says(&["unnamed-file"]);
    assert!(!said.err.contains('\u{9b}'));
    verify(&project, &out, &["--strict"]).exits(1).prints(&["unnamed-file"]);
    let said = verify(&project, &out, &["--format", "json"]).exits(0).json();
    assert_eq!(said[0]["warnings"][0]["reason"], "unnamed-file");
}

#[test]
fn one_module_is_checked_alone() {
    let project = workspace();
    let out = released(&project, "out", &[]);
    write(&out.join("beta-0.1.0.cdx.json"), "{}");
    let said =
        verify(&project, &out, &["--file", "alpha-0.1.0.wasm", "--format", "json"]).exits(0).json();
    assert_eq!(said[0]["modules"].as_array().map(Vec::len), Some(1));
    verify(&project, &out, &["--file", "beta-0.1.0.wasm"])
        .exits(3)
        .prints(&["beta-0.1.0.cdx.json"]);
    verify(&project, &out, &["--file", "epsilon.wasm"]).exits(2).says(&["alpha-0.1.0.wasm"]);
}

#[test]
fn what_is_no_release_is_said_to_be_none() {
    let project = tiny();
    let out = released(&project, "out", &[]);
    verify(&project, &project.join("gone"), &[])
        .exits(4)
        .says(&["release.json", "directory of a release"]);
    for (text, code, words) in [
        ("", 3, "is not the index"),
        ("{\"schema\":2}", 3, "schema 2"),
        ("{\"schema\":1}", 3, "is not the index"),
    ] {
        let changed = copied(&out, &project.join("target/changed"));
        write(&changed.join("release.json"), text);
        verify(&project, &changed, &[]).exits(code).says(&[words]);
    }
    let changed = copied(&out, &project.join("target/changed"));
    write(&changed.join("SHA256SUMS"), "hello\n");
    verify(&project, &changed, &[]).exits(3).says(&["line 1"]);
}

#[test]
fn somebody_must_say_whom_to_trust() {
    let project = tiny();
    let out = released(&project, "out", &[]);
    let call = |arguments: &[&str]| {
        let mut command = wasmsign(project.path());
        command.args(["release", "verify"]).arg(&out).args(arguments);
        run(&mut command)
    };
    call(&[]).exits(2).says(&["--public-key", "--policy"]);
    key_pair(project.path(), "other");
    call(&["-K", "other.pub"]).exits(1).prints(&["no-trusted-signature"]);
    call(&["-K", "release.key"]).exits(2);
}

#[test]
fn a_trust_file_decides_about_modules_and_all_that_belongs_to_them() {
    let project = tiny();
    let out = released(&project, "out", &[]);
    let rule = "[[rules]]\nmodules = [\"tiny-*.wasm\"]\nrequire = [\"release\"]\n";
    let key = |more: &str| {
        format!("version = 1\n[keys.release]\npublic = \"release.pub\"\n{more}\n{rule}")
    };
    let call = |text: String, arguments: &[&str]| {
        project.write("target/trust.toml", text.replace("release.pub", "../release.pub"));
        let mut command = wasmsign(project.path());
        command.args(["release", "verify"]).arg(&out).args(["--policy", "target/trust.toml"]);
        run(command.args(arguments))
    };
    call(key(""), &[]).exits(0);
    call(key("").replace("tiny-*", "other-*"), &[]).exits(1).prints(&["no-rule"]);
    // A key that does not count any more has signed nothing that counts.
    let expired = key("valid-until = 2026-01-01");
    call(expired.clone(), &["--at", "2026-06-01"])
        .exits(1)
        .prints(&["key-not-valid", "SHA256SUMS.minisig"]);
    call(expired, &["--at", "2025-06-01"]).exits(0);
    call(key("revoked = true"), &[]).exits(1).prints(&["revoked-key", "SHA256SUMS.minisig"]);
    // Without a key, the workspace's own trust table counts.
    let mut manifest = read(&project.join("Cargo.toml"));
    manifest.push_str("[workspace.metadata.wasmsign.trust]\nversion = 1\n[workspace.metadata.wasmsign.trust.keys.release]\npublic = \"release.pub\"\n[[workspace.metadata.wasmsign.trust.rules]]\nmodules = [\"**\"]\nrequire = [\"release\"]\n");
    project.write("Cargo.toml", manifest);
    run(wasmsign(project.path()).args(["release", "verify"]).arg(&out)).exits(0);
}
