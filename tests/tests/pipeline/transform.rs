//! `transform`: a program of the user's between cargo and the optimizer.

#![cfg(unix)]

use std::path::Path;

use end_to_end::project::{LIBRARY, Project, custom_sections, of_reason, script, verifies};
use end_to_end::{key_pair, program, run, strays};
use serde_json::Value;

/// A custom section `mark` of these bytes, as `printf` writes it.
const MARK: &str = r"printf '\000\011\004markabcd'";

/// A project whose `transform` is what `command` says of a script with these lines.
fn with_script(command: &str, lines: &str) -> Project {
    let project = Project::tiny(&format!("optimize = false\n{command}"));
    script(&project.join("tool"), lines);
    project
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file can be read")
}

/// Builds, and tells whether the module was fresh.
#[track_caller]
fn fresh(project: &Project) -> bool {
    let messages = run(&mut project.build(&["--format", "json"])).exits(0).json();
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert!(strays(&project.output()).is_empty());
    of_reason(&messages, "wasmsign-artifact")[0]["fresh"] == Value::Bool(true)
}

/// Asserts that nothing was published, and nothing left lying about.
#[track_caller]
fn published_nothing(project: &Project) {
    assert!(project.published().is_empty(), "{:?}", project.published());
    assert!(strays(&project.join("target")).is_empty());
}

#[test]
fn a_module_goes_through_it_in_every_way() {
    let made_of = "cat \"$1\" > \"$2\"";
    for (command, lines) in [
        ("transform.command = [\"./tool\"]", "cat; MARK".to_owned()),
        (
            "transform.command = [\"./tool\", \"{input}\", \"{output}\"]",
            format!("{made_of}; MARK >> \"$2\""),
        ),
        ("transform.command = [\"./tool\", \"{input}\"]", "cat \"$1\"; MARK".to_owned()),
        (
            "transform.command = [\"./tool\", \"--out={output}\"]",
            "exec > \"${1#--out=}\"; cat; MARK".to_owned(),
        ),
        (
            "transform = { command = [\"./tool\", \"{input}\", \"made/{name}_bg.wasm\"], \
             output = \"made/{name}_bg.wasm\" }",
            format!("mkdir -p made; {made_of}; MARK >> \"$2\""),
        ),
        // Found as every program is; it gets the script as a word.
        ("transform.command = [\"sh\", \"tool\"]", "cat; MARK".to_owned()),
    ] {
        let project = with_script(command, &lines.replace("MARK", MARK));
        run(&mut project.build(&[])).exits(0).says(&["Transforming", "tiny with "]);
        let module = project.module("tiny.wasm");
        assert_eq!(custom_sections(&module).last().map(String::as_str), Some("mark"), "{command}");
        verifies(&module, None, &[&project.join("release.pub")]);
        assert!(fresh(&project), "{command}");
    }
}

#[test]
fn a_program_that_fails_is_told_and_nothing_is_published() {
    let reads = "transform.command = [\"./tool\"]";
    let leaves = "transform = { command = [\"./tool\", \"{input}\"], output = \"left.wasm\" }";
    for (command, lines, code, words) in [
        (reads, "echo 'no reason' >&2; exit 3", 5, &["`./tool`", "exit code 3", "no reason"][..]),
        (reads, "cat; exit 1", 5, &["exit code 1"]),
        (reads, "kill -TERM $$", 5, &["signal 15"]),
        (leaves, "exit 0", 5, &["wrote no module", "left.wasm", "transform.output"]),
        (reads, "exit 0", 5, &["tiny.wasm", "no module", "standard output"]),
        (reads, "head -c 100", 5, &["tiny.wasm", "not valid"]),
        (reads, "echo text", 5, &["tiny.wasm", "no module"]),
    ] {
        let project = with_script(command, lines);
        run(&mut project.build(&[])).exits(code).says(words);
        published_nothing(&project);
    }
}

#[test]
fn a_program_that_fails_leaves_the_old_module() {
    let project = with_script("transform.command = [\"./tool\"]", "cat");
    assert!(!fresh(&project));
    let old = read(&project.module("tiny.wasm"));
    script(&project.join("tool"), "head -c 200; exit 1");
    run(&mut project.build(&[])).exits(5).says(&["tiny.wasm", "`./tool`", "exit code 1"]);
    assert!(read(&project.module("tiny.wasm")) == old);
    assert!(strays(&project.output()).is_empty());
}

#[test]
fn a_program_that_is_not_there_is_usage() {
    let project = with_script("transform.command = [\"./tool\"]", "cat");
    std::fs::remove_file(project.join("tool")).expect("it can be removed");
    run(&mut project.build(&[])).exits(2).says(&["`./tool`", "transform"]);
    project.write("tool", "#!/bin/sh\ncat\n");
    run(&mut project.build(&[])).exits(2).says(&["`./tool`", "executable"]);
    project.replace("Cargo.toml", "./tool", "no-such-tool");
    run(&mut project.build(&[])).exits(2).says(&["`no-such-tool`", "in PATH", "transform.command"]);
    published_nothing(&project);
}

