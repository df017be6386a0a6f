//! A second build touches nothing; what has changed is made again.

use end_to_end::project::{Project, UNKNOWN, of_reason, times, verifies};
use end_to_end::{key_pair, run, strays};
use serde_json::Value;

const PLAIN: &str = "optimize = false";

/// Builds and tells whether each module was fresh.
#[track_caller]
fn fresh(project: &Project, arguments: &[&str]) -> Vec<bool> {
    let mut command = project.build(arguments);
    let messages = run(command.args(["--format", "json"])).exits(0).json();
    let artifacts = of_reason(&messages, "wasmsign-artifact");
    artifacts.iter().map(|artifact| artifact["fresh"] == Value::Bool(true)).collect()
}

#[test]
fn a_second_build_touches_nothing_and_says_so() {
    let project = Project::tiny("signature = \"both\"\noptimize = false");
    assert_eq!(fresh(&project, &[]), [false]);
    let before = times(&project.output());
    assert_eq!(fresh(&project, &[]), [true]);
    let said = run(&mut project.build(&["-v"])).exits(0).says(&["Fresh tiny\n"]);
    assert!(said.out.contains(", fresh"), "{}", said.out);
    let quiet = run(&mut project.build(&[])).exits(0);
    assert!(!quiet.err.contains("Fresh") && !quiet.err.contains("Signed"), "{}", quiet.err);
    assert_eq!(times(&project.output()), before);
}

#[test]
fn a_changed_source_is_built_again() {
    let project = Project::tiny(PLAIN);
    assert_eq!(fresh(&project, &[]), [false]);
    let old = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    project.replace("src/lib.rs", "42", "4242");
    assert_eq!(fresh(&project, &[]), [false]);
    assert_ne!(std::fs::read(project.module("tiny.wasm")).expect("it is published"), old);
    assert_eq!(fresh(&project, &[]), [true]);
}

#[test]
fn a_changed_option_is_built_again() {
    let project = Project::tiny(PLAIN);
    assert_eq!(fresh(&project, &[]), [false]);
    for more in ["key-id = \"none\"", "signature = \"both\"", "sections.remove = [\".debug_*\"]"] {
        project.replace("Cargo.toml", "optimize = false", &format!("optimize = false\n{more}"));
        assert_eq!(fresh(&project, &[]), [false], "{more}");
        assert_eq!(fresh(&project, &[]), [true], "{more}");
    }
    assert_eq!(fresh(&project, &["--no-sign"]), [false]);
    assert_eq!(fresh(&project, &["--no-sign"]), [true]);
}

#[test]
fn another_key_signs_again() {
    let project = Project::tiny(PLAIN);
    assert_eq!(fresh(&project, &[]), [false]);
    key_pair(project.path(), "other");
    assert_eq!(fresh(&project, &["-k", "other.key"]), [false]);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("other.pub")]);
    assert_eq!(fresh(&project, &["-k", "other.key"]), [true]);
    std::fs::rename(project.join("other.key"), project.join("release.key")).expect("it moves");
    std::fs::rename(project.join("other.pub"), project.join("release.pub")).expect("it moves");
    assert_eq!(fresh(&project, &[]), [false], "the manifest names the signer otherwise");
}

#[test]
fn a_published_file_that_is_gone_or_changed_is_made_again() {
    let project = Project::tiny("signature = \"both\"\noptimize = false");
    assert_eq!(fresh(&project, &[]), [false]);
    for name in ["tiny.wasm", "tiny.wasm.sig"] {
        let path = project.module(name);
        let good = std::fs::read(&path).expect("it is published");
        std::fs::remove_file(&path).expect("it can be removed");
        assert_eq!(fresh(&project, &[]), [false], "{name} was gone");
        assert_eq!(std::fs::read(&path).expect("it is published"), good);
        let mut bad = good.clone();
        *bad.last_mut().expect("it is not empty") ^= 1;
        std::fs::write(&path, bad).expect("it can be written");
        assert_eq!(fresh(&project, &[]), [false], "{name} was changed");
        assert_eq!(std::fs::read(&path).expect("it is published"), good);
        std::fs::write(&path, b"").expect("it can be written");
        assert_eq!(fresh(&project, &[]), [false], "{name} was empty");
        assert_eq!(std::fs::read(&path).expect("it is published"), good);
    }
    assert!(strays(&project.output()).is_empty());
}

#[test]
fn a_record_that_cannot_be_read_is_no_record() {
    let project = Project::tiny(PLAIN);
    assert_eq!(fresh(&project, &[]), [false]);
    let record = project.output().join(".state").join(UNKNOWN).join("debug/tiny.wasm.json");
    for content in ["", "{}", "{\"fingerprint\":1}", "\0"] {
        std::fs::write(&record, content).expect("the record can be written");
        assert_eq!(fresh(&project, &[]), [false], "{content:?}");
    }
    assert_eq!(fresh(&project, &[]), [true]);
}

#[test]
fn a_stale_signature_goes() {
    let project = Project::tiny("optimize = false\nsignature = \"both\"");
    run(&mut project.build(&[])).exits(0);
    let names = ["debug/tiny.wasm", "debug/tiny.wasm.sig"].map(|name| format!("{UNKNOWN}/{name}"));
    assert_eq!(project.published(), names);
    let (module, signature) = (project.module("tiny.wasm"), project.module("tiny.wasm.sig"));
    verifies(&module, None, &[&project.join("release.pub")]);
    // For the peer an embedded signature is a part of the body.
    let cargos = project.join("target").join(UNKNOWN).join("debug/tiny.wasm");
    verifies(&cargos, Some(&signature), &[&project.join("release.pub")]);

    run(project.build(&[]).env("CARGO_WASMSIGN_SIGNATURE", "embedded")).exits(0);
    assert_eq!(project.published(), names[..1]);
    run(project.build(&[]).env("CARGO_WASMSIGN_SIGNATURE", "detached")).exits(0);
    assert_eq!(project.published(), names);
    verifies(&module, Some(&signature), &[&project.join("release.pub")]);
    assert_eq!(std::fs::read(&module).ok(), std::fs::read(cargos).ok(), "it stays as it is");
    run(&mut project.build(&["--no-sign"])).exits(0);
    assert_eq!(project.published(), names[..1]);
}

#[test]
fn a_target_directory_that_was_moved_is_not_taken_for_the_old_one() {
    let project = Project::tiny(PLAIN);
    assert_eq!(fresh(&project, &["--target-dir", "a"]), [false]);
    assert_eq!(fresh(&project, &["--target-dir", "a"]), [true]);
    std::fs::rename(project.join("a"), project.join("b")).expect("it can be moved");
    let built = run(&mut project.build(&["--target-dir", "b", "--format", "json"])).exits(0).json();
    let artifact = of_reason(&built, "wasmsign-artifact")[0];
    assert_eq!(
        artifact["path"].as_str().map(std::path::PathBuf::from),
        Some(project.join("b/wasmsign").join(UNKNOWN).join("debug/tiny.wasm"))
    );
}
