//! A workspace of eight members of different kinds, all by one table at its root.

use std::path::Path;
use std::process::Command;

use end_to_end::project::{
    CDYLIB, LIBRARY, PROGRAM, Project, UNKNOWN, of_reason, package, times, verifies,
};
use end_to_end::{cargo, key_pair, run, strays, wasmsign};
use serde_json::Value;

const WASI: &str = "wasm32-wasip1";

/// The root: three keys, and what counts where nobody says otherwise.
const ROOT: &str = r#"
exclude = ["vendor"]
[workspace.metadata.wasmsign]
sign-with = ["release"]
sections.remove = [".debug_*"]
[workspace.metadata.wasmsign.profile.dev]
optimize = false
sign-with = ["dev"]
[workspace.metadata.wasmsign.keys.release]
public = "release.pub"
secret = { file = "release.key" }
[workspace.metadata.wasmsign.keys.dev]
secret = { file = "dev.key" }
[workspace.metadata.wasmsign.keys.partner]
public = "partner.pub"
secret = { file = "partner.key" }
"#;

const TABLE: &str = "[package.metadata.wasmsign]\n";

/// A module that is never to be compiled for wasm.
const HOST: &str = "#[cfg(target_family = \"wasm\")]\ncompile_error!(\"a host\");\nfn main() {}\n";

/// What has dependencies: on a library with a feature, and on a macro that runs on the host.
const NEEDY: &str = r#"
#[macros::exported]
fn total() -> i32 {
    numbers::all().iter().sum()
}
"#;

const MACROS: &str = r##"
use proc_macro::TokenStream;
#[cfg(target_family = "wasm")]
compile_error!("macros are for the host");
#[proc_macro_attribute]
pub fn exported(_: TokenStream, item: TokenStream) -> TokenStream {
    let function = format!("#[unsafe(no_mangle)] pub extern \"C\" {item}");
    function.parse().expect("it is Rust")
}
"##;

const NUMBERS: &str = r#"
#[cfg(feature = "many")]
pub fn all() -> Vec<i32> {
    include!(concat!(env!("OUT_DIR"), "/numbers.rs"))
}
"#;

const NUMBERS_BUILD: &str = r#"
fn main() {
    let directory = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(directory.join("numbers.rs"), "vec![1, 2, 3]").unwrap();
}
"#;

/// The workspace, with its three key pairs.
fn workspace() -> Project {
    let with = |start: &str, rest: &str| format!("{start}{TABLE}{rest}");
    let wasi = with("", &format!("target = \"{WASI}\"\n"));
    let both = with("[lib]\nname = \"both_library\"\ncrate-type = [\"cdylib\"]\n", "");
    let needs = "[dependencies]\nmacros.path = \"../vendor/macros\"\n\
                 numbers = { path = \"../vendor/numbers\", features = [\"many\"] }\n";
    let needy = with(&format!("{needs}{CDYLIB}"), "");
    let members = [
        ("library", &*with(CDYLIB, ""), LIBRARY),
        ("program", &*with("", ""), PROGRAM),
        ("both", &*both, LIBRARY),
        ("wasi", &*wasi, PROGRAM),
        ("host", "", HOST),
        ("off", &*with(CDYLIB, "enabled = false\n"), "compile_error!(\"off\");\n"),
        (
            "keyed",
            &*with(CDYLIB, "sign-with = [\"partner\", \"release\"]\nsignature = \"both\"\n"),
            LIBRARY,
        ),
        ("needy", &*needy, NEEDY),
    ];
    let project = Project::workspace(ROOT, &members);
    project.write("both/src/bin/both-program.rs", PROGRAM);
    let library = "[features]\nmany = []\n";
    project.write("vendor/numbers/Cargo.toml", package("numbers", library));
    project.write("vendor/numbers/src/lib.rs", NUMBERS);
    project.write("vendor/numbers/build.rs", NUMBERS_BUILD);
    project.write("vendor/macros/Cargo.toml", package("macros", "[lib]\nproc-macro = true\n"));
    project.write("vendor/macros/src/lib.rs", MACROS);
    ["dev", "partner"].iter().for_each(|name| key_pair(project.path(), name));
    project
}

