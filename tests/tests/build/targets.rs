//! For which targets and profiles, into which directories, and who says so.

use end_to_end::modules::COMPONENT;
use end_to_end::project::{
    CDYLIB, LIBRARY, PROGRAM, Project, SIGNED, UNKNOWN, custom_sections, of_reason, published,
};
use end_to_end::{run, scratch};

const PLAIN: &str = "optimize = false";
const WASI: &str = "wasm32-wasip1";

fn paths(triples: &[&str], directory: &str) -> Vec<String> {
    triples.iter().map(|triple| format!("{triple}/{directory}/tiny.wasm")).collect()
}

#[test]
fn profiles_have_cargos_directories() {
    let project =
        Project::library("", &format!("{PLAIN}\n[profile.quick]\ninherits = \"release\"\n"));
    run(&mut project.build(&[])).exits(0);
    run(&mut project.build(&["-r"])).exits(0);
    run(&mut project.build(&["--profile", "quick"])).exits(0);
    run(&mut project.build(&["--profile", "dev"])).exits(0);
    run(&mut project.build(&["--profile", "release"])).exits(0);
    let expected = ["debug", "quick", "release"].map(|directory| paths(&[UNKNOWN], directory));
    assert_eq!(project.published(), expected.concat());
    run(&mut project.build(&["--profile", "no-such"])).exits(101).says(&["no-such"]);
    run(&mut project.build(&["-r", "--profile", "dev"])).exits(2).says(&["cannot be used with"]);
}

#[test]
fn the_command_line_names_targets() {
    let project = Project::tiny("optimize = false\ntarget = \"wasm32-unknown-unknown\"");
    let both = ["--target", UNKNOWN, "--target", WASI, "--target", "x86_64-unknown-linux-gnu"];
    run(&mut project.build(&both)).exits(0);
    assert_eq!(project.published(), paths(&[UNKNOWN, WASI], "debug"));
    assert!(!project.join("target/x86_64-unknown-linux-gnu").exists());
    run(&mut project.build(&["--target", WASI, "--target", WASI])).exits(0);
    run(&mut project.build(&["--target", "x86_64-unknown-linux-gnu"]))
        .exits(2)
        .says(&["not a WebAssembly target"]);
    run(&mut project.build(&["--target", "wasm32-no-such"])).exits(2).says(&["wasm32-no-such"]);
}

#[test]
fn the_manifest_names_targets() {
    let project = Project::tiny(&format!("{PLAIN}\ntarget = [\"{WASI}\", \"{UNKNOWN}\"]"));
    run(&mut project.build(&[])).exits(0);
    assert_eq!(project.published(), paths(&[UNKNOWN, WASI], "debug"));
    project.replace("Cargo.toml", UNKNOWN, "x86_64-unknown-linux-gnu");
    run(&mut project.build(&[])).exits(2).says(&["x86_64-unknown-linux-gnu"]);
}

#[test]
fn cargos_configuration_names_targets() {
    let project = Project::tiny(PLAIN);
    let build = |triples: &str| format!("build.target = {triples}");
    let list =
        build("[\"wasm32-wasip1\", \"x86_64-unknown-linux-gnu\", \"wasm32-unknown-unknown\"]");
    project.write(".cargo/config.toml", &list);
    run(&mut project.build(&[])).exits(0);
    assert_eq!(project.published(), paths(&[UNKNOWN, WASI], "debug"));

    project.write(".cargo/config.toml", "");
    run(&mut project.build(&["-r", "--config", &build("\"wasm32-wasip1\"")])).exits(0);
    let release = ["wasm32-wasip1/debug/tiny.wasm", "wasm32-wasip1/release/tiny.wasm"];
    assert_eq!(project.published()[1..], release);

    project.write(".cargo/config.toml", build("[\"wasm32-wasip1\"]"));
    let list = build("[\"wasm32-unknown-unknown\"]");
    let quick = ["--profile", "bench", "--target-dir", "joined", "--config", &list];
    run(&mut project.build(&quick)).exits(0);
    let joined = published(&project.join("joined"));
    assert_eq!(joined, paths(&[UNKNOWN, WASI], "release"), "cargo joins lists");

    project.write(".cargo/config.toml", build("\"x86_64-unknown-linux-gnu\""));
    run(&mut project.build(&["-r"])).exits(0);
    let mut expected = paths(&[UNKNOWN], "debug");
    expected.extend(paths(&[UNKNOWN], "release"));
    expected.extend([paths(&[WASI], "debug"), paths(&[WASI], "release")].concat());
    assert_eq!(project.published(), expected, "none of them is wasm: the usual target");
}

