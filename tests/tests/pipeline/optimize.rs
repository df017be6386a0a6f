//! The optimizer: embedded, external, off; what it leaves, and what is said when it fails.

#![cfg(unix)]

use end_to_end::project::{Project, custom_sections, of_reason, script, verifies};
use end_to_end::{run, strays};
use serde_json::Value;

/// Loops that the optimizer has something to do with, and data.
const SOURCE: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn sum(n: u32) -> u32 {
    (0..n).map(|i| i.wrapping_mul(i).rotate_left(3)).fold(7, |a, b| a ^ b.wrapping_add(a))
}
"#;

/// A wasm-opt that says its version, writes down how it is called, and copies the module.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 999"; exit 0; fi
echo "$@" > "$(dirname "$0")/call"; env > "$(dirname "$0")/environment"
while [ "$1" != -o ]; do shift; done
output=$2 input=$3
"#;

/// A project whose optimizer is the program `wasm-opt` in it, which ends with these lines.
fn with_tool(end: &str) -> Project {
    let project = Project::library(SOURCE, "optimize = { tool = \"./wasm-opt\", level = 3 }");
    script(&project.join("wasm-opt"), &format!("{TOOL}{end}"));
    project
}

/// The end of a tool that does its work.
const COPY: &str = "cat \"$input\" > \"$output\"";

fn artifact(project: &Project, arguments: &[&str]) -> Value {
    let mut command = project.build(arguments);
    let messages = run(command.args(["--format", "json"])).exits(0).json();
    of_reason(&messages, "wasmsign-artifact")[0].clone()
}

fn has(project: &Project, section: &str) -> bool {
    custom_sections(&project.module("tiny.wasm")).iter().any(|name| name == section)
}

#[test]
fn every_way_to_say_it() {
    let project = Project::library(SOURCE, "optimize = \"z\"");
    let made = |says: &str| {
        project.write("Cargo.toml", Project::manifest(&format!("{says}\n[workspace]\n")));
        let artifact = artifact(&project, &["-k", "release.key"]);
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        assert!(strays(&project.output()).is_empty());
        let size = |step: &str| artifact["sizes"][step].as_u64().expect("a number");
        (size("built"), size("optimized"))
    };
    for says in [
        "optimize = {}",
        "optimize = true",
        "optimize = \"z\"",
        "optimize = 4",
        "optimize.level = 1",
    ] {
        let (built, optimized) = made(says);
        assert!(optimized * 2 < built, "{says}: {built} → {optimized}");
    }
    let (built, optimized) = made("optimize = false");
    assert_eq!(built, optimized);
    assert!(has(&project, ".debug_info") && has(&project, "name"));
    let unchanged = artifact(&project, &["-k", "release.key", "--no-optimize"]);
    assert_eq!(unchanged["sizes"]["built"], unchanged["sizes"]["optimized"]);
}

#[test]
fn names_and_dwarf_are_kept_or_stripped() {
    let project = Project::library(SOURCE, "");
    for (names, debug) in
        [("keep", "strip"), ("strip", "strip"), ("keep", "keep"), ("strip", "keep")]
    {
        let table = format!(
            "[package.metadata.wasmsign.optimize]\nnames = \"{names}\"\ndebug = \"{debug}\"\n"
        );
        project.write(
            "Cargo.toml",
            Project::manifest(&format!("{table}[profile.dev]\nopt-level = 1\n[workspace]\n")),
        );
        // Binaryen 116 reads DWARF up to version 4.
        let mut build = project.build(&["-k", "release.key"]);
        run(build.env("RUSTFLAGS", "-Cdwarf-version=4")).exits(0);
        assert_eq!(has(&project, "name"), names == "keep", "names = {names}, debug = {debug}");
        assert_eq!(
            has(&project, ".debug_info"),
            debug == "keep",
            "names = {names}, debug = {debug}"
        );
    }
}

