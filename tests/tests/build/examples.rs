//! Examples, and copies of what is published (`--artifact-dir`).

use std::path::PathBuf;
use std::process::Command;

use end_to_end::project::{
    CDYLIB, LIBRARY, PROGRAM, Project, SIGNED, UNKNOWN, of_reason, times, verifies,
};
use end_to_end::{cargo, run, wasmsign};
use serde_json::json;

const WASI: &str = "wasm32-wasip1";

/// A package with a library, an example that is a library, and one that is a program.
fn with_examples(table: &str) -> Project {
    let project = Project::tiny(&format!("optimize = false\n{table}"));
    let example = "[[example]]\nname = \"plug-in\"\ncrate-type = [\"cdylib\"]\n[lib]";
    project.replace("Cargo.toml", "[lib]", example);
    project.write("examples/plug-in.rs", LIBRARY);
    project.write("examples/prog-ram.rs", PROGRAM);
    project
}

fn example(name: &str) -> String {
    format!("{UNKNOWN}/debug/examples/{name}.wasm")
}

#[test]
fn an_example_is_built_signed_and_published_below_examples() {
    let project = with_examples("signature = \"both\"");
    let said = run(&mut project.build(&["--example", "plug-in", "--format", "json"])).exits(0);
    let plug_in = example("plug_in");
    assert_eq!(project.published(), [plug_in.clone(), format!("{plug_in}.sig")]);
    let module = project.output().join(&plug_in);
    verifies(&module, None, &[&project.join("release.pub")]);
    let lines = said.json();
    let artifact = of_reason(&lines, "wasmsign-artifact")[0].clone();
    assert_eq!(artifact["path"], json!(module));
    assert_eq!(artifact["target"], json!({"name": "plug-in", "kind": ["example"]}));

    let before = times(&project.output());
    let again = run(&mut project.build(&["--examples", "--format", "json"])).exits(0).json();
    let fresh: Vec<_> = of_reason(&again, "wasmsign-artifact")
        .iter()
        .map(|artifact| (artifact["target"]["name"].clone(), artifact["fresh"].clone()))
        .collect();
    assert_eq!(fresh.len(), 2);
    assert!(fresh.contains(&(json!("plug-in"), json!(true))), "{fresh:?}");
    assert!(fresh.contains(&(json!("prog-ram"), json!(false))), "{fresh:?}");
    let unchanged = |(path, time)| before.contains(&(path, time));
    let kept = times(&project.output()).into_iter().filter(|(path, _)| path.is_file());
    assert_eq!(
        kept.filter(|file| unchanged(file.clone())).count(),
        before.iter().filter(|(path, _)| path.is_file()).count()
    );

    // A library of the same name is another module.
    run(&mut project.build(&[])).exits(0);
    assert!(project.module("tiny.wasm").is_file() && module.is_file());
    let missing = run(&mut project.build(&["--example", "gone"])).exits(101);
    assert!(missing.err.contains("gone"), "cargo says why: {}", missing.err);
}

#[test]
fn an_example_among_cargos_messages_is_signed_too() {
    let project = with_examples("");
    let mut cargo = Command::new(cargo());
    cargo.args(["build", "--message-format=json", "--example", "plug-in", "--target", UNKNOWN]);
    cargo.env_remove("CARGO_TARGET_DIR").current_dir(project.path());
    project.write("messages", cargo.output().expect("cargo runs").stdout);
    let mut sign = wasmsign(project.path());
    run(sign.args(["sign", "--cargo-messages", "messages"])).exits(0);
    assert_eq!(project.published(), [example("plug_in")]);
    verifies(&project.output().join(example("plug_in")), None, &[&project.join("release.pub")]);
    let rebuild = |module: PathBuf| {
        let mut verify = wasmsign(project.path());
        verify.args(["verify", "--rebuild", "--format", "json", "--profile", "dev"]);
        let said = run(verify.arg(module)).exits(0).json();
        assert_eq!(said[0]["rebuilt"]["same"], true);
    };
    rebuild(project.output().join(example("plug_in")));
    // One that lies elsewhere is found by its name.
    std::fs::copy(project.output().join(example("plug_in")), project.join("plug_in.wasm"))
        .expect("it can be copied");
    rebuild(project.join("plug_in.wasm"));
}

#[test]
fn what_is_left_alone_is_told_once() {
    let off = format!("{CDYLIB}[package.metadata.wasmsign]\nenabled = false\n");
    let on = format!("{CDYLIB}[package.metadata.wasmsign]\noptimize = false\n");
    let members = [("alpha", &*on, LIBRARY), ("off", &*off, LIBRARY), ("plain", CDYLIB, LIBRARY)];
    let project = Project::workspace(SIGNED, &members);
    let mut cargo = Command::new(cargo());
    cargo.args(["build", "--message-format=json", "--target", UNKNOWN]);
    cargo.env_remove("CARGO_TARGET_DIR").current_dir(project.path());
    let messages = cargo.output().expect("cargo runs").stdout;
    project.write("messages", [&messages[..], &messages].concat());
    let mut sign = wasmsign(project.path());
    let said = run(sign.args(["sign", "--cargo-messages", "messages"])).exits(0);
    for name in ["off", "plain"] {
        let line = format!("debug/{name}.wasm: its package is not published");
        assert_eq!(said.err.matches(&line).count(), 1, "{}", said.err);
    }
    assert!(!said.err.contains("debug/alpha.wasm:"), "{}", said.err);
}

