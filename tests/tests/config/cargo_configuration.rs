//! What cargo's own configuration says, from wherever cargo takes it.

use std::path::Path;
use std::process::Command;

use end_to_end::project::{CDYLIB, Project, SIGNED, UNKNOWN, package};
use end_to_end::{run, wasmsign};

const PLAIN: &str = "optimize = false";
const WASI: &str = "wasm32-wasip1";

/// A library in whose module each of these flags leaves a mark, beside one of its build script's directory.
const SOURCE: &str = r#"
macro_rules! marks { ($($name:ident)*) => { $(
    #[cfg($name)] #[unsafe(no_mangle)] pub extern "C" fn $name() {}
)* } }
marks! { mark_build mark_target mark_cfg mark_include mark_flag mark_env mark_encoded mark_file }
include!(concat!(env!("OUT_DIR"), "/made.rs"));
"#;
const BUILD_SCRIPT: &str = r##"fn main() {
    let text = "#[unsafe(no_mangle)] pub extern \"C\" fn pick(at: usize) -> u32 { [1, 2, 3][at] }";
    std::fs::write(format!("{}/made.rs", std::env::var("OUT_DIR").unwrap()), text).unwrap();
}"##;

fn project(table: &str) -> Project {
    let manifest =
        format!("{CDYLIB}[package.metadata.wasmsign]\n{PLAIN}\n{table}\n[workspace]\n{SIGNED}");
    Project::new(&[
        ("Cargo.toml", &package("tiny", &manifest)),
        ("src/lib.rs", SOURCE),
        ("build.rs", BUILD_SCRIPT),
    ])
}

/// The functions that a module exports, but for the library's own.
fn marks(module: &Path) -> Vec<String> {
    let bytes = std::fs::read(module).expect("the module can be read");
    let mut names = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
        if let wasmparser::Payload::ExportSection(exports) = payload.expect("it is well formed") {
            names.extend(
                exports.into_iter().map(|export| export.expect("as before").name.to_owned()),
            );
        }
    }
    names.retain(|name| name.starts_with("mark_"));
    names.sort();
    names
}

fn reproducible() -> Project {
    project("reproducible = true")
}

/// Sets a variable of a call.
fn env(name: &'static str, value: &'static str) -> impl Fn(&mut Command) {
    move |call| {
        call.env(name, value);
    }
}

fn built(project: &Project, change: impl FnOnce(&mut Command)) -> Vec<String> {
    let mut build = project.build(&["--no-sign"]);
    change(&mut build);
    run(&mut build).exits(0);
    marks(&project.module("tiny.wasm"))
}

#[test]
fn included_targets_are_built_for() {
    let project = project("");
    project.write(".cargo/config.toml", "include = [\"inner/one.toml\"]");
    project.write(".cargo/inner/one.toml", "include = [{ path = \"two.toml\", optional = false }]");
    project.write(".cargo/inner/two.toml", format!("build.target = \"{WASI}\""));
    run(&mut project.build(&["--no-sign"])).exits(0);
    assert_eq!(project.published(), [format!("{WASI}/debug/tiny.wasm")]);
    // What includes counts more, and a flag more than that.
    project.write(
        ".cargo/config.toml",
        format!("include = [\"inner/one.toml\"]\nbuild.target = \"{UNKNOWN}\""),
    );
    run(&mut project.build(&["--no-sign"])).exits(0);
    assert_eq!(project.published().len(), 2);
    project.write("flags.toml", "include = [\".cargo/inner/two.toml\"]");
    let said = run(wasmsign(project.path()).args([
        "config",
        "--config",
        "flags.toml",
        "--format",
        "json",
    ]));
    assert!(said.exits(0).out.contains(WASI));
}

