//! What is in a release, by the judgement of others.

use std::path::Path;
use std::process::Command;

use end_to_end::fixtures::names;
use end_to_end::once::{exclusive, kept};
use end_to_end::project::{CDYLIB, LIBRARY, PROGRAM, Project, SIGNED, UNKNOWN, times, verifies};
use end_to_end::{repository, run, scratch, wasmsign};

use crate::support::{
    commit, contents, fits, git, index, lock, release, released, tiny, verify, workspace,
};

#[test]
fn a_release_has_all_its_files_and_changes_nothing_else() {
    let project = tiny();
    let revision = git(project.path(), &["rev-parse", "HEAD"]);
    let before = contents(&project.join(".git"));
    let said =
        run(release(&project, &["--format", "json"]).args(["--tag", "v0.1.0"])).exits(0).json();
    assert_eq!(said.len(), 1);
    let out = project.join("target/wasmsign/release/tiny-0.1.0");
    assert_eq!(said[0]["directory"], out.to_str().unwrap());
    let expected = [
        "SHA256SUMS",
        "SHA256SUMS.minisig",
        "release.json",
        "tiny-0.1.0.cdx.json",
        "tiny-0.1.0.intoto.jsonl",
        "tiny-0.1.0.wasm",
        "tiny-0.1.0.wasm.sig",
    ];
    assert_eq!(names(&out), expected);
    let module = out.join("tiny-0.1.0.wasm");
    verifies(&module, None, &[&project.join("release.pub")]);
    let index = index(&out);
    fits(&said[0], "output.schema.json", Some("Released"));
    fits(&said[0]["modules"][0], "output.schema.json", Some("ReleasedModule"));
    fits(&index, "release.schema.json", None);
    fits(&index["modules"][0], "release.schema.json", Some("Module"));
    let verified = verify(&project, &out, &["--format", "json"]).exits(0).json();
    fits(&verified[0], "output.schema.json", Some("ReleaseVerify"));
    assert_eq!(index["revision"], revision);
    assert_eq!(index["modules"][0]["size"], module.metadata().unwrap().len());
    assert_eq!(index["modules"][0]["identity"], said[0]["modules"][0]["identity"]);
    assert!(index["tools"]["rustc"].as_str().unwrap().starts_with("rustc "));
    assert!(index.get("dirty").is_none() && index.get("partition").is_none());
    // git is asked, and its repository stays as it was, byte for byte.
    assert_eq!(contents(&project.join(".git")), before);
    assert_eq!(git(project.path(), &["status", "--porcelain"]), "");
    git(project.path(), &["fsck", "--strict"]);
    assert!(
        !names(&project.join("target/wasmsign/release")).iter().any(|name| name.contains("tmp"))
    );
}

#[test]
fn sums_are_checked_by_sha256sum_and_minisign() {
    let project = tiny();
    let out = released(&project, "out", &[]);
    let sums = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(&out)
        .output();
    let sums = sums.expect("it is installed");
    let said = String::from_utf8_lossy(&sums.stdout).into_owned();
    assert!(sums.status.success(), "{said}");
    // Every file but the sums themselves and their signature.
    assert_eq!(said.lines().count(), names(&out).len() - 2, "{said}");
    let mut convert = wasmsign(project.path());
    convert.args(["key", "convert", "release.pub", "-o", "minisign.pub", "--encoding", "minisign"]);
    run(&mut convert).exits(0);
    let minisign = || {
        let mut command = Command::new("minisign");
        command
            .args(["-V", "-m", "SHA256SUMS", "-p"])
            .arg(project.join("minisign.pub"))
            .current_dir(&out);
        command.output().expect("it is installed")
    };
    let said = minisign();
    assert!(said.status.success(), "{said:?}");
    assert!(String::from_utf8_lossy(&said.stdout).contains("SHA256SUMS of tiny 0.1.0"), "{said:?}");
    let text = std::fs::read_to_string(out.join("SHA256SUMS")).unwrap();
    end_to_end::write(&out.join("SHA256SUMS"), text.replacen('a', "b", 1));
    assert!(!minisign().status.success());
}

#[test]
fn a_key_of_minisigns_keeps_its_number() {
    let project = tiny();
    let keygen =
        ["keygen", "-k", "target/mini.key", "-K", "target/mini.pub", "--encoding", "minisign"];
    std::fs::create_dir_all(project.join("target")).unwrap();
    run(wasmsign(project.path()).args(keygen)).exits(0);
    let out = released(&project, "out", &["-k", "target/mini.key"]);
    let mut command = Command::new("minisign");
    command
        .args(["-V", "-m", "SHA256SUMS", "-p"])
        .arg(project.join("target/mini.pub"))
        .current_dir(&out);
    let said = command.output().expect("it is installed");
    assert!(said.status.success(), "{said:?}");
}

#[test]
fn bills_and_statements_are_those_of_their_specifications() {
    let peers = kept().join("release-peers");
    let install = repository().join("tests/tests/release/install-peers.sh");
    let lock = exclusive(&kept().join("release-peers.lock"));
    let status = Command::new(install).arg(&peers).status().expect("bash is there");
    assert!(status.success(), "the libraries cannot be installed");
    drop(lock);
    let project = workspace();
    let key =
        run(wasmsign(project.path()).args(["key", "show", "release.pub", "--format", "json"]))
            .exits(0)
            .json();
    let key = key[0]["public_key"].as_str().expect("it is text")[2..].to_owned();
    let check = |out: &Path| {
        let mut python = Command::new(peers.join("bin/python"));
        python.arg(repository().join("tests/tests/release/peers.py")).arg(out).arg(&key);
        let said = python.output().expect("it was installed");
        (said.status.success(), String::from_utf8_lossy(&said.stderr).into_owned())
    };
    for (name, epoch) in [("plain", ""), ("timed", "1700000000")] {
        let out = project.join("target").join(name);
        run(release(&project, &[]).env("SOURCE_DATE_EPOCH", epoch).arg("--out").arg(&out)).exits(0);
        let (success, said) = check(&out);
        assert!(success, "{said}");
    }
    // The check is one.
    let out = project.join("target/plain");
    let bill = std::fs::read_to_string(out.join("beta-0.1.0.cdx.json")).unwrap();
    end_to_end::write(
        &out.join("beta-0.1.0.cdx.json"),
        bill.replacen("\"library\"", "\"mine\"", 1),
    );
    assert!(!check(&out).0);
}