/// The files of a directory below a project, with their content.
fn content(project: &Project, directory: &str) -> Vec<(PathBuf, Vec<u8>)> {
    end_to_end::files(&project.join(directory))
}

#[test]
fn what_is_published_is_copied() {
    let project = with_examples("signature = \"both\"");
    let flags = ["--lib", "--example", "plug-in", "--artifact-dir", "out/dist"];
    let said = run(&mut project.build(&flags)).exits(0).says(&["Copied out/dist/tiny.wasm\n"]);
    assert!(said.out.contains("Published"), "{}", said.out);
    let copies = content(&project, "out");
    let names = ["plug_in.wasm", "plug_in.wasm.sig", "tiny.wasm", "tiny.wasm.sig"];
    let paths: Vec<_> = names.iter().map(|name| project.join("out/dist").join(name)).collect();
    assert_eq!(copies.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(), paths);
    let one = |path: PathBuf| std::fs::read(path).expect("it is published");
    assert!(copies[2].1 == one(project.module("tiny.wasm")));
    assert!(copies[0].1 == one(project.output().join(example("plug_in"))));

    // Nothing is written where nothing is new, and what was changed comes back.
    let before = times(&project.join("out"));
    let said = run(&mut project.build(&flags)).exits(0);
    assert!(!said.err.contains("Copied"), "{}", said.err);
    assert_eq!(times(&project.join("out")), before);
    project.write("out/dist/tiny.wasm", "another");
    let said = run(&mut project.build(&flags)).exits(0);
    assert_eq!(said.err.matches("Copied").count(), 1, "{}", said.err);
    assert!(content(&project, "out") == copies);

    // A signature that is not made any more does not stay.
    project.replace("Cargo.toml", "\"both\"", "\"embedded\"");
    run(&mut project.build(&flags)).exits(0);
    let names: Vec<_> = content(&project, "out").into_iter().map(|(path, _)| path).collect();
    assert_eq!(names, [&paths[0], &paths[2]].map(Clone::clone));
}

#[test]
fn a_manifest_names_the_directory_from_its_own_place() {
    let guest =
        |rest: &str| format!("{CDYLIB}[package.metadata.wasmsign]\noptimize = false\n{rest}");
    let root = SIGNED.replace("sign-with", "artifact-dir = \"dist\"\nsign-with");
    let (alpha, beta) = (guest(""), guest("artifact-dir = \"../own\"\n"));
    let project =
        Project::workspace(&root, &[("alpha", &alpha, LIBRARY), ("beta", &beta, LIBRARY)]);
    run(&mut project.build_in("alpha", &["--workspace"])).exits(0);
    assert_eq!(content(&project, "dist")[0].0, project.join("dist/alpha.wasm"));
    assert_eq!(content(&project, "beta/../own")[0].0, project.join("beta/../own/beta.wasm"));
    let said =
        run(&mut project.build_in("alpha", &["--dry-run", "--artifact-dir", "here"])).exits(0);
    assert!(
        said.out.contains(&format!("copy to {}", project.join("alpha/here").display())),
        "{}",
        said.out
    );
    assert!(!project.join("alpha/here").exists());
}

#[test]
fn all_is_copied_or_nothing() {
    let guest = format!("{CDYLIB}[package.metadata.wasmsign]\noptimize = false\n");
    let project =
        Project::workspace(SIGNED, &[("alpha", &guest, LIBRARY), ("beta", &guest, LIBRARY)]);
    let flags = ["--artifact-dir", "dist"];
    // One of the copies cannot be written.
    project.write("dist/beta.wasm/file", "");
    run(&mut project.build(&flags)).exits(4).says(&["dist/beta.wasm"]);
    assert!(!project.join("dist/alpha.wasm").exists());
    assert!(end_to_end::strays(&project.join("dist")).is_empty());
    std::fs::remove_dir_all(project.join("dist")).expect("it is ours");
    // One of the modules cannot be made.
    project.replace("beta/Cargo.toml", "optimize = false", "transform.command = [\"false\"]");
    run(&mut project.build(&flags)).exits(5);
    assert!(content(&project, "dist").is_empty());
    // The directory cannot be made: that is told before cargo runs.
    let project = Project::tiny("optimize = false");
    project.write("dist", "a file");
    run(&mut project.build(&flags)).exits(4).says(&["dist"]);
    project.is_untouched();
}

#[test]
fn a_directory_that_cannot_hold_the_copies_is_refused_before_cargo_runs() {
    let project = Project::tiny(&format!("optimize = false\ntarget = [\"{UNKNOWN}\", \"{WASI}\"]"));
    let two = run(&mut project.build(&["--artifact-dir", "dist"])).exits(2);
    two.says(&["`tiny.wasm`", UNKNOWN, WASI, "dist/tiny.wasm", "help: "]);
    let cargos = format!("target/{UNKNOWN}/debug");
    let said = run(&mut project.build(&["--target", UNKNOWN, "--artifact-dir", &cargos])).exits(2);
    said.says(&["cargo's own files"]);
    project.is_untouched();
}