/// `cargo wasmsign build` with these arguments, which speaks JSON.
fn build(project: &Project, arguments: &[&str]) -> Command {
    project.build(&[&["--format", "json"], arguments].concat())
}

/// The published modules of a build, in the order of their names.
#[track_caller]
fn artifacts(command: &mut Command) -> Vec<Value> {
    let messages = run(command).exits(0).json();
    let mut artifacts: Vec<Value> =
        of_reason(&messages, "wasmsign-artifact").into_iter().cloned().collect();
    artifacts.sort_by_key(|artifact| artifact["path"].as_str().map(str::to_owned));
    artifacts
}

/// The file name of each, with its signers.
fn signed(artifacts: &[Value]) -> Vec<String> {
    let name = |text: &Value| text.as_str().expect("it is a text").to_owned();
    let line = |artifact: &Value| {
        let path = name(&artifact["path"]);
        let signers = artifact["signers"].as_array().expect("a list").iter();
        let signers: Vec<_> = signers.map(|signer| name(&signer["name"])).collect();
        format!("{} {}", path.rsplit('/').next().expect("it has a name"), signers.join(","))
    };
    artifacts.iter().map(line).collect()
}

/// Which modules a build with these arguments would make, in a directory below.
#[track_caller]
fn planned(project: &Project, directory: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = project.build_in(directory, &["--dry-run", "--format", "json"]);
    let plans = run(command.args(arguments)).exits(0).json();
    let mut names = Vec::new();
    for plan in of_reason(&plans, "wasmsign-plan") {
        for module in plan["modules"].as_array().expect("a list") {
            let path = Path::new(module["path"].as_str().expect("it is a path"));
            let name = path.file_stem().expect("it is a file").to_string_lossy();
            names.push(name.into_owned());
        }
    }
    names.sort();
    names
}

fn fresh(artifacts: &[Value]) -> Vec<bool> {
    artifacts.iter().map(|artifact| artifact["fresh"] == Value::Bool(true)).collect()
}

#[test]
fn everybody_is_built_and_signed_as_the_root_says() {
    let project = workspace();
    let dev = [
        "both-program.wasm dev",
        "both_library.wasm dev",
        "keyed.wasm partner,release",
        "library.wasm dev",
        "needy.wasm dev",
        "program.wasm dev",
        "wasi.wasm dev",
    ];
    let first = artifacts(&mut build(&project, &[]));
    assert_eq!(signed(&first), dev);
    assert_eq!(fresh(&first), [false; 7]);
    let wasi = project.output().join(WASI).join("debug/wasi.wasm");
    verifies(&wasi, None, &[&project.join("dev.pub")]);
    let keyed = project.module("keyed.wasm");
    verifies(
        &keyed,
        None,
        &["partner.pub", "release.pub"].map(|key| project.join(key)).each_ref().map(|key| &**key),
    );
    let mut other = wasmsign(project.path());
    run(other.args(["verify", "-K", "release.pub"]).arg(project.module("library.wasm")))
        .exits(1)
        .prints(&["Refused", "library.wasm"]);
    assert_eq!(project.published().len(), 8, "one has a file beside it: {:?}", project.published());
    for other in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown/debug/host.wasm"] {
        assert!(!project.join("target").join(other).exists(), "the host was not built");
    }

    let before = times(&project.output());
    let second = artifacts(&mut build(&project, &[]));
    assert_eq!((signed(&second), fresh(&second)), (signed(&first), vec![true; 7]));
    assert_eq!(times(&project.output()), before, "nothing was touched");

    project.replace("library/src/lib.rs", "42", "43");
    let third = artifacts(&mut build(&project, &[]));
    let made: Vec<_> = third.into_iter().filter(|one| one["fresh"] == Value::Bool(false)).collect();
    assert_eq!(signed(&made), ["library.wasm dev"]);

    // A dependency's change reaches whoever needs it, and nobody else.
    project.replace("vendor/numbers/build.rs", "1, 2, 3", "1, 2, 4");
    let fourth = artifacts(&mut build(&project, &[]));
    let made: Vec<_> =
        fourth.into_iter().filter(|one| one["fresh"] == Value::Bool(false)).collect();
    assert_eq!(signed(&made), ["needy.wasm dev"]);
    assert!(strays(&project.join("target")).is_empty());

    // The members that are not for wasm are cargo's, as ever.
    let mut host = Command::new(cargo());
    host.args(["build", "-q", "-p", "host"]).current_dir(project.path());
    run(host.env_remove("CARGO_TARGET_DIR")).exits(0);
}

