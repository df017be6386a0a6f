//! Every flag of `cargo build`: passed on by its name, or refused with what to do instead.

use std::collections::BTreeSet;
use std::process::Command;

use end_to_end::project::{Project, UNKNOWN, script};
use end_to_end::{cargo, run, wasmsign};

const PLAIN: &str = "optimize = false";

/// The long flags that a command's help names.
fn flags(command: &mut Command) -> BTreeSet<String> {
    let said = run(command.arg("--help")).exits(0);
    let words = said.out.split(|c: char| c.is_whitespace() || ",.`=()[]".contains(c));
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn every_flag_of_cargo_is_known() {
    let project = Project::tiny(PLAIN);
    let ours = flags(&mut project.build(&[]));
    let cargos = flags(Command::new(cargo()).arg("build"));
    assert!(cargos.len() > 30, "{cargos:?}");
    for flag in cargos.difference(&ours) {
        let said = run(&mut project.build(&[flag])).exits(2);
        let known = said.err.contains(&format!("does not take `{flag}`"));
        assert!(known && said.err.contains("help: "), "{flag}: {}", said.err);
        let behind = run(&mut project.build(&["--", flag])).exits(2);
        assert!(behind.err.contains("after `--`") && behind.err.contains("help: "), "{flag}");
    }
    project.is_untouched();
}

#[test]
fn flags_that_take_a_name_are_refused_with_it() {
    let project = Project::tiny(PLAIN);
    for flags in [&["--test", "x"][..], &["--test=x"], &["--bench"], &["--out-dir", "x"]] {
        run(&mut project.build(flags)).exits(2).says(&["does not take", "help: "]);
    }
    let renamed = run(&mut project.build(&["--out-dir=x"])).exits(2);
    renamed.says(&["use its new name, `--artifact-dir`"]);
}

#[test]
fn a_flag_without_its_name_tells_what_there_is() {
    let project = Project::tiny(PLAIN);
    project.write("src/bin/one.rs", "fn main() {}");
    run(&mut project.build(&["-p"])).exits(2).says(&["its packages are: tiny"]);
    run(&mut project.build(&["--bin"])).exits(101).says(&["takes one argument", "one"]);
    run(&mut project.build(&["--example", "--lib"])).exits(101).says(&["--example"]);
    run(&mut project.build(&["--target"])).exits(2).says(&[UNKNOWN]);
}

#[test]
fn what_selects_or_places_modules_is_refused_behind_two_hyphens() {
    let project = Project::tiny(PLAIN);
    for flags in [
        &["--lib"][..],
        &["--bin", "x"],
        &["--bin=x"],
        &["--bins"],
        &["--example", "x"],
        &["--example=x"],
        &["--examples"],
        &["--artifact-dir", "x"],
        &["--artifact-dir=x"],
        &["--tests"],
        &["--test=x"],
        &["--all-targets"],
        &["--out-dir=x"],
    ] {
        let words = [&["--"][..], flags].concat();
        let named = format!("`{}` is not allowed after `--`", flags[0]);
        run(&mut project.build(&words)).exits(2).says(&[&named, "help: "]);
    }
    // Where a nightly cargo would take it, and behind letters that share a hyphen.
    for words in ["-Zunstable-options --artifact-dir x", "-vZ unstable-options --artifact-dir=x"] {
        let words: Vec<_> = ["--"].into_iter().chain(words.split(' ')).collect();
        run(&mut project.build(&words)).exits(2).says(&["`--artifact-dir", "after `--`"]);
    }
    project.is_untouched();
}

/// A cargo that notes what it is told to build with, and goes on.
#[cfg(unix)]
fn noted(project: &Project, arguments: &[&str]) -> String {
    let (noted, real) = (project.join("noted"), cargo().to_string_lossy().into_owned());
    let text = format!(
        "[ \"$1\" = metadata ] || echo \"$@\" >> '{}'\nexec '{real}' \"$@\"",
        noted.display()
    );
    script(&project.join("cargo"), &text);
    run(project.build(arguments).env("CARGO", project.join("cargo"))).exits(0);
    let words = std::fs::read_to_string(&noted).expect("it was called");
    std::fs::remove_file(&noted).expect("it is ours");
    words
}

#[cfg(unix)]
#[test]
fn cargo_gets_what_is_meant_for_it() {
    let project = Project::tiny(PLAIN);
    let flags = ["--keep-going", "--timings", "--ignore-rust-version", "--future-incompat-report"];
    let words = noted(&project, &flags);
    for flag in flags {
        assert!(
            words.contains(&format!(" {flag} ")) || words.trim_end().ends_with(flag),
            "{words}"
        );
    }
    assert!(project.join("target/cargo-timings").is_dir());
    assert!(project.module("tiny.wasm").is_file());
    project.replace("Cargo.toml", "edition", "rust-version = \"1.999\"\nedition");
    run(&mut project.build(&[])).exits(101).says(&["1.999"]);
    run(&mut project.build(&["--ignore-rust-version"])).exits(0);
}

#[test]
fn a_build_that_keeps_going_makes_what_it_can() {
    use end_to_end::project::{CDYLIB, LIBRARY, SIGNED};
    let guest =
        |rest: &str| format!("{CDYLIB}[package.metadata.wasmsign]\noptimize = false\n{rest}");
    let bad = guest("transform.command = [\"false\"]\n");
    let good = guest("");
    let names = ["a", "b", "c", "d"].map(|name| format!("good-{name}"));
    let mut members = vec![("bad", &*bad, LIBRARY)];
    members.extend(names.iter().map(|name| (&**name, &*good, LIBRARY)));
    let project = Project::workspace(SIGNED, &members);
    let said = run(&mut project.build(&["--keep-going", "-j1"])).exits(5);
    assert_eq!(project.published().len(), names.len(), "{}", said.err);
    assert!(!project.module("bad.wasm").exists());
}

#[test]
fn paths_are_told_without_detours() {
    let project = Project::tiny(PLAIN);
    project.write("host/file", "");
    let text = "optimize = false\nsections.embed.x.file = \"host/../gone\"";
    for (directory, flags) in [("", &["--target-dir", "host/../t"][..]), ("host", &[])] {
        let mut build = project.build_in(directory, flags);
        let said = run(build.env("CARGO_TARGET_DIR", "../host/../t")).exits(0);
        assert!(said.out.contains("Published") && !said.out.contains(".."), "{}", said.out);
    }
    project.replace("Cargo.toml", PLAIN, text);
    let said = run(&mut project.build(&[]));
    assert!(said.code != Some(0) && said.err.contains("/gone"), "{}", said.err);
    assert!(!said.err.contains(".."), "{}", said.err);
}

#[test]
fn a_rebuild_takes_cargos_flags() {
    let project = Project::tiny("optimize = false\nreproducible = true");
    project.replace(
        "Cargo.toml",
        "[lib]",
        "[features]\ndefault = [\"one\"]\none = []\ntwo = []\n[lib]",
    );
    let source = std::fs::read_to_string(project.join("src/lib.rs")).expect("it is there");
    let answer = "42 + cfg!(feature = \"one\") as i32 + 4 * cfg!(feature = \"two\") as i32";
    project.write("src/lib.rs", source.replace("42", answer));
    let flags = ["--no-default-features", "-F", "two", "--config", "profile.dev.opt-level=1"];
    run(&mut project.build(&flags)).exits(0);
    let rebuild = |flags: &[&str]| {
        let mut verify = wasmsign(project.path());
        run(verify.args(["verify", "--rebuild"]).arg(project.module("tiny.wasm")).args(flags))
    };
    let said = rebuild(&[&flags[..], &["--locked", "--offline", "-j1", "--keep-going"]].concat());
    let said = said.exits(0);
    let first = said.err.lines().next().unwrap_or_default();
    assert!(
        first.contains("Rebuilding") && first.contains("and its dependencies again"),
        "{}",
        said.err
    );
    rebuild(&flags[..3]).exits(1);
    rebuild(&["--lib"]).exits(1);
    rebuild(&["--bins"]).exits(2).says(&["no package of this workspace makes"]);
    rebuild(&["--target", UNKNOWN, "--target", "wasm32-wasip1"]).exits(2).says(&["--target"]);
    for flag in ["--locked", "--no-default-features", "--keep-going", "--lib", "-j1"] {
        let mut verify = wasmsign(project.path());
        verify.args(["verify", "m.wasm", "-K", "release.pub", flag]);
        run(&mut verify).exits(2).says(&["--rebuild"]);
    }
}

#[test]
fn a_rebuild_leaves_the_optimizer_out_where_the_build_did() {
    let project = Project::tiny("optimize.level = \"z\"");
    run(&mut project.build(&["--no-optimize"])).exits(0);
    let rebuild = |flags: &[&str]| {
        let mut verify = wasmsign(project.path());
        run(verify.args(["verify", "--rebuild"]).arg(project.module("tiny.wasm")).args(flags))
    };
    rebuild(&["--no-optimize"]).exits(0);
    rebuild(&[]).exits(1);
}

#[test]
fn a_rebuild_that_differs_says_which_tools_made_the_module() {
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn f(n: u32) { println!(\"{n}\") }\n";
    let project = Project::library(source, PLAIN);
    run(&mut project.build(&[])).exits(0);
    let rebuild = |flags: &[&str]| {
        let mut verify = wasmsign(project.path());
        run(verify.args(["verify", "--rebuild"]).arg(project.module("tiny.wasm")).args(flags))
    };
    project.replace("src/lib.rs", "{n}", "{n}!");
    let said = rebuild(&[]).exits(1);
    assert!(said.out.contains("both were made with the same tools: rustc 1."), "{}", said.out);
    assert!(said.out.contains("rustc's commit "), "{}", said.out);
    project.replace("Cargo.toml", PLAIN, "optimize = false\nsections.remove = [\"producers\"]");
    let said = rebuild(&["--format", "json"]).exits(1).json();
    let tools = &said[0]["rebuilt"]["tools"];
    assert_eq!(tools["module"]["tools"][0]["name"], "rustc");
    assert!(tools["module"]["rustc_commit"].as_str().is_some_and(|commit| commit.len() == 40));
    assert_eq!(tools["rebuilt"]["tools"], serde_json::json!([]));
    run(&mut project.build(&[])).exits(0);
    project.replace("Cargo.toml", "sections.remove = [\"producers\"]", "");
    let said = rebuild(&[]).exits(1);
    assert!(said.out.contains("it was made with rustc's commit "), "{}", said.out);
}