#[test]
fn sections_are_removed_by_globs() {
    let project = Project::library(SOURCE, "optimize = false");
    artifact(&project, &[]);
    assert!(has(&project, "producers") && has(&project, "target_features"));
    project.replace(
        "Cargo.toml",
        "optimize = false",
        "optimize = false\nsections.remove = [\".debug_*\", \"prod?cers\", \"no-such\"]",
    );
    let said = run(&mut project.build(&[])).exits(0).says(&["removed", "producers", ".debug_info"]);
    assert!(!said.err.contains("target_features"), "{}", said.err);
    let left = custom_sections(&project.module("tiny.wasm"));
    assert!(
        left.iter().all(|name| name != "producers" && !name.starts_with(".debug_")),
        "{left:?}"
    );
    assert!(left.contains(&"name".to_owned()) && left.contains(&"target_features".to_owned()));
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
}

#[test]
fn a_stripped_module_is_optimized_with_what_it_uses() {
    let project = Project::library(SOURCE, "optimize = \"z\"");
    project.replace("Cargo.toml", "[workspace]", "[profile.release]\nstrip = true\n[workspace]");
    let artifact = artifact(&project, &["-r"]);
    let path = artifact["path"].as_str().expect("a path is a text");
    let left = custom_sections(path.as_ref());
    assert!(!left.contains(&"target_features".to_owned()), "{left:?}");
    verifies(path.as_ref(), None, &[&project.join("release.pub")]);
}

#[test]
fn an_external_program_optimizes() {
    let project = with_tool(COPY);
    let said = run(&mut project.build(&["-j", "3"])).exits(0).says(&["Optimized"]);
    assert!(said.out.contains("signed by release"), "{}", said.out);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    let read = |name: &str| std::fs::read_to_string(project.join(name)).expect("it was called");
    let call = read("call");
    assert!(call.contains(" -O3 ") && call.contains("--strip-dwarf"), "{call}");
    let cores = || -> usize {
        let environment = read("environment");
        let value = environment.lines().find_map(|line| line.strip_prefix("BINARYEN_CORES="));
        value.expect("it is set").parse().expect("a number")
    };
    // What cargo leaves of them, which may still hold one for itself and one for a compiler that has just ended.
    assert!((1..=3).contains(&cores()), "{}", cores());
    run(&mut project.build(&[])).exits(0);
    // Its version counts: another one may do otherwise.
    project.replace("wasm-opt", "version 999", "version 9999");
    run(&mut project.build(&["-j", "1"])).exits(0).says(&["Optimized"]);
    assert_eq!(cores(), 1);
    project.replace("wasm-opt", "version 9999", "version 1000");
    assert_eq!(artifact(&project, &[])["fresh"], false);
    assert_eq!(artifact(&project, &[])["fresh"], true);
}

#[test]
fn an_external_program_may_replace_its_output() {
    let project = with_tool("cp \"$input\" \"$output.new\"; mv \"$output.new\" \"$output\"");
    let sizes = &artifact(&project, &[])["sizes"];
    assert_eq!(sizes["built"], sizes["optimized"]);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert!(strays(&project.output()).is_empty());
}

#[test]
fn an_external_program_that_is_not_there_is_told_before_cargo_runs() {
    let project = Project::library(SOURCE, "optimize.tool = \"./missing\"");
    run(&mut project.build(&[])).exits(5).says(&["missing`", "optimize.tool"]);
    project.replace("Cargo.toml", "./missing", "no-such-wasm-opt");
    run(&mut project.build(&[])).exits(5).says(&["`no-such-wasm-opt`"]);
    script(&project.join("mute"), "exit 9");
    project.replace("Cargo.toml", "no-such-wasm-opt", "./mute");
    run(&mut project.build(&[])).exits(5).says(&["--version", "exit code 9"]);
    project.is_untouched();
}

