//! Builds that give the same bytes anywhere, and modules compared with what their source gives.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::project::{CDYLIB, Project, SIGNED, UNKNOWN, package};
use end_to_end::{run, wasmsign, write};

/// A library whose panics name its own file and that of the standard library, and one it depends on.
const SOURCE: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn pick(at: usize) -> u32 {
    std::hint::black_box(helper::list(at))[at]
}
"#;
const HELPER: &str = r#"
pub fn list(length: usize) -> Vec<u32> {
    assert!(length < 1000, "too long");
    (0..length as u32).collect()
}
"#;

const TABLE: &str = "reproducible = true\noptimize = false\n\
                     sections = { parts = [[\"@standard\"], [\"*\"]], producers = true }\n";

/// A workspace of the library and its helper.
fn project(table: &str) -> Project {
    let guest = package("guest", CDYLIB);
    let guest = format!(
        "{guest}[dependencies]\nhelper = {{ path = \"../helper\" }}\n[package.metadata.wasmsign]\n{table}"
    );
    Project::new(&[
        (
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = [\"guest\", \"helper\"]\n{SIGNED}"),
        ),
        ("guest/Cargo.toml", &guest),
        ("guest/src/lib.rs", SOURCE),
        ("helper/Cargo.toml", &package("helper", "")),
        ("helper/src/lib.rs", HELPER),
    ])
}

fn module(project: &Path) -> PathBuf {
    project.join("target/wasmsign").join(UNKNOWN).join("debug/guest.wasm")
}

fn build(directory: &Path) -> Vec<u8> {
    run(wasmsign(directory).args(["build", "-q"])).exits(0);
    std::fs::read(module(directory)).expect("it is published")
}

/// A copy of a project in a directory of another length.
fn copy(project: &Project, to: &Path) -> PathBuf {
    let to = to.join("a/directory/of/another/name");
    std::fs::create_dir_all(&to).expect("it can be made");
    for (path, content) in end_to_end::files(project.path()) {
        let path = path.strip_prefix(project.path()).expect("it is below");
        write(&to.join(path), content);
    }
    to
}

fn rebuild(directory: &Path, flags: &[&str]) -> Command {
    let mut verify = wasmsign(directory);
    verify.args(["verify", "--rebuild"]).arg(module(directory)).args(flags);
    verify
}

#[test]
fn another_directory_gives_the_same_bytes() {
    let (project, elsewhere) = (project(TABLE), end_to_end::scratch());
    let other = copy(&project, elsewhere.path());
    let one = build(project.path());
    assert_eq!(one, build(&other));
    let text = String::from_utf8_lossy(&one);
    assert!(!text.contains(&*project.path().to_string_lossy()), "a path of this machine");
    assert!(text.contains("/workspace/helper") || text.contains("helper/src/lib.rs"), "no path");
}

#[test]
fn a_module_is_what_its_source_gives_until_that_changes() {
    let project = project(TABLE);
    let before = build(project.path());
    let said = run(&mut rebuild(project.path(), &[])).exits(0);
    assert!(said.out.contains("is what this source produces"), "{}", said.out);
    let json = run(&mut rebuild(project.path(), &["--format", "json", "-K", "release.pub"]))
        .exits(0)
        .json();
    assert_eq!((json.len(), &json[0]["verdict"]), (1, &"verified".into()));
    assert_eq!(json[0]["rebuilt"]["same"], true);
    assert_eq!(json[0]["rebuilt"]["identity"], json[0]["identity"]);
    project.replace("helper/src/lib.rs", "1000", "2000");
    let said = run(&mut rebuild(project.path(), &[])).exits(1);
    assert!(said.out.contains("code section at offset"), "{}", said.out);
    let json = run(&mut rebuild(project.path(), &["--format", "json"])).exits(1).json();
    assert_eq!(json[0]["reason"], "rebuild-differs");
    assert_eq!(std::fs::read(module(project.path())).ok(), Some(before), "nothing is published");
}

#[test]
fn no_secret_is_needed_to_build_again() {
    let project = project(TABLE);
    build(project.path());
    std::fs::remove_file(project.join("release.key")).expect("it is ours");
    run(&mut rebuild(project.path(), &[])).exits(0);
}

#[test]
fn a_module_that_is_signed_by_somebody_else_is_refused_though_it_is_the_same() {
    let project = project(TABLE);
    build(project.path());
    end_to_end::key_pair(project.path(), "other");
    let json =
        run(&mut rebuild(project.path(), &["--format", "json", "-K", "other.pub"])).exits(1).json();
    assert_eq!(json[0]["reason"], "no-trusted-signature");
    assert_eq!(json[0]["rebuilt"]["same"], true);
}

