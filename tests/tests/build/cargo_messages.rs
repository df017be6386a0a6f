//! `sign --cargo-messages`: what another driver of cargo has built, by the same manifests and into the same place.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use end_to_end::project::{CDYLIB, LIBRARY, Project, SIGNED, UNKNOWN, of_reason, times, verifies};
use end_to_end::{Said, cargo, files, key_pair, run, strays, wasmsign};
use serde_json::{Value, json};

const PLAIN: &str = "optimize = false";

/// What `cargo build --message-format=json` says in a project, with these arguments.
fn cargo_build(project: &Project, arguments: &[&str]) -> Output {
    let mut command = Command::new(cargo());
    command.args(["build", "--message-format=json"]).args(arguments).current_dir(project.path());
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    command.output().expect("cargo runs")
}

/// The messages of a build for the usual target.
#[track_caller]
fn messages(project: &Project) -> Vec<u8> {
    let output = cargo_build(project, &["--target", UNKNOWN]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// `cargo wasmsign sign --cargo-messages -` in a project, with these messages.
fn adopt(project: &Project, messages: &[u8], arguments: &[&str]) -> Said {
    let mut command = wasmsign(project.path());
    command.args(["sign", "--cargo-messages", "-"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Who has seen enough need not read the rest.
    let _ = stdin.write_all(messages);
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("it is UTF-8");
    Said { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// A workspace of two guests with different tables and signers, one that is off, and a host.
fn guests() -> Project {
    let table = |rest: &str| format!("{CDYLIB}[package.metadata.wasmsign]\n{rest}\n");
    let root = format!(
        "{SIGNED}[workspace.metadata.wasmsign.keys.partner]\nsecret = {{ file = \"partner.key\" }}\n"
    );
    let (alpha, off) = (table("signature = \"both\""), table("enabled = false"));
    let beta = table(
        "optimize = false\nsign-with = [\"partner\"]\n\
         sections.parts = [[\"@standard\"], [\"name\", \"producers\", \"target_features\"]]",
    );
    let members = [
        ("alpha", &*alpha, LIBRARY),
        ("beta", &*beta, LIBRARY),
        ("off", &*off, LIBRARY),
        ("plain", CDYLIB, LIBRARY),
    ];
    let project = Project::workspace(&root, &members);
    key_pair(project.path(), "partner");
    project
}

/// What is published, with its content.
fn content(project: &Project) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = files(&project.output());
    all.retain(|(path, _)| {
        let path = path.strip_prefix(project.output()).expect("it is below");
        !path.starts_with(".state") && !path.starts_with(".cache")
    });
    all
}

#[test]
fn the_same_files_in_the_same_place_as_build() {
    let project = guests();
    run(&mut project.build(&[])).exits(0);
    let built = content(&project);
    let names = ["alpha.wasm", "alpha.wasm.sig", "beta.wasm"];
    assert_eq!(built.len(), names.len(), "{:?}", project.published());
    std::fs::remove_dir_all(project.output()).expect("it can be removed");

    let messages = messages(&project);
    let said = adopt(&project, &messages, &[]).exits(0);
    assert!(content(&project) == built, "{:?}", project.published());
    assert_eq!(said.out.matches("Published").count(), 2, "{}", said.out);
    assert!(said.out.contains("signed by release") && said.out.contains("signed by partner"));
    verifies(&project.module("alpha.wasm"), None, &[&project.join("release.pub")]);
    verifies(&project.module("beta.wasm"), None, &[&project.join("partner.pub")]);

    // And it is fresh for both from now on.
    let before = times(&project.output());
    for said in [
        adopt(&project, &messages, &["--format", "json"]),
        run(&mut project.build(&["--format", "json"])),
    ] {
        let said = said.exits(0).json();
        let artifacts = of_reason(&said, "wasmsign-artifact");
        assert_eq!(artifacts.len(), 2);
        assert!(artifacts.iter().all(|artifact| artifact["fresh"] == json!(true)));
        assert_eq!(
            said.last(),
            Some(&json!({"reason": "wasmsign-finished", "success": true})),
            "the last line tells the end"
        );
    }
    assert_eq!(times(&project.output()), before);
    assert!(strays(&project.output()).is_empty());
}

#[test]
fn the_profile_is_that_of_the_build() {
    let project = Project::tiny(
        "optimize = false\n[package.metadata.wasmsign.profile.release]\nsignature = \"detached\"",
    );
    let output = cargo_build(&project, &["--release", "--target", UNKNOWN]);
    adopt(&project, &output.stdout, &[]).exits(0);
    let names = ["tiny.wasm", "tiny.wasm.sig"].map(|name| format!("{UNKNOWN}/release/{name}"));
    assert_eq!(project.published(), names);
}

#[test]
fn messages_may_be_in_a_file() {
    let project = Project::tiny(PLAIN);
    project.write("messages.json", messages(&project));
    let mut command = wasmsign(&std::env::temp_dir());
    command.arg("sign").arg("--cargo-messages").arg(project.join("messages.json"));
    command.arg("--manifest-path").arg(project.join("Cargo.toml"));
    run(&mut command).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    let mut missing = wasmsign(project.path());
    run(missing.args(["sign", "--cargo-messages", "none.json"])).exits(4).says(&["none.json"]);
}

#[test]
fn a_key_of_the_command_line_counts_more() {
    let project = guests();
    key_pair(project.path(), "other");
    let messages = messages(&project);
    let said = adopt(&project, &messages, &["-k", "other.key"]).exits(0);
    assert_eq!(said.out.matches("signed by other.key").count(), 2, "{}", said.out);
    for name in ["alpha.wasm", "beta.wasm"] {
        verifies(&project.module(name), None, &[&project.join("other.pub")]);
    }
}

#[test]
fn a_build_that_failed_is_not_signed() {
    let project = Project::tiny(PLAIN);
    let good = messages(&project);
    project.replace("src/lib.rs", "42", "\"no number\"");
    let output = cargo_build(&project, &["--target", UNKNOWN]);
    assert!(!output.status.success());
    let said = adopt(&project, &output.stdout, &[]).exits(101).says(&["error[E0308]", "failed"]);
    assert_eq!(said.out, "");
    // A module of which the same messages tell does not change that.
    let lines = String::from_utf8(good).expect("it is UTF-8");
    let failed = lines.replace("\"success\":true", "\"success\":false");
    assert_ne!(lines, failed);
    let said = adopt(&project, failed.as_bytes(), &["--format", "json"]).exits(101).json();
    assert_eq!(said.last(), Some(&json!({"reason": "wasmsign-finished", "success": false})));
    assert!(project.published().is_empty());
}

#[test]
fn messages_that_end_too_early_are_not_enough() {
    let project = Project::tiny(PLAIN);
    let whole = messages(&project);
    let end = whole.len() - 20;
    let line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines");
    for length in [0, 10, line, line + 1, end] {
        adopt(&project, &whole[..length], &[]).exits(101).says(&["build-finished", "help: "]);
    }
    assert!(project.published().is_empty());
    // The end of the last line is not missed.
    adopt(&project, &whole[..whole.len() - 1], &[]).exits(0);
}

#[test]
fn diagnostics_and_other_lines_are_shown_on_standard_error() {
    let project = Project::library(&format!("{LIBRARY}fn unused() {{}}\n"), PLAIN);
    let mut messages = messages(&project);
    messages.extend(b"no message\n");
    let said = adopt(&project, &messages, &[]).exits(0);
    let said = said.says(&["warning: function `unused` is never used", "no message\n"]);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
    let quiet = adopt(&project, &messages, &["-q"]).exits(0);
    assert_eq!(quiet.out, "");
}

#[test]
fn messages_of_no_module_are_usage() {
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn answer() -> i32 {\n    42\n}\n";
    let project = Project::library(source, PLAIN);
    let host = cargo_build(&project, &[]).stdout;
    let advice = [
        "no wasm module of this workspace",
        "help: build packages that make modules, for a wasm target",
    ];
    adopt(&project, &host, &[]).exits(2).says(&advice);
    adopt(&project, b"{\"reason\":\"build-finished\",\"success\":true}\n", &[])
        .exits(2)
        .says(&advice);
    let elsewhere = Project::tiny(PLAIN);
    let foreign = messages(&elsewhere);
    adopt(&project, &foreign, &[]).exits(2).says(&advice);
    assert!(project.published().is_empty() && elsewhere.published().is_empty());
}

#[test]
fn flags_that_do_not_fit_are_refused() {
    let project = Project::tiny(PLAIN);
    for flags in [&["tiny.wasm"][..], &["-o", "out.wasm"], &["-S", "out.sig"], &["-K", "a.pub"]] {
        adopt(&project, b"", flags).exits(2).says(&["cannot be used with"]);
    }
    let mut alone = wasmsign(project.path());
    run(alone.args(["sign", "--manifest-path", "Cargo.toml", "tiny.wasm"]))
        .exits(2)
        .says(&["--cargo-messages <FILE>"]);
    project.is_untouched();
}

#[test]
fn several_targets_of_one_build() {
    let project = Project::tiny(PLAIN);
    let wasi = "wasm32-wasip1";
    let output = cargo_build(&project, &["--target", UNKNOWN, "--target", wasi]);
    let said = adopt(&project, &output.stdout, &["--format", "json"]).exits(0).json();
    let paths: Vec<&Value> =
        of_reason(&said, "wasmsign-artifact").iter().map(|artifact| &artifact["path"]).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert_eq!(
        project.published(),
        [UNKNOWN, wasi].map(|triple| format!("{triple}/debug/tiny.wasm"))
    );
}
