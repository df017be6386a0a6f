//! Components: their core modules are optimized, and everything around them stays.

#![cfg(unix)]

use end_to_end::modules::{COMPONENT, answer, calling, component, custom, function, section};
use end_to_end::project::{Project, script};
use end_to_end::{Said, run, strays};

/// A project whose transform leaves `component`, with what it says of itself.
fn project(component: &[u8], table: &str) -> Project {
    let transform = "transform.command = [\"cat\", \"component\"]\n";
    let project = Project::tiny(&format!("{transform}{table}"));
    project.write("component", component);
    project
}

fn build(project: &Project) -> Said {
    run(&mut project.build(&[]))
}

/// The published component without its signature.
fn published(project: &Project) -> Vec<u8> {
    let mut detach = end_to_end::wasmsign(project.path());
    let _ = std::fs::remove_file(project.join("sig"));
    detach.arg("detach").arg(project.module("tiny.wasm")).args(["-o", "bare", "-S", "sig"]);
    run(&mut detach).exits(0);
    assert!(strays(&project.output()).is_empty());
    std::fs::read(project.join("bare")).expect("it was detached")
}

/// A function that the optimizer makes smaller.
fn long(export: &str) -> Vec<u8> {
    function(export, &[0x41, 40, 0x41, 2, 0x6a, 0x41, 0, 0x6a], &[custom("name", b"")])
}

/// The core modules of a component in any depth, and all the bytes that are not theirs.
fn taken_apart(component: &[u8]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut modules, mut rest) = (Vec::new(), Vec::new());
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload.expect("it is well formed") {
            wasmparser::Payload::ModuleSection { unchecked_range: range, .. } => {
                modules.push(component[range.start as usize..range.end as usize].to_vec());
            }
            wasmparser::Payload::CustomSection(custom) if custom.name() != "name" => {
                rest.push([custom.name().as_bytes(), custom.data()].concat());
            }
            _ => {}
        }
    }
    (modules, rest)
}

#[test]
fn core_modules_are_optimized_and_the_rest_stays() {
    let inner = component(&[long("inner")]);
    let whole =
        [component(&[long("f"), answer()]), section(4, &inner), custom("end", b"end")].concat();
    let project = project(&whole, "optimize = true\n");
    let said = build(&project).exits(0).says(&["Optimized", "dropped name"]);
    assert!(!said.err.contains("warning"), "{}", said.err);
    let left = published(&project);
    let ((before, around), (after, still_around)) = (taken_apart(&whole), taken_apart(&left));
    assert_eq!(around, still_around);
    assert_eq!((before.len(), after.len()), (3, 3));
    assert!(after[0].len() < before[0].len() && after[2].len() < before[2].len());
    // Everything but the core modules is the same, byte for byte.
    let inner = component(std::slice::from_ref(&after[2]));
    let expected = [component(&after[..2]), section(4, &inner), custom("end", b"end")].concat();
    assert!(left == expected);
    assert!(left.starts_with(COMPONENT));
    run(&mut project.build(&["--no-optimize"])).exits(0);
    assert!(published(&project) == whole);
}

/// A wasm-opt that refuses what has an export `no`, and copies everything else, or `left` where there is one.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 130"; exit 0; fi
[ "$1" = --help ] && exit 1
while [ "$1" != -o ]; do shift; done
if LC_ALL=C grep -q no_way "$3"; then echo "Fatal: no way" >&2; exit 1; fi
if [ -e left ]; then cat left > "$2"; else cat "$3" > "$2"; fi
"#;

#[test]
fn a_core_module_that_cannot_be_optimized_is_left_with_a_line() {
    let whole = component(&[answer(), function("no_way", &[0x41, 42], &[])]);
    let project = project(&whole, "optimize.tool = \"./wasm-opt\"\n");
    script(&project.join("wasm-opt"), TOOL);
    let words = ["warning", "left unchanged", "core module 2", "(Fatal: no way)"];
    build(&project).exits(0).says(&words);
    assert!(published(&project) == whole);
    // What was left wrongly is no reason to believe the rest.
    project.write("left", function("f", &[], &[]));
    project.replace("wasm-opt", "no_way", "never");
    project.replace("src/lib.rs", "42", "43");
    build(&project).exits(5).says(&["core module 1", "invalid module"]);
}

#[test]
fn what_is_said_of_modules_is_refused_of_components() {
    let whole = component(&[answer()]);
    for (table, words) in [
        ("optimize.exports = [\"f\"]\n", "`optimize.exports`"),
        ("sections.producers = true\n", "`sections.producers`"),
    ] {
        let project = project(&whole, table);
        build(&project).exits(2).says(&["tiny.wasm", "is a component", words]);
        run(&mut project.build(&["--no-optimize"])).exits(2).says(&["is a component", words]);
        assert!(project.published().is_empty());
    }
    let extending = component(&[calling("f", 0, &[0xc0])]);
    let project = project(&extending, "optimize.features = []\n");
    build(&project).exits(2).says(&["`sign-ext`", "core module 1"]);
    run(&mut project.build(&["--no-optimize"])).exits(2).says(&["`sign-ext`"]);
}