#[test]
fn another_profile_has_other_tables() {
    let project = workspace();
    project.replace(
        "both/Cargo.toml",
        TABLE,
        &format!("{TABLE}profile.release.sign-with = [\"partner\"]\n"),
    );
    let built = artifacts(&mut build(&project, &["-r", "-p", "both", "-p", "needy"]));
    let expected = ["both-program.wasm partner", "both_library.wasm partner", "needy.wasm release"];
    assert_eq!(signed(&built), expected);
    for artifact in &built {
        let size = |step: &str| artifact["sizes"][step].as_u64().expect("a number");
        assert!(size("optimized") < size("built"), "the root turns it off for dev alone");
    }
    let needy = project.output().join(UNKNOWN).join("release/needy.wasm");
    verifies(&needy, None, &[&project.join("release.pub")]);
}

#[test]
fn the_environment_counts_for_every_member() {
    let project = workspace();
    let mut build = build(&project, &["-p", "keyed", "-p", "wasi"]);
    build
        .env("CARGO_WASMSIGN_SIGN_WITH", "dev,partner")
        .env("CARGO_WASMSIGN_SIGNATURE", "detached");
    build.env("CARGO_WASMSIGN_TARGET", UNKNOWN).env("CARGO_WASMSIGN_KEY_ID", "none");
    let built = artifacts(&mut build);
    assert_eq!(signed(&built), ["keyed.wasm dev,partner", "wasi.wasm dev,partner"]);
    for artifact in &built {
        assert_eq!(artifact["signers"][0]["key_id"], Value::Null);
        assert!(artifact["signature_path"].is_string());
    }
    let names = ["keyed.wasm", "keyed.wasm.sig", "wasi.wasm", "wasi.wasm.sig"];
    assert_eq!(project.published(), names.map(|name| format!("{UNKNOWN}/debug/{name}")));
    // The command line counts more.
    let built = artifacts(build.args(["-k", "release.key", "--target", WASI]));
    assert_eq!(signed(&built), ["keyed.wasm release.key", "wasi.wasm release.key"]);
}

#[test]
fn packages_are_selected_as_in_cargo() {
    let project = workspace();
    let all = ["both-program", "both_library", "keyed", "library", "needy", "program", "wasi"];
    assert_eq!(planned(&project, "", &[]), all);
    assert_eq!(planned(&project, "", &["--workspace"]), all);
    assert_eq!(planned(&project, "", &["-p", "both"]), all[..2]);
    assert_eq!(planned(&project, "", &["-p", "both", "--lib"]), all[1..2]);
    assert_eq!(planned(&project, "", &["--bins"]), ["both-program", "program", "wasi"]);
    let without = ["--workspace", "--exclude", "both", "--exclude", "n*", "--exclude", "host"];
    assert_eq!(planned(&project, "", &without), ["keyed", "library", "program", "wasi"]);
    assert_eq!(planned(&project, "keyed", &[]), ["keyed"]);
    assert_eq!(planned(&project, "host", &["--workspace"]), all);
    run(&mut project.build(&["-p", "off"])).exits(2).says(&["`off`", "enabled = false"]);
    run(&mut project.build(&["-p", "host"])).exits(2).says(&["`host`"]);
    run(&mut project.build(&["-p", "librar"])).exits(2).says(&["did you mean `library`?"]);
    let default = "default-members = [\"host\", \"off\", \"wasi\", \"library\"]\nresolver";
    project.replace("Cargo.toml", "resolver", default);
    assert_eq!(planned(&project, "", &[]), ["library", "wasi"]);
    assert_eq!(planned(&project, "", &["--workspace"]), all);
    project.is_untouched();
}