#[test]
fn a_changed_program_is_run_again() {
    let project =
        with_script("transform.command = [\"./tool\", \"words\"]", &format!("cat; {MARK}"));
    project.write("words", "one");
    assert!(!fresh(&project));
    assert!(fresh(&project));
    script(&project.join("tool"), "cat");
    assert!(!fresh(&project), "the script has changed");
    assert!(fresh(&project));
    project.write("words", "two");
    assert!(!fresh(&project), "a file that the command names has changed");
    project.replace("Cargo.toml", "\"words\"", "\"words\", \"more\"");
    assert!(!fresh(&project), "the command has changed");
    assert!(fresh(&project));
}

#[test]
fn it_finishes_what_is_not_finished() {
    let data = "#[used]\n#[unsafe(link_section = \"__wasm_bindgen_unstable\")]\n\
                pub static DATA: [u8; 4] = *b\"data\";\n";
    let table = "optimize = true\ntransform.command = [\"./tool\"]";
    let project = Project::library(&format!("{LIBRARY}{data}"), table);
    script(&project.join("tool"), "cat");
    let words = ["tiny.wasm", "__wasm_bindgen_unstable", "not finished"];
    run(&mut project.build(&[])).exits(2).says(&words);
    published_nothing(&project);
    // The section gets another name of the same length, for want of a wasm-bindgen.
    script(
        &project.join("tool"),
        "LC_ALL=C sed s/__wasm_bindgen_unstable/__wasm_bindgen_finished/",
    );
    assert!(!fresh(&project));
    let left = custom_sections(&project.module("tiny.wasm"));
    assert!(left.contains(&"__wasm_bindgen_finished".to_owned()), "{left:?}");
    assert!(!left.contains(&"name".to_owned()), "it was optimized behind it: {left:?}");
}

#[test]
fn what_it_signs_or_divides_is_refused() {
    let project = with_script(
        "transform.command = [\"./tool\", \"{input}\", \"{output}\"]",
        "cat \"$1\" > \"$2\"",
    );
    key_pair(project.path(), "other");
    let us = program().display();
    for (step, section) in
        [("sign -q -k other.key", "signature"), ("split -q", "signature_delimiter")]
    {
        script(&project.join("tool"), &format!("'{us}' {step} \"$1\" -o \"$2\""));
        let words = ["tiny.wasm", &format!("`{section}`"), "already"];
        run(&mut project.build(&[])).exits(2).says(&words);
        published_nothing(&project);
    }
}

#[test]
fn it_runs_in_the_directory_of_its_manifest() {
    let guest = "[lib]\ncrate-type = [\"cdylib\"]\n[package.metadata.wasmsign]\noptimize = false\n";
    let own = format!("{guest}transform.command = [\"./own\"]\n");
    let root = format!(
        "{}[workspace.metadata.wasmsign.transform]\ncommand = [\"./common\"]\n",
        end_to_end::project::SIGNED
    );
    let members = [("alpha", guest, LIBRARY), ("beta", &own, LIBRARY)];
    let project = Project::workspace(&root, &members);
    script(&project.join("common"), "pwd >> common.log; cat");
    script(&project.join("beta/own"), "pwd >> own.log; cat");
    run(&mut project.build_in("alpha", &["--workspace"])).exits(0);
    let directory = |log: &str| {
        let text = std::fs::read_to_string(project.join(log)).expect("it was called there");
        std::fs::canonicalize(text.trim_end()).expect("it is one line with a directory")
    };
    let real = |path: &str| std::fs::canonicalize(project.join(path)).expect("it is there");
    assert_eq!(directory("common.log"), real(""));
    assert_eq!(directory("beta/own.log"), real("beta"));
}

#[test]
fn modules_side_by_side_do_not_get_each_others_output() {
    let leaves = "transform = { command = [\"./tool\", \"{input}\"], output = \"left.wasm\" }";
    let project = with_script(leaves, "cat \"$1\" > left.wasm; sleep 0.1");
    for name in ["one", "two", "three"] {
        let main = format!(
            "#[unsafe(link_section = \"of-{name}\")]\n#[used]\npub static A: [u8; 1] = *b\"a\";\n"
        );
        project.write(&format!("src/bin/{name}.rs"), format!("{main}fn main() {{}}\n"));
    }
    run(&mut project.build(&["-j", "4"])).exits(0);
    for name in ["one", "two", "three"] {
        let sections = custom_sections(&project.module(&format!("{name}.wasm")));
        assert!(sections.contains(&format!("of-{name}")), "{name}: {sections:?}");
    }
}