#[test]
fn an_external_program_that_fails_is_named_and_nothing_is_published() {
    for (end, words) in [
        (
            "echo 'Fatal: no reason' >&2; exit 1",
            &["refused", "exit code 1", "Fatal: no reason"][..],
        ),
        ("kill -SEGV $$", &["crashed", "signal 11"]),
        ("kill -ABRT $$", &["crashed", "signal 6 (SIGABRT: it aborted)"]),
        ("kill -KILL $$", &["was stopped", "signal 9"]),
        ("exit 0", &["no complete module"]),
        ("head -c 100 \"$input\" > \"$output\"", &["no complete module"]),
        ("rm \"$output\"", &["wrote no output"]),
    ] {
        let project = with_tool(COPY);
        run(&mut project.build(&[])).exits(0);
        let old = std::fs::read(project.module("tiny.wasm")).expect("it is published");
        script(&project.join("wasm-opt"), &format!("{TOOL}{end}"));
        project.replace("src/lib.rs", "fold(7", "fold(8");
        let words = [&["tiny.wasm", "version 999", "help: "], words].concat();
        run(&mut project.build(&[])).exits(5).says(&words);
        let new = std::fs::read(project.module("tiny.wasm")).expect("it is published");
        assert!(old == new, "the old file stays after {end}");
        assert!(strays(&project.output()).is_empty(), "{end}");
    }
}

#[test]
fn the_embedded_optimizer_that_gives_up_ends_alone() {
    let project = Project::library(SOURCE, "optimize.passes = [\"extract-function\"]");
    let said = run(&mut project.build(&[])).exits(5);
    said.says(&["tiny.wasm", "binaryen 116 (embedded)", "optimize.passes", "optimize = false"]);
    assert!(project.published().is_empty());
    assert!(strays(&project.output()).is_empty());
    project.replace("Cargo.toml", "extract-function", "vacum");
    run(&mut project.build(&[])).exits(2).says(&["`vacum`", "did you mean `vacuum`?"]);
    project.replace("Cargo.toml", "vacum", "vacuum");
    run(&mut project.build(&[])).exits(0);
}

/// A function that extends a sign, a section as cargo-auditable makes it, and one of ours.
const EXTEND: &str = r#"#![no_std]
#[unsafe(no_mangle)]
pub extern "C" fn extend(n: i32) -> i32 {
    n as i8 as i32
}
#[used]
#[unsafe(link_section = ".dep-v0")]
pub static DEPENDENCIES: [u8; 4] = *b"\x78\x9c\x03\x00";
#[used]
#[unsafe(link_section = "build-info")]
pub static INFO: [u8; 2] = *b"{}";
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
"#;

#[test]
fn what_hosts_do_not_know_is_lowered_or_refused() {
    let project = Project::library(EXTEND, "optimize.features = [\"mutable-globals\"]");
    let said = run(&mut project.build(&["-r"])).exits(2);
    said.says(&["tiny.wasm", "`sign-ext`", "`optimize.features`", "`extend`", "signext-lowering"]);
    assert!(project.published().is_empty());
    assert!(strays(&project.output()).is_empty());
    let lowered = "[\"mutable-globals\"]\noptimize.passes = [\"signext-lowering\"]";
    project.replace("Cargo.toml", "[\"mutable-globals\"]", lowered);
    let published = artifact(&project, &["-r"]);
    let path = published["path"].as_str().expect("a path is a text");
    let module = std::fs::read(path).expect("it is published");
    let features = wasmparser::WasmFeatures::MUTABLE_GLOBAL | wasmparser::WasmFeatures::FLOATS;
    let mut validator = wasmparser::Validator::new_with_features(features);
    validator.validate_all(&module).expect("it needs nothing else");
}

#[test]
fn sections_of_others_survive_every_level() {
    let project = Project::library(EXTEND, "optimize = 0");
    for level in ["0", "3", "z"] {
        let says = format!("optimize = \"{level}\"\n[workspace]\n");
        project.write("Cargo.toml", Project::manifest(&says));
        let mut build = project.build(&["-k", "release.key"]);
        let said = run(&mut build).exits(0);
        assert!(!said.err.contains("not asked to drop"), "{}", said.err);
        for section in [".dep-v0", "build-info", "producers", "target_features"] {
            assert!(has(&project, section), "{section} at level {level}");
        }
        assert!(!has(&project, "name") && !has(&project, ".debug_info"));
    }
}