#[test]
fn variables_name_targets() {
    let project = Project::tiny(&format!("{PLAIN}\ntarget = \"{UNKNOWN}\""));
    run(project.build(&[]).env("CARGO_WASMSIGN_TARGET", WASI)).exits(0);
    assert_eq!(project.published(), paths(&[WASI], "debug"));
    run(project.build(&[]).env("CARGO_WASMSIGN_TARGET", "")).exits(0);
    assert_eq!(project.published(), paths(&[UNKNOWN, WASI], "debug"), "empty is unset");

    let project = Project::tiny(PLAIN);
    run(project.build(&[]).env("CARGO_BUILD_TARGET", WASI)).exits(0);
    assert_eq!(project.published(), paths(&[WASI], "debug"));
}

#[test]
fn the_target_directory_is_cargos() {
    let project = Project::tiny(PLAIN);
    let elsewhere = scratch();
    run(project.build(&[]).env("CARGO_TARGET_DIR", elsewhere.path())).exits(0);
    assert_eq!(published(elsewhere.path()), paths(&[UNKNOWN], "debug"));

    run(project.build(&["--target-dir", "here"]).env("CARGO_TARGET_DIR", elsewhere.path()))
        .exits(0);
    assert_eq!(published(&project.join("here")), paths(&[UNKNOWN], "debug"));

    project.write(".cargo/config.toml", "build.target-dir = \"configured\"");
    run(&mut project.build(&[])).exits(0);
    assert_eq!(published(&project.join("configured")), paths(&[UNKNOWN], "debug"));
    project.is_untouched();
}

#[test]
fn a_relative_target_directory_is_one_directory_from_everywhere() {
    let project = Project::tiny(PLAIN);
    run(&mut project.build(&["--target-dir", "here"])).exits(0);
    let mut again = project.build_in("src", &["--target-dir", "../here", "--format", "json"]);
    let messages = run(&mut again).exits(0).json();
    let artifact = of_reason(&messages, "wasmsign-artifact")[0];
    assert_eq!(artifact["fresh"], true, "{artifact}");
    let path = artifact["path"].as_str().expect("a path is a text");
    assert_eq!(
        std::path::Path::new(path),
        project.join("here/wasmsign").join(UNKNOWN).join("debug/tiny.wasm")
    );
}

#[test]
fn variables_stand_above_the_manifest() {
    let project = Project::tiny("optimize = true\nkey-id = \"auto\"");
    let mut build = project.build(&["--format", "json"]);
    build.env("CARGO_WASMSIGN_OPTIMIZE", "false").env("CARGO_WASMSIGN_KEY_ID", "hex:0102");
    let messages = run(build.env("CARGO_WASMSIGN_SIGNATURE", "detached")).exits(0).json();
    let artifact = of_reason(&messages, "wasmsign-artifact")[0];
    assert_eq!(artifact["signers"][0]["key_id"], "0102");
    assert!(artifact["signature_path"].as_str().is_some_and(|path| path.ends_with(".wasm.sig")));
    assert_eq!(artifact["sizes"]["built"], artifact["sizes"]["optimized"]);

    let wrong = |name: &str, value: &str, texts: &[&str]| {
        run(project.build(&[]).env(name, value)).exits(2).says(&[&[name], texts].concat());
    };
    wrong("CARGO_WASMSIGN_OPTIMIZE", "fast", &["`fast`"]);
    wrong("CARGO_WASMSIGN_SIGNATURE", "embeded", &["embedded"]);
    wrong("CARGO_WASMSIGN_SIGN_WITH", "relese", &["release"]);
    wrong("CARGO_WASMSIGN_KEY_ID", "hex:0", &[]);
    wrong("CARGO_WASMSIGN_TARGET", "x86_64-unknown-linux-gnu", &["not a WebAssembly target"]);
}