#[test]
fn reproducible_builds_keep_the_flags_of_included_files() {
    let project = reproducible();
    project.write(
        ".cargo/config.toml",
        "include = [\"more.toml\"]\nbuild.rustflags = [\"--cfg=mark_build\"]",
    );
    project.write(".cargo/more.toml", "build.rustflags = [\"--cfg=mark_include\"]");
    assert_eq!(built(&project, |_| {}), ["mark_build", "mark_include"]);
    project.write("flags.toml", "include = [\"file.toml\"]");
    project.write("file.toml", "build.rustflags = [\"--cfg\", \"mark_file\"]");
    let flagged = built(&project, |build| {
        build.args(["--config", "flags.toml", "--config", "build.rustflags=['--cfg=mark_flag']"]);
    });
    assert_eq!(flagged, ["mark_build", "mark_file", "mark_flag", "mark_include"]);
    let text = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    let place = project.path().canonicalize().expect("it is there");
    assert!(!String::from_utf8_lossy(&text).contains(&*place.to_string_lossy()));
}

#[test]
fn reproducible_builds_keep_the_flags_of_targets_and_variables() {
    let project = reproducible();
    project.write(
        ".cargo/config.toml",
        format!(
            "[build]\nrustflags = [\"--cfg=mark_build\"]\n[target.{UNKNOWN}]\nrustflags = \"--cfg mark_target\"\n\
             [target.'cfg(target_family = \"wasm\")']\nrustflags = [\"--cfg=mark_cfg\"]\n\
             [target.'cfg(unix)']\nrustflags = [\"--cfg=mark_file\"]"
        ),
    );
    // As cargo has it: what the target says replaces what `build` says.
    assert_eq!(built(&project, |_| {}), ["mark_cfg", "mark_target"]);
    let name = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
    let more = built(&project, env(name, "--cfg mark_env"));
    assert_eq!(more, ["mark_cfg", "mark_env", "mark_target"]);
    let flags = built(&project, env("RUSTFLAGS", "--cfg  mark_env"));
    assert_eq!(flags, ["mark_env"]);
    let encoded = built(&project, |build| {
        build
            .env("RUSTFLAGS", "--cfg mark_env")
            .env("CARGO_ENCODED_RUSTFLAGS", "--cfg\x1fmark_encoded");
    });
    assert_eq!(encoded, ["mark_encoded"]);
    std::fs::remove_dir_all(project.join(".cargo")).expect("it is ours");
    let of_build = built(&project, env("CARGO_BUILD_RUSTFLAGS", "--cfg mark_build"));
    assert_eq!(of_build, ["mark_build"]);
}

#[test]
fn a_scope_that_keeps_paths_in_is_refused() {
    let project = reproducible();
    let build = |flags: &str| {
        let mut build = project.build(&["--no-sign"]);
        run(build.env("RUSTFLAGS", flags))
    };
    build("--remap-path-scope=macro").exits(2).says(&["--remap-path-scope=macro"]);
    build("--remap-path-scope diagnostics").exits(2);
}

/// The module of a copy of the project at `place`, and whether the directory is named in it.
fn in_directory(
    project: &Project,
    place: &str,
    change: impl FnOnce(&mut Command),
) -> (Vec<u8>, bool) {
    let directory = project.path().canonicalize().expect("it is there").join(place);
    for name in ["Cargo.toml", "src/lib.rs", "build.rs"] {
        let text = std::fs::read(project.join(name)).expect("it can be read");
        end_to_end::write(&directory.join(name), text);
    }
    let mut build = wasmsign(&directory);
    build.args(["build", "--no-sign"]);
    change(&mut build);
    run(&mut build).exits(0);
    let path = directory.join("target/wasmsign").join(UNKNOWN).join("debug/tiny.wasm");
    let module = std::fs::read(path).expect("it is published");
    let names = String::from_utf8_lossy(&module).contains(&*project.path().to_string_lossy());
    (module, names)
}

