//! What a build prints, where, and in which form.

use std::process::Command;

use end_to_end::project::{LIBRARY, Project, UNKNOWN, of_reason};
use end_to_end::{cargo, json_lines, key_pair, run};
use serde_json::{Value, json};

const PLAIN: &str = "optimize = false";
const BROKEN: &str = "fn f() -> u32 { \"no number\" }\n";

/// Lines of an output.
fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn json_is_cargos_lines_and_ours() {
    let project = Project::tiny(PLAIN);
    let mut plain = Command::new(cargo());
    plain.args(["build", "--target", UNKNOWN, "--message-format", "json"]);
    plain.env_remove("CARGO_TARGET_DIR").current_dir(project.path());
    assert!(plain.output().expect("cargo runs").status.success());
    let cargos = String::from_utf8(plain.output().expect("cargo runs").stdout).expect("it is JSON");

    for flags in [["--message-format", "json"], ["--format", "json"]] {
        let said = run(&mut project.build(&flags)).exits(0);
        let all = lines(&said.out);
        assert_eq!(all[..all.len() - 2], lines(&cargos), "cargo's lines as they are, then two");
        let messages = said.json();
        let module = std::fs::metadata(project.module("tiny.wasm")).expect("it is published");
        let ours = &messages[messages.len() - 2];
        let built = project.join("target").join(UNKNOWN).join("debug/tiny.wasm");
        let built = std::fs::metadata(built).expect("cargo has built it").len();
        let expected = json!({
            "reason": "wasmsign-artifact",
            "package_id": messages[0]["package_id"],
            "target": {"name": "tiny", "kind": ["cdylib"]},
            "path": project.module("tiny.wasm"),
            "signature_path": null,
            "identity": ours["identity"],
            "fresh": flags[0] == "--format",
            "sizes": {"built": built, "optimized": built, "published": module.len()},
            "signers": ours["signers"],
            "schema": 1,
        });
        assert_eq!(ours, &expected);
        assert_eq!(messages.last(), Some(&json!({"reason": "wasmsign-finished", "success": true})));

        let mut inspect = end_to_end::wasmsign(project.path());
        inspect.args(["verify", "-K", "release.pub", "--format", "json"]);
        let verdict = run(inspect.arg(project.module("tiny.wasm"))).exits(0).json();
        assert_eq!(ours["identity"], verdict[0]["identity"]);
        let signer = &ours["signers"][0];
        assert_eq!(signer["name"], "release");
        assert_eq!(signer["public_key"], verdict[0]["signers"][0]["public_key"]);
        assert_eq!(signer["key_id"], verdict[0]["signers"][0]["key_id"]);
        assert_eq!(ours["signers"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn a_failing_cargo_is_101_with_its_own_message_and_publishes_nothing() {
    let project = Project::library(BROKEN, PLAIN);
    let said = run(&mut project.build(&[])).exits(101);
    assert!(said.out.is_empty(), "{}", said.out);
    let said =
        said.says(&["error[E0308]: mismatched types", "src/lib.rs:1:17", "cargo build failed"]);
    assert!(said.err.contains("exit status: 101"), "{}", said.err);
    assert!(project.published().is_empty());

    let short = run(&mut project.build(&["--message-format", "short"])).exits(101);
    let line = short.err.lines().find(|line| line.starts_with("src/lib.rs:1:17: error[E0308]"));
    assert!(line.is_some(), "{}", short.err);

    for flags in [&["--format", "json"][..], &["--message-format=json,json-diagnostic-short"]] {
        let said = run(&mut project.build(flags)).exits(101);
        let messages = said.json();
        let rendered = &of_reason(&messages, "compiler-message")[0]["message"]["rendered"];
        assert!(rendered.as_str().is_some_and(|text| text.contains("mismatched types")));
        let last = json!({"reason": "wasmsign-finished", "success": false});
        assert_eq!(messages.last(), Some(&last));
        assert!(!said.err.contains("E0308"), "it is on standard output: {}", said.err);
    }
    assert!(project.published().is_empty());
}

#[test]
fn a_package_that_fails_keeps_the_others_from_being_published() {
    let guest = "[lib]\ncrate-type = [\"cdylib\"]\n[package.metadata.wasmsign]\noptimize = false\n";
    let members = [("good", guest, LIBRARY), ("bad", guest, BROKEN)];
    let project = Project::workspace(end_to_end::project::SIGNED, &members);
    run(&mut project.build(&["--", "--keep-going"])).exits(101).says(&["mismatched types"]);
    assert!(project.published().is_empty(), "{:?}", project.published());
    run(&mut project.build(&["-p", "good"])).exits(0);
    let before = project.published();
    run(&mut project.build(&["--", "--keep-going"])).exits(101).says(&["mismatched types"]);
    assert_eq!(project.published(), before);
}

#[test]
fn the_last_line_tells_of_every_failure() {
    let project = Project::tiny("optimize = false\nsignature = \"both\"");
    let failures: [(&[&str], i32, &str); 4] = [
        (&["-p", "other"], 2, "no package `other`"),
        (&["-k", "missing.key"], 2, "no key file `missing.key`"),
        (&["--", "--target", UNKNOWN], 2, "--target"),
        (&["--manifest-path", "missing/Cargo.toml"], 101, "missing/Cargo.toml"),
    ];
    for (flags, code, reason) in failures {
        let mut build = project.build(&["--format", "json"]);
        let messages = run(build.args(flags)).exits(code).says(&[reason]).json();
        assert_eq!(messages, [json!({"reason": "wasmsign-finished", "success": false})]);
    }
    project.is_untouched();
}

#[test]
fn warnings_and_progress_are_on_standard_error() {
    let project = Project::library(&format!("{LIBRARY}fn unused() {{}}\n"), PLAIN);
    let said = run(&mut project.build(&[])).exits(0);
    let said =
        said.says(&["warning: function `unused` is never used", "Compiling tiny", "Finished"]);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
    let path = project.module("tiny.wasm");
    let path =
        path.strip_prefix(project.path()).expect("it is in the project").display().to_string();
    for part in [&*path, "sha256:", "signed by release", "Published"] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    let digits = said.out.split("sha256:").nth(1).expect("it is there");
    assert!(digits.chars().take_while(char::is_ascii_hexdigit).count() >= 12, "{digits}");
    let colours = run(&mut project.build(&["--color", "always", "-v"])).exits(0);
    assert!(colours.err.contains("\u{1b}[") && colours.out.contains("\u{1b}["));
}

#[test]
fn quiet_is_quiet() {
    let project = Project::tiny(PLAIN);
    let said = run(&mut project.build(&["-q"])).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    let messages = run(&mut project.build(&["-q", "--format", "json"])).exits(0).json();
    assert_eq!(of_reason(&messages, "wasmsign-artifact").len(), 1);
    run(&mut project.build(&["-q", "-p", "no"])).exits(2).says(&["error: "]);
    run(&mut project.build(&["-q", "-v"])).exits(2).says(&["cannot be used with"]);
}

#[test]
fn what_stands_behind_two_hyphens_is_cargos() {
    let project = Project::tiny(PLAIN);
    let misleading: [&[&str]; 16] = [
        &["--target", UNKNOWN],
        &["--target=x"],
        &["--target-dir", "x"],
        &["-p", "tiny"],
        &["-ptiny"],
        &["--package=tiny"],
        &["--release"],
        &["--profile", "dev"],
        &["--message-format=json"],
        &["-vr"],
        &["-rv"],
        &["-qrj2"],
        &["-vptiny"],
        &["--profile=release"],
        &["--lib"],
        &["--artifact-dir=x"],
    ];
    for arguments in misleading {
        let mut build = project.build(&["--"]);
        run(build.args(arguments)).exits(2).says(&[&format!("`{}`", arguments[0]), "before `--`"]);
    }
    project.is_untouched();
    run(&mut project.build(&["--", "--timings", "--future-incompat-report"])).exits(0);
    assert!(project.join("target/cargo-timings").is_dir());
    run(&mut project.build(&["--", "--no-such-flag"])).exits(101).says(&["--no-such-flag"]);
}

#[test]
fn a_dry_run_does_nothing() {
    let project = Project::tiny("optimize = \"s\"\nsections.remove = [\".debug_*\"]");
    std::fs::remove_file(project.join("release.key")).expect("it can be removed");
    let before = end_to_end::files(project.path());
    let said = run(&mut project.build(&["--dry-run", "-r", "-F", "a"])).exits(0);
    let path = "wasm32-unknown-unknown/release/tiny.wasm";
    for part in ["build", "--release", "--features a", path, "-Os", ".debug_*", "release"] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    let messages = run(&mut project.build(&["--dry-run", "--format", "json"])).exits(0).json();
    assert_eq!(messages[0]["reason"], "wasmsign-plan");
    let planned = json!({
        "package": "tiny",
        "path": project.module("tiny.wasm"),
        "signature_path": null,
        "steps": ["optimize (-Os)", "remove .debug_*", "sign with release, verify", "publish"],
        "signers": ["release"],
    });
    assert_eq!(messages[0]["modules"], json!([planned]));
    assert_eq!(messages.len(), 2);
    assert_eq!(end_to_end::files(project.path()), before);
}

#[test]
fn a_dry_run_shows_a_command_that_a_shell_can_run() {
    let project = Project::tiny(PLAIN);
    let mut build = project.build(&[
        "--dry-run",
        "-j",
        "1",
        "-v",
        "--color",
        "never",
        "--target-dir",
        "it's here",
    ]);
    let said = run(build.args(["--config", "term.verbose = true"])).exits(0);
    let line = said.out.lines().next().and_then(|line| line.trim().strip_prefix("Would run "));
    let line = line.expect("the first line shows the command");
    let mut shell = Command::new("sh");
    let words = run(shell.args(["-c", &format!("printf '%s\\n' {line}")])).exits(0);
    let words: Vec<_> = words.out.lines().skip(1).collect();
    for pair in
        [["--jobs", "1"], ["--target-dir", "it's here"], ["--config", "term.verbose = true"]]
    {
        assert!(words.windows(2).any(|words| words == pair), "{pair:?} in {words:?}");
    }
    project.is_untouched();
}

#[test]
fn a_file_that_is_missing_is_told_before_cargo_runs() {
    let project = Project::tiny("sections.embed.info.file = \"info.json\"");
    let words = ["`info`", "info.json", "no such file", "help: "];
    run(&mut project.build(&[])).exits(2).says(&words);
    run(&mut project.build(&["--dry-run"])).exits(2).says(&words);
    project.is_untouched();
}

#[cfg(unix)]
#[test]
fn a_target_directory_that_cargo_cannot_name_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let project = Project::tiny(PLAIN);
    let name = std::ffi::OsStr::from_bytes(b"t\xff");
    for flags in [&[][..], &["--dry-run"]] {
        let mut build = project.build(flags);
        let words = ["not Unicode", "--target-dir"];
        run(build.arg("--target-dir").arg(name)).exits(2).says(&words);
    }
    assert!(!project.join(name).exists());
    project.is_untouched();
}

#[test]
fn features_and_configuration_reach_cargo() {
    let project = Project::library(
        "#[cfg(any(not(feature = \"wanted\"), feature = \"default\"))]\ncompile_error!(\"features\");\n",
        "optimize = false\n[features]\ndefault = []\nwanted = []\n",
    );
    let features = ["--no-default-features", "-F", "wanted"];
    for flags in [&[][..], &["--all-features"]] {
        run(&mut project.build(flags)).exits(101).says(&["error: features"]);
    }
    run(&mut project.build(&features)).exits(0);
    let configured = [&features[..], &["--config", "profile.dev.opt-level=1"]].concat();
    let mut build = project.build(&configured);
    let messages = run(build.args(["--format", "json", "-j", "1", "--offline"])).exits(0).json();
    assert_eq!(messages[0]["profile"]["opt_level"], "1");
    run(&mut project.build(&["--locked", "--frozen", "-F", "wanted", "--no-default-features"]))
        .exits(0);
}

#[test]
fn keys_of_the_command_line_stand_above_the_manifest() {
    let project = Project::tiny(PLAIN);
    key_pair(project.path(), "other");
    let secret = std::fs::read_to_string(project.join("other.key")).expect("there is a key");
    let mut by_path = project.build(&["--format", "json", "-k", "other.key"]);
    let mut by_variable = project.build(&["--format", "json", "--key", "env:THE_KEY"]);
    let mut both = project.build(&["--format", "json", "-k", "other.key", "-k", "release.key"]);
    for (build, names) in [
        (&mut by_path, &["other.key"][..]),
        (by_variable.env("THE_KEY", secret), &["env:THE_KEY"]),
        (&mut both, &["other.key", "release.key"]),
    ] {
        let messages = json_lines(run(build).exits(0).out.as_bytes());
        let signers = &of_reason(&messages, "wasmsign-artifact")[0]["signers"];
        let signers: Vec<&Value> = signers.as_array().expect("a list").iter().collect();
        assert_eq!(signers.iter().map(|signer| &signer["name"]).collect::<Vec<_>>(), names);
        end_to_end::project::verifies(
            &project.module("tiny.wasm"),
            None,
            &[&project.join("other.pub")],
        );
    }
    let messages = run(&mut project.build(&["--format", "json", "--no-sign"])).exits(0).json();
    assert_eq!(of_reason(&messages, "wasmsign-artifact")[0]["signers"], json!([]));
    let said = run(&mut project.build(&["--no-sign"])).exits(0);
    assert!(said.out.contains("unsigned"), "{}", said.out);
    run(&mut project.build(&["--no-sign", "-k", "other.key"]))
        .exits(2)
        .says(&["cannot be used with"]);
}
