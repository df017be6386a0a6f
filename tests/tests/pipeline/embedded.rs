//! The embedded optimizer: a program of its own, which is found beside the one that was started or where a variable says,
//! and has to be of the same version.

#![cfg(unix)]

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::project::{Project, script};
use end_to_end::{cargo, program, run};

use crate::tool::{DEV, PLAIN, build, project, tool};

const VARIABLE: &str = "CARGO_WASMSIGN_OPTIMIZER";

/// How to get one, which every error says.
const ADVICE: &str = "cargo install cargo-wasmsign";

/// The optimizer that belongs to the program under test.
fn optimizer() -> PathBuf {
    program().with_file_name(format!("cargo-wasmsign-optimizer{EXE_SUFFIX}"))
}

/// The program under test, alone in a directory.
fn alone(project: &Project) -> PathBuf {
    let copy = project.join("alone/cargo-wasmsign");
    if !copy.exists() {
        std::fs::create_dir_all(copy.parent().unwrap()).expect("it can be made");
        std::fs::copy(program(), &copy).expect("it can be copied");
    }
    copy
}

/// The same call of another program.
fn by(program: &Path, command: Command) -> Command {
    let mut other = Command::new(program);
    other.args(command.get_args()).current_dir(command.get_current_dir().expect("it has one"));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
}

#[test]
fn one_that_is_missing_is_no_matter_where_a_wasm_opt_is_in_the_path() {
    let project = project(PLAIN, "");
    let new = tool(&project, "130");
    let build = |tools: &[&Path]| by(&alone(&project), build(&project, tools, &[]));
    let missing = "there is no `cargo-wasmsign-optimizer` next to this program";
    run(&mut build(&[])).exits(5).says(&[missing, "no wasm-opt in PATH", ADVICE]);
    run(&mut build(&[&new])).exits(0).says(&["with wasm-opt version 130"]);
    for wanted in ["reproducible = true", "optimize.tool = \"embedded\""] {
        let manifest = Project::manifest(&format!("{wanted}\n{DEV}[workspace]\n"));
        project.write("Cargo.toml", manifest);
        let said = run(build(&[&new]).arg("--no-sign")).exits(5);
        said.says(&[missing, ADVICE, "`optimize.tool`"]);
    }
    // What needs no optimizer does not look for one.
    run(build(&[]).args(["--no-sign", "--no-optimize"])).exits(0);
}

#[test]
fn it_is_found_beside_what_a_link_leads_to_and_where_the_variable_says() {
    let project = project(PLAIN, "");
    let link = project.join("cargo-wasmsign");
    std::os::unix::fs::symlink(program(), &link).expect("it can be linked");
    let embedded = "with binaryen 116 (embedded)";
    run(&mut by(&link, build(&project, &[], &[]))).exits(0).says(&[embedded]);
    // A relative path begins where the program is started.
    std::os::unix::fs::symlink(optimizer(), project.join("tool")).expect("it can be linked");
    let cached = by(&alone(&project), build(&project, &[], &[]));
    for path in ["tool".into(), "./tool".into(), optimizer()] {
        let mut build = by(cached.get_program().as_ref(), build(&project, &[], &[]));
        build.env(VARIABLE, path).env("CARGO_WASMSIGN_CACHE_SIZE", "0").arg("--no-sign");
        let _ = std::fs::remove_dir_all(project.output());
        run(&mut build).exits(0).says(&[embedded]);
    }
    // An empty variable is an unset one.
    run(by(&alone(&project), build(&project, &[], &["--no-sign"])).env(VARIABLE, "")).exits(5);
}

#[test]
fn what_is_not_the_optimizer_of_this_version_is_refused() {
    let project = project(PLAIN, "");
    let new = tool(&project, "130");
    for (lines, texts) in [
        ("echo '{\"version\":\"9.9.9\",\"passes\":[]}'", &["belongs to cargo-wasmsign 9.9.9"][..]),
        ("echo hm", &["it is a different program"]),
        ("echo no >&2; exit 3", &["ended with exit code 3", "no"]),
        ("kill -SEGV $$", &["killed by signal 11 (SIGSEGV)"]),
        ("kill -STOP $$", &["did not report its version within 10 s"]),
    ] {
        script(&project.join("other"), lines);
        let said = run(build(&project, &[&new], &[]).env(VARIABLE, "./other")).exits(5);
        said.says(texts).says(&["/other`", ADVICE]);
        assert!(project.published().is_empty(), "{lines}");
    }
    let absent = run(build(&project, &[&new], &[]).env(VARIABLE, "no/such")).exits(5);
    absent.says(&["`no/such`", VARIABLE, ADVICE]);
    // It is found out before anything is built where it is asked for passes.
    let project = self::project(PLAIN, "optimize.passes = [\"vacuum\"]");
    script(&project.join("other"), "echo hm");
    let said = run(build(&project, &[&new], &[]).env(VARIABLE, "./other")).exits(5);
    assert!(!said.says(&["it is a different program"]).err.contains("Compiling"));
}

#[test]
fn one_that_dies_of_a_module_is_told_with_its_name() {
    let project = project(PLAIN, "");
    let greeting = format!("{} __greet", optimizer().display());
    for (death, texts) in [
        ("kill -ABRT $$", ["crashed while optimizing `tiny.wasm`", "signal 6 (SIGABRT"]),
        ("echo 'Fatal: no' >&2; exit 1", ["refused `tiny.wasm`", "Fatal: no"]),
    ] {
        script(&project.join("other"), &format!("[ $1 = __greet ] && exec {greeting}\n{death}"));
        run(build(&project, &[], &[]).env(VARIABLE, "./other")).exits(5).says(&texts);
        assert!(project.published().is_empty());
    }
}

#[test]
fn a_person_who_calls_it_learns_what_it_is() {
    for arguments in [&[][..], &["build"], &["wasmsign-optimizer"], &["wasmsign-optimizer", "-V"]] {
        let said = run(Command::new(optimizer()).args(arguments)).exits(2);
        said.says(&["part of `cargo wasmsign`", "it has no commands"]);
    }
    let path = end_to_end::build_host::path_with(optimizer().parent().unwrap());
    run(Command::new(cargo()).arg("wasmsign-optimizer").env("PATH", path)).exits(2);
}

#[test]
fn the_process_that_holds_keys_has_no_binaryen() {
    let has = |path: &Path, text: &str| {
        let bytes = std::fs::read(path).expect("a program can be read");
        let text = regex::bytes::Regex::new(&regex::escape(text)).expect("it is a pattern");
        text.is_match(&bytes)
    };
    assert!(has(&optimizer(), "merge-similar-functions"));
    for trace in ["merge-similar-functions", "libstdc++", "libc++"] {
        assert!(!has(program(), trace), "{trace}");
    }
}