#[test]
fn the_build_directory_is_no_part_of_a_reproducible_module() {
    let project = reproducible();
    let usual = in_directory(&project, "usual", |_| {});
    let elsewhere = |place: &'static str| env("CARGO_BUILD_BUILD_DIR", place);
    let one = in_directory(&project, "one", elsewhere("intermediate"));
    let other = in_directory(&project, "one/deeper/two", elsewhere("{workspace-root}/../x"));
    let detour = in_directory(&project, "three", env("CARGO_TARGET_DIR", "../three/target"));
    assert!(usual == detour, "another module");
    assert!(!usual.1 && !one.1 && !other.1, "a path of this machine");
    assert!(usual.0 == one.0 && one.0 == other.0, "three modules");
    // What is built again is built anew, in a directory of its own.
    let directory = project.join("one");
    let module = directory.join("target/wasmsign").join(UNKNOWN).join("debug/tiny.wasm");
    let mut verify = wasmsign(&directory);
    verify.args(["verify", "--rebuild"]).arg(module).env("CARGO_BUILD_BUILD_DIR", "intermediate");
    let said = run(&mut verify).exits(0);
    assert!(said.out.contains("is what this source produces"), "{}", said.out);
}

#[test]
fn layouts_and_trimmed_paths_of_a_nightly_are_remapped_too() {
    let project = reproducible();
    let nightly = |flag: &'static str| {
        move |build: &mut Command| {
            build.args(["-Z", flag]).env("RUSTC_BOOTSTRAP", "1");
        }
    };
    let one = in_directory(&project, "one", nightly("build-dir-new-layout"));
    let other = in_directory(&project, "one/deeper/two", nightly("build-dir-new-layout"));
    assert!(one == other && !one.1, "a path of this machine");
    project.replace(
        "Cargo.toml",
        "[workspace]",
        "[profile.dev]\ntrim-paths = \"macro\"\n\
        [profile.dev.package.tiny]\ntrim-paths = \"diagnostics\"\n[workspace]",
    );
    let one = in_directory(&project, "trimmed", nightly("trim-paths"));
    let other = in_directory(&project, "trimmed/deeper/two", nightly("trim-paths"));
    assert!(one == other && !one.1, "a path of this machine");
}

#[test]
fn flags_that_silence_the_compiler_are_named_where_cargo_stumbles_over_them() {
    let project = project("");
    let mut build = project.build(&["--no-sign"]);
    run(build.env("RUSTFLAGS", "--cap-lints=allow")).exits(101).says(&["RUSTFLAGS", "-Awarnings"]);
    // Another failure is none of theirs.
    project.write("src/lib.rs", "no rust");
    let said = run(project.build(&["--no-sign"]).env("RUSTFLAGS", "-Awarnings")).exits(101);
    assert!(!said.err.contains("--cap-lints"), "{}", said.err);
}

/// A compiler that knows of no standard library, beside a rustup that writes down its call.
#[cfg(unix)]
fn without_library(project: &Project, command: &mut Command) {
    use end_to_end::project::script;
    let bin = project.join("bin");
    std::fs::create_dir_all(&bin).expect("a directory can be made");
    script(&bin.join("rustup"), "echo \"$@\" >> \"${0%/*}/call\"\nexit 1");
    script(
        &bin.join("compiler"),
        "case \"$*\" in *target-libdir*) echo /nowhere;; *) exec rustc \"$@\";; esac",
    );
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(bin.clone()).chain(std::env::split_paths(&usual));
    command.env("PATH", std::env::join_paths(path).expect("no path has a colon"));
    command.env("RUSTC", bin.join("compiler"));
}

