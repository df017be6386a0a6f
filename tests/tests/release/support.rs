//! Projects in git, and the releases of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::project::{CDYLIB, LIBRARY, Project, SIGNED};
use end_to_end::{Said, run, wasmsign};
use serde_json::Value;

/// Runs git, and gives what it says.
pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
    let output = command.current_dir(directory).output().expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("git writes text").trim().to_owned()
}

/// Commits all of a project but its secret key.
pub fn commit(project: &Project) -> String {
    if !project.join(".gitignore").exists() {
        project.write(".gitignore", "target\nrelease.key\n");
        git(project.path(), &["init", "-q", "."]);
    }
    git(project.path(), &["add", "-A"]);
    git(project.path(), &["commit", "-qm", "a commit"]);
    git(project.path(), &["rev-parse", "HEAD"])
}

/// A project `tiny` of one module, committed.
pub fn tiny() -> Project {
    let project = Project::tiny("");
    lock(&project);
    commit(&project);
    project
}

/// A workspace of four packages, committed.
pub fn workspace() -> Project {
    let members = ["alpha", "beta", "gamma", "delta"].map(|name| (name, CDYLIB, LIBRARY));
    let project = Project::workspace(SIGNED, &members);
    // Otherwise the optimizer makes one module of all of them.
    for (name, ..) in members {
        project.replace(&format!("{name}/src/lib.rs"), "42", &name.len().to_string());
        project.replace(&format!("{name}/src/lib.rs"), "answer", name);
    }
    lock(&project);
    commit(&project);
    project
}

/// Writes Cargo.lock.
pub fn lock(project: &Project) {
    let mut cargo = Command::new(end_to_end::cargo());
    let status =
        cargo.args(["generate-lockfile", "--offline", "-q"]).current_dir(project.path()).status();
    assert!(status.expect("cargo runs").success());
}

/// `cargo wasmsign release`, with these arguments.
pub fn release(project: &Project, arguments: &[&str]) -> Command {
    let mut command = wasmsign(project.path());
    command.arg("release").args(arguments).env_remove("SOURCE_DATE_EPOCH");
    command
}

/// Makes a release in the directory `name` beside the others, and gives it.
#[track_caller]
pub fn released(project: &Project, name: &str, arguments: &[&str]) -> PathBuf {
    let out = project.join("target").join(name);
    run(release(project, arguments).arg("--out").arg(&out)).exits(0);
    out
}

/// `release verify` of a directory by the project's own key.
pub fn verify(project: &Project, directory: &Path, arguments: &[&str]) -> Said {
    let mut command = wasmsign(project.path());
    command.args(["release", "verify"]).arg(directory).args(["-K", "release.pub"]).args(arguments);
    run(&mut command)
}

/// Asserts that a value has the keys that a published schema has for it, in this order, and no others but those that may be
/// missing.
#[track_caller]
pub fn fits(value: &Value, schema: &str, definition: Option<&str>) {
    let path = end_to_end::repository().join("docs").join(schema);
    let schema = std::fs::read(path).expect("it is published");
    let schema: Value = serde_json::from_slice(&schema).expect("it is JSON");
    let schema = definition.map_or(&schema, |name| &schema["$defs"][name]);
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().expect("it is an object").keys().cloned().collect()
    };
    let (found, mut known) = (keys(value), keys(&schema["properties"]));
    known.retain(|key| found.contains(key));
    assert_eq!(found, known);
    let required = schema["required"].as_array().expect("it is a list");
    assert!(required.iter().all(|key| value.get(key.as_str().expect("it is a key")).is_some()));
}

/// The index of a release.
pub fn index(directory: &Path) -> Value {
    let text = std::fs::read(directory.join("release.json")).expect("there is an index");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// The files of a directory, by name.
pub fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let name = |path: PathBuf| path.file_name().expect("it has one").to_string_lossy().into_owned();
    end_to_end::files(directory).into_iter().map(|(path, content)| (name(path), content)).collect()
}

/// A copy of a release, to be changed.
pub fn copied(from: &Path, to: &Path) -> PathBuf {
    let _ = std::fs::remove_dir_all(to);
    contents(from).iter().for_each(|(name, content)| end_to_end::write(&to.join(name), content));
    to.to_owned()
}
