//! Which optimizer runs: the embedded one, one in `PATH`, or none that can; and what stands in for what it cannot read.

#![cfg(unix)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::project::{Project, of_reason, script, verifies};
use end_to_end::{cargo, run};
use serde_json::Value;
use wasmi::{Engine, ExternRef, Instance, Linker, Module, Nullable, Store};

/// A product of 128 bits, which Binaryen reads since version 130.
const WIDE: &str = r#"(module (func (export "f") (param i64 i64) (result i64 i64)
    (i64.mul_wide_u (local.get 0) (local.get 1))))"#;

/// Nothing that is new.
pub(crate) const PLAIN: &str = r#"(module (func (export "f") (result i32) (i32.const 42)))"#;

/// A dev profile that is optimized without a word of ours.
pub(crate) const DEV: &str = "[profile.dev]\nopt-level = \"z\"\n";

/// The programs that a build of such a project needs.
const NEEDED: [&str; 8] = ["cargo", "rustc", "rustup", "cc", "sh", "cp", "cat", "env"];

/// A project whose module is this one, given as text, whatever cargo has built.
pub(crate) fn project(module: &str, says: &str) -> Project {
    let module = wat::parse_str(module).expect("it is a module");
    let transform = "transform.command = [\"cp\", \"module.wasm\", \"{output}\"]";
    let project = Project::tiny(&format!("{says}\n{transform}\n{DEV}"));
    project.write("module.wasm", module);
    project
}

/// A build in a `PATH` of the programs that it needs, and these directories.
pub(crate) fn build(project: &Project, tools: &[&Path], arguments: &[&str]) -> Command {
    let mut command = project.build(arguments);
    command.env("PATH", build_path(project, tools));
    command
}

fn build_path(project: &Project, tools: &[&Path]) -> OsString {
    let bare = project.join("bare");
    std::fs::create_dir_all(&bare).expect("it can be made");
    let path = std::env::var_os("PATH").expect("it is set");
    let places = || std::env::split_paths(&path);
    for name in NEEDED {
        let found = places().map(|place| place.join(name)).find(|program| program.is_file());
        if let (Some(program), false) = (found, bare.join(name).exists()) {
            std::os::unix::fs::symlink(program, bare.join(name)).expect("it can be linked");
        }
    }
    let own = Path::new(cargo()).parent().expect("it is a path").to_owned();
    let all = tools.iter().map(|tool| tool.to_path_buf()).chain([bare, own]);
    std::env::join_paths(all).expect("no colons")
}

/// A directory with a wasm-opt that calls itself so, writes down how it is called, and copies the module.
pub(crate) fn tool(project: &Project, version: &str) -> PathBuf {
    let place = project.join(format!("tools-{version}"));
    std::fs::create_dir_all(&place).expect("it can be made");
    let lines = format!(
        "[ \"$1\" = --version ] && echo 'wasm-opt version {version}' && exit\n\
         [ \"$1\" = --help ] && exit 1\n\
         echo \"$@\" > \"{}/call\"\nwhile [ \"$1\" != -o ]; do shift; done\ncat \"$3\" > \"$2\"",
        place.display()
    );
    script(&place.join("wasm-opt"), &lines);
    place
}

fn artifact(mut command: Command) -> Value {
    let messages = run(command.args(["--format", "json"])).exits(0).json();
    of_reason(&messages, "wasmsign-artifact")[0].clone()
}

fn published(project: &Project) -> Vec<u8> {
    std::fs::read(project.module("tiny.wasm")).expect("it is published")
}

#[test]
fn every_tool_that_has_optimized_a_part_of_a_component_is_named() {
    let modules = [WIDE, PLAIN].map(|text| text.replacen("(module", "(core module", 1)).concat();
    let project = project(&format!("(component {modules})"), "optimize = true");
    let new = tool(&project, "130");
    let both = "wasm-opt version 130 and binaryen 116 (embedded)";
    run(&mut build(&project, &[&new], &[])).exits(0).says(&["Optimized", both]);
    let again = artifact(build(&project, &[&new], &[]));
    assert_eq!((&again["optimizer"], &again["fresh"]), (&both.into(), &true.into()));
    // Without one of the two the same would not come about, and the reason is told.
    let words = ["left unchanged", "core module 1", "wide-arithmetic: Binaryen 130 or newer"];
    run(&mut build(&project, &[], &[])).exits(0).says(&words);
    assert_eq!(artifact(build(&project, &[], &[]))["optimizer"], "binaryen 116 (embedded)");
}