#[cfg(unix)]
#[test]
fn a_standard_library_that_cargo_builds_is_not_asked_for() {
    let project = project("");
    let build = |flags: &[&str], variables: &[(&str, &str)]| {
        let _ = std::fs::remove_file(project.join("bin/call"));
        let mut build = project.build(&["--no-sign"]);
        without_library(&project, &mut build);
        let said = run(build.args(flags).envs(variables.iter().copied()));
        (said.code, project.join("bin/call").exists())
    };
    let nightly = ("RUSTC_BOOTSTRAP", "1");
    assert_eq!(build(&[], &[]), (Some(5), true));
    assert_eq!(build(&["--", "--offline"], &[]), (Some(2), false));
    // cargo fails, because the sources of the library are nowhere either.
    for flags in [
        &["-Zbuild-std"][..],
        &["-Z", "build-std=core"],
        &["--", "-Zbuild-std"],
        &["--", "-vZ", "build-std=core"],
        &["--config", "unstable.build-std=['core']"],
    ] {
        assert_eq!(build(flags, &[nightly]), (Some(101), false), "{flags:?}");
    }
    assert_eq!(build(&[], &[nightly, ("CARGO_UNSTABLE_BUILD_STD", "core")]), (Some(101), false));
    project.write(".cargo/config.toml", "include = [\"std.toml\"]");
    project.write(".cargo/std.toml", "[unstable]\nbuild-std = [\"core\"]");
    assert_eq!(build(&[], &[nightly]), (Some(101), false));
    // A cargo that is no nightly one does not see it.
    assert_eq!(build(&[], &[]), (Some(5), true));
}

#[test]
fn the_compiler_judges_files_of_targets() {
    let project = project("");
    let write = |name: &str, triple: &str| {
        let mut rustc = Command::new("rustc");
        rustc.args(["-Zunstable-options", "--print", "target-spec-json", "--target", triple]);
        project.write(name, run(rustc.env("RUSTC_BOOTSTRAP", "1")).exits(0).out);
    };
    write("kernel.json", UNKNOWN);
    write("inner/wasm32-in-name.json", "x86_64-unknown-linux-gnu");
    project.write(
        ".cargo/config.toml",
        "build.target = [\"inner/wasm32-in-name.json\", \"kernel.json\"]",
    );
    let targets = |flags: &[&str]| {
        let mut config = wasmsign(&project.join("inner"));
        config.args(["config", "--format", "json"]).args(flags).env("RUSTC_BOOTSTRAP", "1");
        let said = run(&mut config).exits(0).out;
        (said.contains("kernel.json"), said.contains("in-name"))
    };
    assert_eq!(targets(&[]), (true, false));
    assert_eq!(
        targets(&["--target", "wasm32-in-name.json", "--target", "../kernel.json"]),
        (true, false)
    );
    let mut build = project.build(&["--target", "inner/wasm32-in-name.json"]);
    run(build.env("RUSTC_BOOTSTRAP", "1")).exits(2).says(&["not a WebAssembly target"]);
    // This compiler takes no such files, and neither does its cargo.
    run(&mut project.build(&["--target", "kernel.json"])).exits(2).says(&["kernel.json"]);
    project.is_untouched();
}

#[test]
fn cargo_is_kept_from_placing_modules_before_they_are_signed() {
    const INSTEAD: &str = "`--artifact-dir`, or `artifact-dir` in the manifest";
    let project = project("");
    let refused = |command: &mut Command, name: &str| {
        let named = format!("`{name}` makes cargo copy unsigned modules");
        run(command.env("RUSTC_BOOTSTRAP", "1")).exits(2).says(&[&named, INSTEAD]);
        project.is_untouched();
    };
    let unstable = |flags: &[&str]| {
        let mut build = project.build(&["-Zunstable-options"]);
        build.args(flags);
        build
    };
    // Where the variable is empty, cargo takes the current directory.
    for directory in ["out", ""] {
        let mut build = unstable(&[]);
        refused(build.env("CARGO_BUILD_ARTIFACT_DIR", directory), "CARGO_BUILD_ARTIFACT_DIR");
    }
    let flag = ["--config", "build.artifact-dir='out'"];
    refused(&mut unstable(&flag), "build.artifact-dir");
    refused(unstable(&flag).arg("--no-sign"), "build.artifact-dir");
    project.write(".cargo/config.toml", "include = [\"more.toml\"]");
    project.write(".cargo/more.toml", "build.artifact-dir = \"out\"");
    refused(&mut unstable(&["--artifact-dir", "ours"]), "build.artifact-dir");
    let mut verify = wasmsign(project.path());
    refused(verify.args(["verify", "--rebuild", "Cargo.toml"]), "build.artifact-dir");
    assert!(!project.join("out").exists());
}
