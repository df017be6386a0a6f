//! Places that cannot be written, modules that are not finished, targets that are not installed.

#![cfg(unix)]

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::project::{LIBRARY, Project, UNKNOWN, script, verifies};
use end_to_end::shim::{compiler, stand_in, sysroot_of};
use end_to_end::{run, strays};

const PLAIN: &str = "optimize = false";

#[test]
fn a_file_in_the_place_of_the_directory_is_an_error() {
    let project = Project::tiny(PLAIN);
    project.write("target/wasmsign", "mine");
    run(&mut project.build(&[])).exits(4).says(&["wasmsign"]);
    assert_eq!(std::fs::read(project.output()).ok().as_deref(), Some(&b"mine"[..]));
}

#[test]
fn a_directory_in_the_place_of_a_module_is_an_error() {
    let project = Project::tiny("optimize = false\nsignature = \"both\"");
    for name in ["tiny.wasm", "tiny.wasm.sig"] {
        let taken = project.module(name);
        project.write(&format!("target/wasmsign/{UNKNOWN}/debug/{name}/file"), "mine");
        run(&mut project.build(&[])).exits(4).says(&[name, "directory"]);
        assert!(taken.join("file").is_file());
        std::fs::remove_dir_all(&taken).expect("it can be removed");
        assert!(strays(&project.output()).is_empty());
    }
    run(&mut project.build(&[])).exits(0);
}

#[test]
fn a_module_that_is_not_finished_is_refused() {
    for section in ["component-type:guest", "__wasm_bindgen_unstable"] {
        let data = format!(
            "#[used]\n#[unsafe(link_section = \"{section}\")]\npub static DATA: [u8; 4] = *b\"data\";\n"
        );
        let project = Project::library(&format!("{LIBRARY}{data}"), PLAIN);
        run(&mut project.build(&[])).exits(2).says(&["tiny.wasm", section, "cargo wasmsign sign"]);
        assert!(project.published().is_empty());
        assert!(strays(&project.output()).is_empty());
    }
}

#[test]
fn a_module_that_is_signed_or_in_parts_before_is_refused() {
    for section in ["signature", "signature_delimiter"] {
        let data = format!(
            "#[used]\n#[unsafe(link_section = \"{section}\")]\npub static DATA: [u8; 4] = *b\"data\";\n"
        );
        let project = Project::library(&format!("{LIBRARY}{data}"), PLAIN);
        run(&mut project.build(&[])).exits(2).says(&[
            "tiny.wasm",
            &format!("`{section}`"),
            "already",
        ]);
        assert!(project.published().is_empty());
    }
}

#[test]
fn nobody_needs_to_read_to_the_end() {
    let project = Project::tiny(PLAIN);
    let mut build = project.build(&["--format", "json"]);
    let mut child =
        build.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    drop(child.stdout.take());
    assert!(child.wait().expect("it ends").success());
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
}

#[test]
fn builds_at_once_do_not_disturb_each_other() {
    let project = Project::tiny("optimize = false\nsignature = \"both\"");
    let start = |flags: &[&str]| {
        let mut build = project.build(flags);
        build.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let builds = [start(&[]), start(&[]), start(&["-r"]), start(&["--target", "wasm32-wasip1"])];
    for build in builds {
        let output = build.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(project.published().len(), 6, "{:?}", project.published());
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert!(strays(&project.output()).is_empty());
}

/// A target for which the compiler of these tests has no library, whatever is installed.
const RARE: &str = "wasm32v1-none";

/// A build for the rare target with a compiler that has libraries for the host alone, and, where given, a `rustup` that
/// writes down its call and does what `rustup` says.
fn rare(project: &Project, rustup: Option<&str>, flags: &[&str]) -> Command {
    let (bin, sysroot) = (project.join("bin"), project.join("sysroot"));
    let rustc = bin.join("rustc");
    if !rustc.exists() {
        stand_in(env!("CARGO_BIN_EXE_shim"), &rustc);
        sysroot_of(&[], &sysroot);
    }
    if let Some(rustup) = rustup {
        script(&bin.join("rustup"), &format!("echo \"$@\" >> \"${{0%/*}}/call\"\n{rustup}"));
    }
    let mut build = project.build(&["--target", RARE]);
    build.env("RUSTC", &rustc).env("SHIM_REAL", compiler().0).env("SHIM_SYSROOT", &sysroot);
    build.args(flags).env("PATH", path(&bin));
    build
}

/// The directory, and those of the system without any rustup.
fn path(bin: &Path) -> OsString {
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let others =
        std::env::split_paths(&usual).filter(|directory| !directory.join("rustup").exists());
    std::env::join_paths([bin.to_owned()].into_iter().chain(others)).expect("no path has a colon")
}

#[test]
fn a_target_that_is_not_installed_is_named() {
    let project = Project::tiny(PLAIN);
    let advice = format!("`rustup target add {RARE}`");
    run(&mut rare(&project, None, &[])).exits(2).says(&[&advice]);
    run(&mut rare(&project, Some("exit 0"), &["--offline"])).exits(2).says(&[&advice]);
    run(&mut rare(&project, Some("exit 0"), &["--frozen"])).exits(2).says(&[&advice]);
    assert!(!project.join("bin/call").exists(), "rustup was called");
    project.is_untouched();
}

#[test]
fn a_target_that_is_not_installed_is_added() {
    let project = Project::tiny(PLAIN);
    let said = run(&mut rare(&project, Some("echo 'no network' >&2; exit 1"), &[])).exits(5);
    said.says(&["Installing", RARE, "no network", "rustup target add"]);
    project.is_untouched();
    // This one says that it did it: cargo is called then, and does not find what is still missing.
    run(&mut rare(&project, Some("exit 0"), &[])).exits(101).says(&["can't find crate for `core`"]);
    let calls = std::fs::read_to_string(project.join("bin/call")).expect("rustup was called");
    assert_eq!(calls, format!("target add {RARE}\n").repeat(2));
}

#[test]
fn rustup_shows_what_it_does_as_we_do() {
    let project = Project::tiny(PLAIN);
    let tell = "echo \"color ${RUSTUP_TERM_COLOR-unset}\" >> \"${0%/*}/call\"; exit 1";
    for (flags, variable, expected) in [
        (&[][..], None, format!("target add {RARE}\ncolor unset\n")),
        (&["-q"], None, format!("--quiet target add {RARE}\ncolor unset\n")),
        (&["--color", "always"], None, format!("target add {RARE}\ncolor always\n")),
        (&["--color=never", "-v"], None, format!("target add {RARE}\ncolor never\n")),
        (&[], Some("CARGO_TERM_QUIET"), format!("--quiet target add {RARE}\ncolor unset\n")),
    ] {
        let mut build = rare(&project, Some(tell), flags);
        build.envs(variable.map(|name| (name, "true"))).env_remove("RUSTUP_TERM_COLOR");
        run(build.env_remove("CARGO_TERM_COLOR")).exits(5).says(&["rustup target add"]);
        let call = std::fs::read_to_string(project.join("bin/call")).expect("rustup was called");
        assert_eq!(call, expected, "{flags:?} {variable:?}");
        std::fs::remove_file(project.join("bin/call")).expect("it is ours");
    }
}