#[test]
fn a_newer_one_in_the_path_takes_what_the_embedded_one_cannot() {
    let project = project(WIDE, "");
    let need = "wide-arithmetic: Binaryen 130 or newer; this one is 116";
    run(&mut build(&project, &[], &[])).exits(5).says(&["tiny.wasm", need, "found in PATH"]);
    assert!(project.published().is_empty());
    let new = tool(&project, "130");
    run(&mut build(&project, &[&new], &[])).exits(0).says(&["with wasm-opt version 130"]);
    let call = std::fs::read_to_string(new.join("call")).expect("it was called");
    assert!(call.contains("--enable-wide-arithmetic"), "{call}");
    let again = artifact(build(&project, &[&new], &[]));
    assert_eq!(
        (&again["fresh"], &again["optimizer"]),
        (&true.into(), &"wasm-opt version 130".into())
    );
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    // An older one before it is asked, and cannot.
    let old = tool(&project, "108");
    assert_eq!(artifact(build(&project, &[&old, &new], &[]))["fresh"], true);
    project.replace(
        "Cargo.toml",
        "[package.metadata.wasmsign]",
        "[package.metadata.wasmsign]\noptimize = 3",
    );
    let made = artifact(build(&project, &[&old, &new], &[]));
    assert_eq!(made["optimizer"], "wasm-opt version 130");
    assert!(!old.join("call").exists());
    // What has made the module is gone: it is not fresh any more, and cannot be made.
    let both = ["this one is 116", "wasm-opt version 108: wide-arithmetic"];
    run(&mut build(&project, &[&old], &[])).exits(5).says(&both);
}

#[test]
fn the_configuration_says_which_ones_may_run() {
    let project = project(PLAIN, "");
    let place = tool(&project, "130");
    let config = |says: &str| {
        project.write("Cargo.toml", Project::manifest(&format!("{says}\n{DEV}[workspace]\n")));
        let mut command = end_to_end::wasmsign(project.path());
        command.arg("config").env("PATH", build_path(&project, &[&place]));
        command
    };
    let program = place.join("wasm-opt").display().to_string();
    let said = run(&mut config("")).exits(0).out;
    let line = format!("# default: binaryen 116 (embedded), else {program}");
    assert!(said.contains("optimize.tool = \"auto\"") && said.contains(&line), "{said}");
    let json = run(config("reproducible = true").args(["--format", "json"])).exits(0).json();
    assert_eq!(json[0]["optimizers"], serde_json::json!(["binaryen 116 (embedded)"]));
    let json =
        run(config("optimize.tool = \"embedded\"").args(["--format", "json"])).exits(0).json();
    assert_eq!(json[0]["optimizers"], serde_json::json!([]));
}

#[test]
fn the_embedded_one_takes_what_it_can_and_nobody_else_is_asked() {
    let project = project(PLAIN, "");
    let new = tool(&project, "130");
    script(&new.join("wasm-opt"), "touch \"$(dirname \"$0\")/call\"; exit 1");
    let made = artifact(build(&project, &[&new], &[]));
    assert_eq!(made["optimizer"], "binaryen 116 (embedded)");
    assert!(!new.join("call").exists());
    let unoptimized = artifact(build(&project, &[], &["--no-optimize"]));
    assert_eq!(unoptimized["optimizer"], Value::Null);
}

#[test]
fn a_reproducible_build_takes_the_embedded_one_alone() {
    let project = project(WIDE, "reproducible = true");
    let new = tool(&project, "130");
    let said = run(&mut build(&project, &[&new], &[])).exits(5);
    said.says(&["wide-arithmetic: Binaryen 130", "set `optimize.tool` to it"]);
    project.write("module.wasm", wat::parse_str(PLAIN).expect("it is a module"));
    assert_eq!(artifact(build(&project, &[&new], &[]))["optimizer"], "binaryen 116 (embedded)");
}

#[test]
fn a_pass_of_a_newer_one_is_found_there_or_named() {
    let project = project(PLAIN, "optimize.passes = [\"llvm-memory-copy-fill-lowering\"]");
    let said = run(&mut build(&project, &[], &[])).exits(5);
    let said =
        said.says(&["llvm-memory-copy-fill-lowering", "Binaryen 122 or newer", "target-cpu=mvp"]);
    assert!(!said.err.contains("did you mean"), "{}", said.err);
    let new = tool(&project, "122");
    assert_eq!(artifact(build(&project, &[&new], &[]))["optimizer"], "wasm-opt version 122");
}

