//! `release --partition` and `release merge`: several machines make one release.

use std::path::PathBuf;

use end_to_end::project::Project;
use end_to_end::{Said, run, wasmsign, write};

use crate::support::{commit, contents, copied, index, released, verify, workspace};

/// The parts of a release of the project.
fn parts(project: &Project, count: usize, arguments: &[&str]) -> Vec<PathBuf> {
    let part = |number: usize| {
        let partition = format!("hash:{number}/{count}");
        let arguments = [&["--partition", &partition], arguments].concat();
        released(project, &format!("part-{number}"), &arguments)
    };
    (1..=count).map(part).collect()
}

fn merge(project: &Project, parts: &[PathBuf], arguments: &[&str]) -> Said {
    let mut command = wasmsign(project.path());
    command.args(["release", "merge", "--out", "target/merged"]).args(parts).args(arguments);
    run(&mut command)
}

#[test]
fn parts_together_are_the_whole() {
    let project = workspace();
    let whole = released(&project, "whole", &[]);
    let mut parts = parts(&project, 5, &[]);
    parts.reverse();
    assert!(parts.iter().any(|part| index(part)["modules"].as_array().unwrap().is_empty()));
    merge(&project, &parts, &["-k", "release.key"]).exits(0);
    let merged = project.join("target/merged");
    assert_eq!(contents(&whole), contents(&merged));
    let said = merge(&project, &parts, &["--with", "release", "--format", "json"]).exits(0).json();
    assert_eq!(said[0]["fresh"], true);
    verify(&project, &merged, &["--strict"]).exits(0);
}

#[test]
fn unsigned_parts_are_merged_and_signed_as_one() {
    let project = workspace();
    let whole = released(&project, "whole", &[]);
    let parts = parts(&project, 2, &["--no-sign"]);
    merge(&project, &parts, &["-k", "release.key"]).exits(2).says(&["not signed", "release sign"]);
    merge(&project, &parts, &[]).exits(0);
    run(wasmsign(project.path()).args(["release", "sign", "target/merged", "-k", "release.key"]))
        .exits(0);
    assert_eq!(contents(&whole), contents(&project.join("target/merged")));
}

#[test]
fn parts_that_are_not_one_whole_are_refused() {
    let project = workspace();
    let parts = parts(&project, 3, &[]);
    let key = ["-k", "release.key"];
    merge(&project, &parts[1..], &key).exits(2).says(&["missing", "1/3"]);
    let doubled = [&parts[..], &parts[..1]].concat();
    merge(&project, &doubled, &key).exits(2).says(&["twice", "1/3"]);
    merge(&project, &parts, &[]).exits(2).says(&["no key to sign with"]);
    let whole = released(&project, "whole", &[]);
    merge(&project, &[whole], &key).exits(2).says(&["not a part", "--partition"]);
    let half = released(&project, "half", &["--partition", "hash:1/2"]);
    merge(&project, &[half, parts[1].clone()], &key).exits(2).says(&["1/2", "2/3"]);
    // A changed part, and one from which a package was taken.
    let alpha = parts.iter().position(|part| part.join("alpha-0.1.0.wasm").exists()).unwrap();
    let changed = copied(&parts[alpha], &project.join("target/changed"));
    write(&changed.join("alpha-0.1.0.cdx.json"), "{}");
    let mut with_changed = parts.clone();
    with_changed[alpha] = changed.clone();
    merge(&project, &with_changed, &key).exits(3).says(&["alpha-0.1.0.cdx.json", "sum-mismatch"]);
    let empty = released(
        &project,
        "empty",
        &["-p", "beta", "--no-sign", "--partition", &format!("hash:{}/3", alpha + 1)],
    );
    with_changed[alpha] = empty.clone();
    merge(&project, &with_changed, &key).exits(2);
    let forged = std::fs::read_to_string(empty.join("release.json")).unwrap();
    let real = std::fs::read_to_string(parts[alpha].join("release.json")).unwrap();
    let packages = |text: &str| {
        let (_, rest) = text.split_once("\"packages\": [").unwrap();
        rest.split_once(']').unwrap().0.to_owned()
    };
    let forged = forged.replace(&packages(&forged), &packages(&real));
    let forged = forged.replace("\"name\": \"beta\"", "\"name\": \"workspace\"");
    write(&empty.join("release.json"), forged);
    let sums = "ls | grep -v SHA256SUMS | xargs sha256sum > SHA256SUMS";
    assert!(
        std::process::Command::new("sh")
            .args(["-c", sums])
            .current_dir(&empty)
            .status()
            .unwrap()
            .success()
    );
    merge(&project, &with_changed, &key).exits(2).says(&["lacks the package", "alpha"]);
    // A part of another commit.
    project.write("notes.txt", "new");
    commit(&project);
    let mut mixed = parts.clone();
    mixed[0] = released(&project, "newer", &["--partition", "hash:1/3"]);
    merge(&project, &mixed, &key).exits(2).says(&["different releases"]);
    assert!(!project.join("target/merged").exists());
}