#[test]
fn a_section_too_many_is_named() {
    let project = project("optimize = false\n");
    build(project.path());
    project.replace(
        "guest/Cargo.toml",
        "optimize = false",
        "optimize = false\nsections.remove = [\"name\"]",
    );
    let said = run(&mut rebuild(project.path(), &[])).exits(1);
    assert!(said.out.contains("custom section `name`"), "{}", said.out);
}

#[test]
fn a_module_of_no_package_is_told_so() {
    let project = project(TABLE);
    build(project.path());
    let stranger = module(project.path()).with_file_name("stranger.wasm");
    std::fs::copy(module(project.path()), &stranger).expect("it can be copied");
    let verify = |flag: &str| run(wasmsign(project.path()).args(["verify", flag]).arg(&stranger));
    verify("--rebuild").exits(2).says(&["stranger.wasm", "--manifest-path"]);
    verify("-r").exits(2).says(&["--rebuild"]);
}

/// cargo-auditable as cargo finds it: it says that it was there, and goes on as cargo.
#[cfg(unix)]
#[test]
fn an_auditable_build_goes_through_cargo_auditable() {
    use end_to_end::project::script;
    let project = project("optimize = false\nauditable = true\n");
    let list =
        "#[used]\n#[unsafe(link_section = \".dep-v0\")]\npub static LIST: [u8; 4] = *b\"list\";\n";
    project.write("guest/src/lib.rs", format!("{SOURCE}{list}"));
    let home = end_to_end::scratch();
    let mut build = project.build(&[]);
    let path = std::env::var("PATH").expect("there is a path");
    let without = |place: &PathBuf| !place.join("cargo-auditable").exists();
    let bare = std::env::join_paths(std::env::split_paths(&path).filter(without));
    build.env("PATH", bare.expect("they were joined before")).env("CARGO_HOME", home.path());
    run(&mut build).exits(5).says(&["cargo install cargo-auditable"]);
    let noted = project.join("was-there");
    let text = format!("shift\ntouch '{}'\nexec \"$CARGO\" \"$@\"", noted.display());
    project.write("bin/cargo-auditable", "");
    script(&project.join("bin/cargo-auditable"), &text);
    let mut build = project.build(&[]);
    build.env("PATH", format!("{}:{path}", project.join("bin").display()));
    run(&mut build).exits(0);
    assert!(noted.is_file());
    assert!(module(project.path()).is_file());
}

/// A compiler that takes the file `kernel.json` for the usual target.
#[cfg(unix)]
const COMPILER: &str = r#"for word do
shift
case "$word" in *kernel.json) word=wasm32-unknown-unknown;; esac
set -- "$@" "$word"
done
exec rustc "$@""#;

#[cfg(unix)]
#[test]
fn a_target_that_a_file_describes_is_found() {
    use end_to_end::project::script;
    let project = Project::tiny("optimize = false");
    project.write("targets/kernel.json", "{}");
    script(&project.join("compiler"), COMPILER);
    let as_nightly = |command: &mut Command| {
        command.env("RUSTC", project.join("compiler")).env("RUSTC_BOOTSTRAP", "1");
        run(command.arg("-Zjson-target-spec"))
    };
    as_nightly(&mut project.build(&["-r", "--target", "targets/kernel.json"])).exits(0);
    let [published, cargos] =
        ["target/wasmsign", "target"].map(|place| format!("{place}/kernel/release/tiny.wasm"));
    let rebuilt = |module: &str, flags: &[&str]| {
        let mut verify = wasmsign(project.path());
        as_nightly(verify.args(["verify", "--rebuild", module]).args(flags))
    };
    for module in [&published, &cargos] {
        let says = ["the target `kernel`, which is not configured", "`--target PATH/kernel.json`"];
        rebuilt(module, &[]).exits(2).says(&says);
    }
    rebuilt(&published, &["--target", "targets/kernel.json"]).exits(0);
    project
        .write(".cargo/config.toml", "build.target = [\"wasm32-wasip1\", \"targets/kernel.json\"]");
    for module in [&published, &cargos] {
        let said = rebuilt(module, &[]).exits(0);
        assert!(said.out.contains("profile release") && said.out.contains("targets/kernel.json"));
    }
    std::fs::remove_dir_all(project.join(".cargo")).expect("it is ours");
    project.write("kernel.json", "{}");
    rebuilt(&published, &[]).exits(0);
}