#[test]
fn what_an_optimizer_fails_to_read_goes_to_the_next() {
    let project = project(WIDE, "");
    let (broken, new) = (tool(&project, "131"), tool(&project, "130"));
    let lines = "[ \"$1\" = --version ] && echo 'wasm-opt version 131' && exit\n\
                 echo '[parse exception: no reason (at 0:40)]' >&2; exit 1";
    script(&broken.join("wasm-opt"), lines);
    let made = artifact(build(&project, &[&broken, &new], &[]));
    assert_eq!(made["optimizer"], "wasm-opt version 130");
    project.replace(
        "Cargo.toml",
        "[package.metadata.wasmsign]",
        "[package.metadata.wasmsign]\noptimize = 3",
    );
    let said = run(&mut build(&project, &[&broken], &[])).exits(5);
    said.says(&[
        "none of the available optimizers",
        "wasm-opt version 131: [parse exception: no reason",
    ]);
}

#[test]
fn names_that_the_optimizer_does_not_know_come_back() {
    const NAMES: &[u8] = b"\x03+\x0bbulk-memory+\x0fbulk-memory-opt+\x16call-indirect-overlong";
    let project = project(PLAIN, "");
    let module = wat::parse_str(PLAIN).expect("it is a module");
    let section = end_to_end::fixtures::custom("target_features", NAMES);
    project.write("module.wasm", [module, section].concat());
    run(&mut build(&project, &[], &["--no-sign"])).exits(0);
    assert!(published(&project).ends_with(NAMES), "{:?}", published(&project));
}

/// The newest wasm-opt in `PATH`, which has to be there.
fn real() -> PathBuf {
    let path = std::env::var_os("PATH").expect("it is set");
    let is_new = |place: &PathBuf| {
        let said = Command::new(place.join("wasm-opt")).arg("--version").output();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let number = said.ok().and_then(|text| text.split_whitespace().nth(2)?.parse::<u32>().ok());
        number.is_some_and(|number| number >= 130)
    };
    let found = std::env::split_paths(&path).find(is_new);
    found.expect("these tests want a Binaryen of 130 or newer: `npm install -g binaryen`")
}

#[test]
fn a_real_newer_one_is_told_of_what_a_module_uses() {
    let tried = r#"(module (tag $t) (func (export "f") (result i32)
        (block $h (try_table (catch $t $h) (throw $t))) (i32.const 7)))"#;
    let shared = r#"(module (memory 1 2 shared) (func (export "f") (result i32)
        (i32.atomic.load (i32.const 0))))"#;
    let real = real();
    for module in [WIDE, tried, shared] {
        let project = project(module, &format!("optimize.tool = '{}/wasm-opt'", real.display()));
        // A program of node, where npm has installed it.
        let made = artifact(project.build(&[]));
        assert!(
            made["optimizer"].as_str().is_some_and(|tool| tool.starts_with("wasm-opt version"))
        );
    }
}

#[test]
fn exceptions_are_two_features_and_shared_memory_is_atomics() {
    let tried = r#"(module (tag $t) (func (export "f")
        (block $h (try_table (catch $t $h) (throw $t)))))"#;
    let said = run(&mut build(&project(tried, ""), &[], &[])).exits(5);
    said.says(&["try_table", "exnref", "Binaryen 117 or newer; this one is 116"]);
    let shared = r#"(module (memory 1 2 shared) (func (export "f") (result i32)
        (i32.atomic.load (i32.const 0))))"#;
    let made = artifact(build(&project(shared, ""), &[], &[]));
    assert_eq!(made["optimizer"], "binaryen 116 (embedded)");
}

#[test]
fn hosts_that_know_one_kind_of_exceptions_get_no_other() {
    let new = r#"(module (tag $t) (func (export "f")
        (block $h (try_table (catch $t $h) (throw $t)))))"#;
    let legacy = r#"(module (tag $t) (func (export "f") try throw $t catch $t end))"#;
    for (module, right, wrong) in
        [(new, "exceptions", "legacy-exceptions"), (legacy, "legacy-exceptions", "exceptions")]
    {
        let listing = |name: &str| project(module, &format!("optimize.features = [\"{name}\"]"));
        for flags in [&[][..], &["--no-optimize"]] {
            let project = listing(wrong);
            let tool = tool(&project, "130");
            let says = [&*format!("needs `{right}`, which `optimize.features` does not list")];
            run(&mut build(&project, &[&tool], flags)).exits(2).says(&says);
            assert!(project.published().is_empty());
            let project = listing(right);
            let tool = self::tool(&project, "130");
            run(&mut build(&project, &[&tool], flags)).exits(0);
        }
    }
}