#[test]
fn the_same_commit_gives_the_same_bytes_anywhere() {
    let project = workspace();
    let first = released(&project, "first", &[]);
    let before = times(&first);
    let said =
        run(release(&project, &["--format", "json"]).arg("--out").arg(&first)).exits(0).json();
    assert_eq!((said[0]["fresh"].as_bool(), times(&first)), (Some(true), before));
    let clone = scratch();
    git(clone.path(), &["clone", "-q", project.path().to_str().unwrap(), "elsewhere"]);
    let clone = clone.path().join("elsewhere");
    std::fs::copy(project.join("release.key"), clone.join("release.key")).unwrap();
    let mut elsewhere = wasmsign(&clone);
    run(elsewhere.args(["release", "--out", "../out"]).env_remove("SOURCE_DATE_EPOCH")).exits(0);
    let second = clone.join("../out");
    assert_eq!(contents(&first), contents(&second));
    let texts =
        contents(&first).into_iter().map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
    let here = project.path().to_str().unwrap();
    assert!(texts.into_iter().all(|text| !text.contains(here)));
}

#[test]
fn a_time_is_said_where_one_is_set_and_nowhere_else() {
    let project = tiny();
    let has_time = |out: &Path| {
        let mut all = contents(out)
            .into_iter()
            .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
        all.any(|text| text.contains("2023-11-14T22:13:20Z") || text.contains("\"timestamp\""))
    };
    assert!(!has_time(&released(&project, "plain", &[])));
    let out = project.join("target/timed");
    let mut timed = release(&project, &[]);
    timed.env("SOURCE_DATE_EPOCH", "1700000000").arg("--out").arg(&out);
    run(&mut timed).exits(0);
    assert!(has_time(&out));
    verify(&project, &out, &[]).exits(0);
    for wrong in ["soon", "1.5", "99999999999999"] {
        run(release(&project, &[]).env("SOURCE_DATE_EPOCH", wrong))
            .exits(2)
            .says(&["SOURCE_DATE_EPOCH"]);
    }
}

#[test]
fn names_say_targets_and_triples_only_where_there_are_several() {
    let manifest = |rest: &str| format!("{rest}[package.metadata.wasmsign]\n");
    let several = "[[bin]]\nname = \"one\"\npath = \"src/main.rs\"\n[[bin]]\nname = \"two\"\npath = \"src/main.rs\"\n";
    let project = Project::workspace(
        SIGNED,
        &[
            ("single", &manifest(CDYLIB), LIBRARY),
            ("programs", &format!("{}target = \"wasm32-wasip1\"\n", manifest(several)), PROGRAM),
            (
                "twice",
                &format!("{}target = [\"{UNKNOWN}\", \"wasm32v1-none\"]\n", manifest(CDYLIB)),
                LIBRARY,
            ),
        ],
    );
    lock(&project);
    commit(&project);
    let out = released(&project, "out", &["--workspace", "--no-optimize"]);
    let modules: Vec<_> = names(&out).into_iter().filter(|name| name.ends_with(".wasm")).collect();
    let expected = [
        "programs-one-0.1.0.wasm",
        "programs-two-0.1.0.wasm",
        "single-0.1.0.wasm",
        "twice-wasm32-unknown-unknown-0.1.0.wasm",
        "twice-wasm32v1-none-0.1.0.wasm",
    ];
    assert_eq!(modules, expected);
    verify(&project, &out, &["--strict"]).exits(0);
}

#[test]
fn wherever_a_manifest_puts_signatures_a_release_has_both() {
    for placement in ["embedded", "detached", "both"] {
        let project = Project::tiny(&format!("signature = \"{placement}\""));
        lock(&project);
        commit(&project);
        let out = released(&project, "out", &[]);
        verify(&project, &out, &["--strict"]).exits(0);
    }
}

#[test]
fn without_git_there_is_no_revision() {
    let project = Project::tiny("");
    let out = project.join("target/out");
    run(release(&project, &[]).arg("--out").arg(&out)).exits(0).says(&["names no git revision"]);
    assert!(index(&out)["revision"].is_null());
    verify(&project, &out, &[]).exits(0);
}

#[test]
fn packages_of_several_versions_are_named_after_the_revision() {
    let project = workspace();
    project.replace("beta/Cargo.toml", "0.1.0", "0.2.0");
    lock(&project);
    let revision = commit(&project);
    run(&mut release(&project, &["--no-optimize"])).exits(0);
    let out = project.join(format!("target/wasmsign/release/workspace-{}", &revision[..12]));
    assert!(index(&out)["version"].is_null());
    assert!(out.join("beta-0.2.0.wasm").exists());
    run(&mut release(&project, &["--tag", "v0.1.0"])).exits(2).says(&["several versions"]);
    run(&mut release(&project, &["-p", "beta", "--tag", "beta-v0.2.0"])).exits(0);
}