#[test]
fn a_profile_may_have_a_table() {
    let project = Project::tiny(&format!(
        "{PLAIN}\nsignature = \"embedded\"\n[package.metadata.wasmsign.profile.release]\n\
         signature = \"detached\"\ntarget = \"{WASI}\"\nsections.remove = [\"producers\"]\n"
    ));
    run(&mut project.build(&[])).exits(0);
    assert_eq!(project.published(), paths(&[UNKNOWN], "debug"));
    assert!(custom_sections(&project.module("tiny.wasm")).contains(&"signature".to_owned()));
    run(&mut project.build(&["-r"])).exits(0);
    let wasi = format!("{WASI}/release/tiny.wasm");
    assert_eq!(project.published()[1..], [wasi.clone(), format!("{wasi}.sig")]);
    assert!(!custom_sections(&project.output().join(wasi)).contains(&"signature".to_owned()));
}

#[test]
fn a_workspace_table_is_below_a_packages_profile() {
    let project = Project::tiny("[package.metadata.wasmsign.profile.dev]\noptimize = false");
    project.replace("Cargo.toml", "sign-with", "optimize = \"z\"\nsignature = \"both\"\nsign-with");
    let messages = run(&mut project.build(&["--format", "json"])).exits(0).json();
    let artifact = of_reason(&messages, "wasmsign-artifact")[0];
    assert_eq!(artifact["sizes"]["built"], artifact["sizes"]["optimized"]);
    assert!(artifact["signature_path"].is_string());
}

#[test]
fn a_wasi_program_is_built_for_wasi() {
    let project = Project::tiny(&format!("{PLAIN}\ntarget = \"{WASI}\""));
    std::fs::remove_file(project.join("src/lib.rs")).expect("it can be removed");
    project.replace("Cargo.toml", "[lib]\ncrate-type = [\"cdylib\"]\n", "");
    project.write("src/main.rs", PROGRAM);
    run(&mut project.build(&[])).exits(0);
    assert_eq!(project.published(), paths(&[WASI], "debug"));
}

#[test]
fn a_component_is_optimized_and_stays_one() {
    let project = Project::tiny("optimize = \"z\"\ntarget = \"wasm32-wasip2\"");
    run(&mut project.build(&[])).exits(0).says(&["Optimized"]);
    let published = "wasm32-wasip2/debug/tiny.wasm";
    assert_eq!(project.published(), [published]);
    let module = std::fs::read(project.output().join(published)).expect("it is published");
    assert!(module.starts_with(COMPONENT));
    let built = project.join("target").join(published);
    assert!(module.len() < std::fs::read(built).expect("cargo has built it").len());
}

#[test]
fn packages_for_several_targets_are_built_by_one_call() {
    let member = |target: &str| {
        let table = format!("[package.metadata.wasmsign]\noptimize = false\ntarget = \"{target}\"");
        format!("{CDYLIB}{table}\n[features]\nextra = []\n")
    };
    let (first, second) = (member(UNKNOWN) + "own = []\n", member(WASI));
    let project =
        Project::workspace(SIGNED, &[("first", &first, LIBRARY), ("second", &second, LIBRARY)]);
    run(&mut project.build(&["-F", "extra"])).exits(0);
    let expected = [format!("{UNKNOWN}/debug/first.wasm"), format!("{WASI}/debug/second.wasm")];
    assert_eq!(project.published(), expected);
    run(&mut project.build(&["-p", "first", "-F", "first/extra"])).exits(0);
    run(&mut project.build(&["-F", "own,first/extra extra"])).exits(0);
    run(&mut project.build(&["-F", "none"])).exits(101).says(&["none"]);
}
