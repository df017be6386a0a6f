//! What was optimized before is not optimized again, and whatever happens to the cache harms no build.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use end_to_end::project::{Project, eventually, script, verifies};
use end_to_end::{files, run, strays, wasmsign};
use serde_json::json;

/// A wasm-opt that counts its calls, waits for a file `go` if there is one `wait`, and copies the module.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 999"; exit 0; fi
here=$(dirname "$0")
echo call >> "$here/calls"
if [ -e "$here/wait" ]; then while [ ! -e "$here/go" ]; do sleep 0.02; done; fi
while [ "$1" != -o ]; do shift; done
cat "$3" > "$2"
"#;

fn project() -> Project {
    let project = Project::tiny("optimize.tool = \"./wasm-opt\"");
    script(&project.join("wasm-opt"), TOOL);
    project
}

/// Builds, and gives what was said.
#[track_caller]
fn build(project: &Project) -> String {
    let said = run(&mut project.build(&[])).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert!(strays(&project.output()).is_empty());
    said.err
}

/// How often the optimizer was called.
fn calls(project: &Project) -> usize {
    std::fs::read_to_string(project.join("calls")).map_or(0, |text| text.lines().count())
}

fn cache(project: &Project) -> PathBuf {
    project.output().join(".cache/optimized")
}

fn entries(project: &Project) -> Vec<PathBuf> {
    files(&cache(project)).into_iter().map(|(path, _)| path).collect()
}

/// Asks for the same module once more.
fn forget(project: &Project) {
    std::fs::remove_dir_all(project.output().join(".state")).expect("it can be removed");
}

/// `cargo wasmsign clean --cache`, and the object that it prints.
#[track_caller]
fn clean(directory: &Path, arguments: &[&str]) -> serde_json::Value {
    let mut command = wasmsign(directory);
    run(command.args(["clean", "--cache", "--format", "json"]).args(arguments))
        .exits(0)
        .json()
        .remove(0)
}

#[test]
fn going_back_costs_no_optimizing() {
    let project = project();
    assert!(!build(&project).contains("as before"));
    let first = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    project.replace("src/lib.rs", "42", "43");
    assert!(!build(&project).contains("as before"));
    project.replace("src/lib.rs", "43", "42");
    assert!(build(&project).contains("as before"));
    assert_eq!(calls(&project), 2);
    assert!(std::fs::read(project.module("tiny.wasm")).is_ok_and(|module| module == first));
    forget(&project);
    assert!(build(&project).contains("as before"));
    assert_eq!((calls(&project), entries(&project).len()), (2, 2));
}

#[test]
fn other_options_and_other_tools_are_asked_again() {
    let project = project();
    build(&project);
    project.replace("Cargo.toml", "./wasm-opt\"", "./wasm-opt\"\noptimize.level = 1");
    build(&project);
    assert_eq!(calls(&project), 2);
    // The same version of other bytes may do otherwise.
    script(&project.join("wasm-opt"), &format!("{TOOL}true"));
    build(&project);
    assert_eq!(calls(&project), 3);
}

#[test]
fn a_broken_cache_is_no_cache() {
    let project = project();
    build(&project);
    let good = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    let entry = entries(&project).remove(0);
    let whole = std::fs::read(&entry).expect("it can be read");
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("it is not empty") ^= 1;
    for (number, broken) in [&whole[..whole.len() - 1], &flipped, b""].into_iter().enumerate() {
        std::fs::write(&entry, broken).expect("it can be written");
        forget(&project);
        assert!(!build(&project).contains("as before"));
        assert_eq!(calls(&project), number + 2);
        assert!(std::fs::read(project.module("tiny.wasm")).is_ok_and(|module| module == good));
        assert!(std::fs::read(&entry).is_ok_and(|content| content == whole), "it is mended");
    }
    let directory = cache(&project);
    std::fs::remove_dir_all(&directory).expect("it can be removed");
    std::fs::write(&directory, "in the way").expect("it can be written");
    forget(&project);
    build(&project);
    assert!(directory.is_file());
}

#[test]
fn the_environment_bounds_it() {
    let project = project();
    run(project.build(&[]).env("CARGO_WASMSIGN_CACHE_SIZE", "0")).exits(0);
    assert!(!cache(&project).exists());
    let mut wrong = project.build(&[]);
    run(wrong.env("CARGO_WASMSIGN_CACHE_SIZE", "1 GiB")).exits(2).says(&[
        "CARGO_WASMSIGN_CACHE_SIZE",
        "1 GiB",
        "help: ",
    ]);
}

#[test]
fn clean_empties_it_and_nothing_else() {
    let project = project();
    assert_eq!(clean(project.path(), &[])["files"], 0);
    build(&project);
    let sizes = |path: PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
    let bytes: u64 = entries(&project).into_iter().map(sizes).sum();
    let published = project.published();
    let cleaned = clean(project.path(), &[]);
    assert_eq!((&cleaned["files"], &cleaned["bytes"]), (&json!(1), &json!(bytes)));
    let said = cleaned["directory"].as_str().expect("a path is a text");
    assert!(said.ends_with("target/wasmsign/.cache/optimized"), "{said}");
    assert!(entries(&project).is_empty());
    assert_eq!(project.published(), published);
    build(&project);
    assert_eq!(calls(&project), 1, "the published module is fresh all the same");
}

#[test]
fn clean_finds_the_directory_as_cargo_does() {
    let project = project();
    run(&mut project.build(&["--target-dir", "elsewhere"])).exits(0);
    assert_eq!(clean(project.path(), &[])["files"], 0);
    let mut human = wasmsign(project.path());
    let said = run(human.args(["clean", "--cache", "--target-dir", "elsewhere"])).exits(0);
    assert!(said.out.contains("Removed 1 file, "), "{}", said.out);
    run(project.build(&["--no-sign"]).env("CARGO_TARGET_DIR", "elsewhere")).exits(0);
    let manifest = project.join("Cargo.toml");
    let mut from_afar = wasmsign(Path::new("/"));
    from_afar.args(["clean", "--cache", "--format", "json", "--manifest-path"]).arg(manifest);
    from_afar.env("CARGO_TARGET_DIR", project.join("elsewhere"));
    assert_eq!(run(&mut from_afar).exits(0).json()[0]["files"], 1);
    let nowhere = end_to_end::scratch();
    run(wasmsign(nowhere.path()).arg("clean")).exits(101).says(&["cargo metadata failed"]);
}

#[test]
fn clean_does_not_disturb_a_build() {
    let project = project();
    project.write("wait", "");
    let mut command = project.build(&[]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    eventually("the optimizer waits", || calls(&project) == 1);
    clean(project.path(), &[]);
    project.write("go", "");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert_eq!(entries(&project).len(), 1);
}

#[test]
fn builds_at_once_share_it() {
    let project = project();
    let start = |flags: &[&str]| {
        let mut command = project.build(flags);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let builds = [start(&[]), start(&["-r"]), start(&["--target", "wasm32-wasip1"])];
    for build in builds {
        let output = build.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(project.published().len(), 3);
    assert!(strays(&project.output()).is_empty());
}