/// `fill`, `copy` and `across` are the instructions; `at` tells what lies in a table.
const TABLES: &str = r#"(module
    (type $number (func (result i32)))
    (table $host 4 externref)
    (table $one 4 funcref)
    (table $two 3 funcref)
    (elem (table $one) (i32.const 0) func $a $b $c $d)
    (elem (table $two) (i32.const 0) func $d $c $b)
    (func $a (result i32) (i32.const 1))
    (func $b (result i32) (i32.const 2))
    (func $c (result i32) (i32.const 3))
    (func $d (result i32) (i32.const 4))
    (func (export "fill") (param i32 externref i32)
        (table.fill $host (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i32 i32 i32)
        (table.copy $one $one (local.get 0) (local.get 1) (local.get 2)))
    (func (export "across") (param i32 i32 i32)
        (table.copy $two $one (local.get 0) (local.get 1) (local.get 2)))
    (func (export "is_null") (param i32) (result i32)
        (ref.is_null (table.get $host (local.get 0))))
    (func (export "one") (param i32) (result i32) (call_indirect $one (type $number) (local.get 0)))
    (func (export "two") (param i32) (result i32) (call_indirect $two (type $number) (local.get 0))))"#;

/// What a call of `name` does: how it ends, and what lies in the tables afterwards.
fn does(engine: &Engine, module: &Module, name: &str, numbers: [u32; 3]) -> String {
    let mut store = Store::new(engine, ());
    let instance = Linker::<()>::new(engine)
        .instantiate_and_start(&mut store, module)
        .expect("it can be instantiated");
    let [first, second, third] = numbers.map(u32::cast_signed);
    let ended = match name {
        "fill" => {
            let value = Nullable::Val(ExternRef::new(&mut store, 7_u32));
            let fill = instance.get_typed_func::<(i32, Nullable<ExternRef>, i32), ()>(&store, name);
            fill.expect("it is exported").call(&mut store, (first, value, third))
        }
        _ => {
            let copy = instance.get_typed_func::<(i32, i32, i32), ()>(&store, name);
            copy.expect("it is exported").call(&mut store, (first, second, third))
        }
    };
    let ended = ended.map_err(|error| error.as_trap_code());
    let lies = |store: &mut Store<()>, instance: &Instance, name: &str| -> Vec<Option<i32>> {
        let at = instance.get_typed_func::<i32, i32>(&*store, name).expect("it is exported");
        (0..4).map(|index| at.call(&mut *store, index).ok()).collect()
    };
    let tables = ["is_null", "one", "two"].map(|name| lies(&mut store, &instance, name));
    format!("{ended:?} {tables:?}")
}

#[test]
fn what_stands_in_for_table_instructions_does_and_traps_alike() {
    let engine = Engine::default();
    let compiled = |bytes: &[u8]| Module::new(&engine, bytes).expect("it is valid");
    let before = compiled(&wat::parse_str(TABLES).expect("it is a module"));
    let project = project(TABLES, "optimize = 0");
    let numbers = [0, 1, 2, 3, 4, 5, u32::MAX];
    for level in ["0", "1", "3", "4", "z"] {
        let says = format!("optimize = '{level}'");
        let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("it is there");
        let line = manifest.lines().find(|line| line.starts_with("optimize")).expect("it is said");
        project.replace("Cargo.toml", line, &says);
        let made = artifact(build(&project, &[], &[]));
        assert_eq!(made["optimizer"], "binaryen 116 (embedded)");
        let after = compiled(&published(&project));
        for name in ["fill", "copy", "across"] {
            let count = numbers.len();
            let triple = |place: usize| {
                [place, place / count, place / count.pow(2)].map(|index| numbers[index % count])
            };
            for numbers in (0..count.pow(3)).map(triple) {
                let (was, is) =
                    (does(&engine, &before, name, numbers), does(&engine, &after, name, numbers));
                assert_eq!(was, is, "{name} {numbers:?} at level {level}");
            }
        }
    }
    assert!(does(&engine, &before, "fill", [3, 0, 2]).contains("TableOutOfBounds"));
}
