//! `cargo wasmsign clean`: what it takes away, and what it leaves to a build that runs meanwhile.

#![cfg(unix)]

use std::process::Stdio;

use end_to_end::project::{Project, eventually, script, verifies};
use end_to_end::{files, run, wasmsign};

/// A project whose transform waits where a file `wait` says so.
fn project() -> Project {
    let project = Project::tiny("transform.command = [\"./tool\"]\noptimize = 1");
    script(
        &project.join("tool"),
        "touch begun; [ ! -e wait ] || while [ ! -e go ]; do sleep 0.01; done; cat",
    );
    project
}

fn clean(project: &Project, arguments: &[&str]) -> end_to_end::Said {
    run(wasmsign(project.path()).arg("clean").args(arguments)).exits(0)
}

#[test]
fn all_that_is_ours_goes_and_nothing_of_cargos() {
    let project = project();
    run(&mut project.build(&[])).exits(0);
    run(&mut project.build(&["-r", "--target", "wasm32-wasip1"])).exits(0);
    let module = project.module("tiny.wasm");
    run(wasmsign(project.path()).args(["verify", "--rebuild"]).arg(&module)).exits(0);
    let before = files(&project.join("target/wasm32-unknown-unknown"));
    let ours = files(&project.output());
    let locks = ours.iter().filter(|(path, _)| path.ends_with("lock")).count();
    let bytes: usize = ours.iter().map(|(_, content)| content.len()).sum();
    let said = &clean(&project, &["--format", "json"]).json()[0];
    assert!(
        said["directory"].as_str().is_some_and(|path| path.ends_with("target/wasmsign")),
        "{said}"
    );
    assert_eq!(said["files"], ours.len() - locks);
    assert_eq!(said["bytes"], bytes);
    assert!(!project.output().exists());
    assert_eq!(files(&project.join("target/wasm32-unknown-unknown")), before);
    run(&mut project.build(&[])).exits(0);
    verifies(&module, None, &[&project.join("release.pub")]);
    assert_eq!(clean(&Project::tiny(""), &["--format", "json"]).json()[0]["files"], 0);
}

#[test]
fn the_cache_alone_goes_with_its_flag() {
    let project = project();
    run(&mut project.build(&[])).exits(0);
    let said = clean(&project, &["--cache"]);
    assert!(said.out.contains("Removed 1 file, "), "{}", said.out);
    assert_eq!(project.published().len(), 1);
    let messages = run(&mut project.build(&["--format", "json"])).exits(0).json();
    assert_eq!(end_to_end::project::of_reason(&messages, "wasmsign-artifact")[0]["fresh"], true);
}

#[test]
fn a_build_that_runs_meanwhile_is_not_disturbed() {
    let project = project();
    run(&mut project.build(&["-r"])).exits(0);
    std::fs::remove_file(project.join("begun")).expect("it is there");
    project.write("wait", "");
    let mut command = project.build(&[]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    eventually("the transform waits", || project.join("begun").exists());
    clean(&project, &[]).says(&["wasm32-unknown-unknown/debug", "a build is using it"]);
    let left = project.published();
    assert!(left.iter().all(|path| path.contains("/debug/.tiny.wasm.")), "{left:?}");
    project.write("go", "");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    clean(&project, &[]);
    assert!(!project.output().exists());
}

#[test]
fn builds_and_cleaning_at_once_get_along() {
    let project = project();
    let build = |flags: &[&str]| {
        let mut command = project.build(flags);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    for _ in 0..4 {
        let builds = [build(&[]), build(&["-r"]), build(&[])];
        for _ in 0..20 {
            let mut command = wasmsign(project.path());
            run(command.args(["clean", "--target-dir", "target"])).exits(0);
        }
        for build in builds {
            let output = build.wait_with_output().expect("it ends");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
