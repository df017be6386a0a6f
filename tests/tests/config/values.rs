//! `config`: what counts for each package, and who says so.

use std::process::Command;

use end_to_end::project::{CDYLIB, LIBRARY, PROGRAM, Project, SIGNED, UNKNOWN};
use end_to_end::{repository, run, scratch, wasmsign};
use serde_json::{Value, json};

const WASI: &str = "wasm32-wasip1";

/// `cargo wasmsign config` in a project, with these arguments.
fn config(project: &Project, arguments: &[&str]) -> Command {
    let mut command = wasmsign(project.path());
    command.arg("config").args(arguments);
    command
}

/// What it says as JSON: a line for each package.
#[track_caller]
fn said(project: &Project, arguments: &[&str]) -> Vec<Value> {
    run(config(project, arguments).args(["--format", "json"])).exits(0).json()
}

/// The names of the packages that it shows.
#[track_caller]
fn packages(project: &Project, arguments: &[&str]) -> Vec<String> {
    let name = |line: Value| line["package"].as_str().map(str::to_owned);
    said(project, arguments).into_iter().filter_map(name).collect()
}

/// A value of one package, and the kind and the name, or line and table, of its origin.
#[track_caller]
fn option(line: &Value, key: &str) -> (Value, String) {
    let option = &line["options"][key];
    let origin = &option["origin"];
    let word = |key: &str| origin[key].as_str().unwrap_or_default().to_owned();
    let place = match origin["line"].as_u64() {
        Some(line) => format!(" {line} [{}]", word("table")),
        None => format!(" {}", word("name")),
    };
    (option["value"].clone(), format!("{}{place}", word("kind")).trim_end().to_owned())
}

#[test]
fn each_value_is_told_with_its_origin() {
    let project = Project::tiny(
        "optimize = 's'\n[package.metadata.wasmsign.profile.release]\nsignature = \"both\"",
    );
    let lines = said(&project, &["--release"]);
    let [line] = lines.as_slice() else { panic!("one package is one line: {lines:?}") };
    assert_eq!(line["package"], "tiny");
    assert_eq!(line["profile"], "release");
    assert_eq!(line["enabled"], true);
    let manifest = line["manifest_path"].as_str().expect("it is a path");
    assert!(manifest.ends_with("Cargo.toml"), "{manifest}");
    assert_eq!(line["options"]["signature"]["origin"]["path"], manifest);

    let package = "package.metadata.wasmsign";
    let default = || "default".to_owned();
    assert_eq!(option(line, "enabled"), (json!(true), default()));
    assert_eq!(option(line, "target"), (json!(UNKNOWN), default()));
    assert_eq!(option(line, "optimize.level"), (json!("s"), format!("manifest 8 [{package}]")));
    let of_profile = format!("manifest 10 [{package}.profile.release]");
    assert_eq!(option(line, "signature"), (json!("both"), of_profile));
    let of_workspace = "manifest 14 [workspace.metadata.wasmsign]".to_owned();
    assert_eq!(option(line, "sign-with"), (json!(["release"]), of_workspace));
    assert_eq!(option(line, "sections.parts"), (Value::Null, default()));
    assert_eq!(option(&said(&project, &[])[0], "signature"), (json!("embedded"), default()));
    project.is_untouched();
}

#[test]
fn people_read_it_as_toml_with_comments() {
    let project = Project::tiny("sections.embed.\"a b\".file = \"a.json\"");
    let out = run(&mut config(&project, &["--profile", "quick"])).exits(0).out;
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("[tiny]  # Cargo.toml, profile quick"));
    for line in lines.clone().filter(|line| !line.is_empty()) {
        let (pair, origin) =
            line.split_once("  # ").unwrap_or_else(|| panic!("no comment: {line}"));
        assert!(pair.contains(" = ") && !origin.is_empty(), "{line}");
        assert!(!line.contains("null"), "TOML has none: {line}");
    }
    let has = |pair: &str, origin: &str| {
        let line = lines.clone().find(|line| line.starts_with(pair));
        let line = line.unwrap_or_else(|| panic!("no `{pair}` in {out}"));
        assert!(line.ends_with(&format!("  # {origin}")), "{line}");
    };
    has("signature = \"embedded\"", "default");
    has("sign-with = [\"release\"]", "Cargo.toml:12 [workspace.metadata.wasmsign]");
    has(
        "keys.release.secret = { file = ",
        "Cargo.toml:13 [workspace.metadata.wasmsign.keys.release]",
    );
    assert!(out.contains("sections.embed.\"a b\".file = "), "{out}");
    assert_eq!(run(&mut config(&project, &["-q"])).exits(0).out, "");
}

#[test]
fn the_environment_and_the_command_line_count_more() {
    let project = Project::tiny(&format!("target = \"{WASI}\"\noptimize = 1"));
    let mut command = config(&project, &["--format", "json"]);
    command.env("CARGO_WASMSIGN_OPTIMIZE", "z").env("CARGO_WASMSIGN_TARGET", UNKNOWN);
    let lines = run(&mut command).exits(0).json();
    let variable = |name: &str| format!("environment CARGO_WASMSIGN_{name}");
    assert_eq!(option(&lines[0], "optimize.level"), (json!("z"), variable("OPTIMIZE")));
    assert_eq!(option(&lines[0], "target"), (json!(UNKNOWN), variable("TARGET")));

    let both = ["--target", WASI, "--target", "x86_64-unknown-linux-gnu", "--target", UNKNOWN];
    command.args(both).args(["--no-optimize", "-k", "env:OTHER"]);
    let lines = run(&mut command).exits(0).json();
    let flag = |name: &str| format!("command-line {name}");
    assert_eq!(option(&lines[0], "target"), (json!([WASI, UNKNOWN]), flag("--target")));
    assert_eq!(option(&lines[0], "optimize"), (json!(false), flag("--no-optimize")));
    assert_eq!(option(&lines[0], "sign-with"), (json!(["env:OTHER"]), flag("--key")));
    assert_eq!(lines[0]["options"]["optimize.level"], Value::Null);

    let lines = said(&project, &["--no-sign"]);
    assert_eq!(option(&lines[0], "sign-with"), (json!([]), flag("--no-sign")));
}

#[test]
fn cargos_configuration_may_name_the_target() {
    let project = Project::tiny("");
    let targets = format!("build.target = [\"{WASI}\", \"x86_64-unknown-linux-gnu\"]");
    let lines = said(&project, &["--config", &targets]);
    let expected = (json!(WASI), "cargo-configuration build.target".to_owned());
    assert_eq!(option(&lines[0], "target"), expected);
}

#[test]
fn packages_are_selected_as_build_does() {
    let guest = format!("{CDYLIB}[package.metadata.wasmsign]\n");
    let off = format!("{guest}enabled = false\ntarget = \"x86_64-unknown-linux-gnu\"\n");
    let members = [
        ("alpha", guest.as_str(), LIBRARY),
        ("beta", off.as_str(), LIBRARY),
        ("host", "", PROGRAM),
    ];
    let project = Project::workspace(SIGNED, &members);
    assert_eq!(packages(&project, &[]), ["alpha", "beta"]);
    assert_eq!(packages(&project, &["-p", "alpha"]), ["alpha"]);
    assert_eq!(packages(&project, &["-p", "beta"]), ["beta"]);
    assert_eq!(packages(&project, &["--workspace", "--exclude", "beta"]), ["alpha"]);
    assert_eq!(packages(&project, &["--manifest-path", "beta/Cargo.toml"]), ["beta"]);
    assert_eq!(said(&project, &["-p", "beta"])[0]["enabled"], false);
    run(&mut config(&project, &["-p", "host"])).exits(2).says(&["`host`", "no [package.metadata"]);
    run(&mut config(&project, &["-p", "alpa"])).exits(2).says(&["did you mean `alpha`?"]);
    let out = run(&mut config(&project, &[])).exits(0).out;
    assert!(out.starts_with("[alpha]  # alpha/Cargo.toml, profile dev\n"), "{out}");
    assert!(out.contains("\n\n[beta]  # beta/Cargo.toml, profile dev\n"), "{out}");
}

#[test]
fn what_is_wrong_ends_as_in_build() {
    let project = Project::tiny("sections.parts = [[\"producers\"], [\"name\"]]");
    let says = [
        "`parts`: `name` must not come after `producers`",
        "\n --> Cargo.toml:8:35\n",
        "\n8 | sections.parts = [[\"producers\"], [\"name\"]]\n  |                                   ^^^^^^\n",
    ];
    run(&mut config(&project, &[])).exits(2).says(&says);
    run(&mut project.build(&[])).exits(2).says(&says);
    let project = Project::tiny("target = \"x86_64-unknown-linux-gnu\"");
    run(&mut config(&project, &[])).exits(2).says(&["not a WebAssembly target"]);
    let project = Project::tiny("");
    run(&mut config(&project, &["--target", "x"])).exits(2).says(&["not a WebAssembly target"]);
    run(config(&project, &[]).env("CARGO_WASMSIGN_OPTIMIZE", "fast")).exits(2).says(&["`fast`"]);
    let nowhere = scratch();
    run(wasmsign(nowhere.path()).arg("config")).exits(101).says(&["cargo metadata failed"]);
}

#[test]
fn no_secret_is_shown() {
    let project = Project::tiny("");
    let secret = std::fs::read_to_string(project.join("release.key")).expect("the key is there");
    let body = secret.lines().nth(1).expect("it is PEM");
    project.replace("Cargo.toml", "{ file = \"release.key\" }", "{ env = \"RELEASE\" }");
    for format in ["human", "json"] {
        let mut command = config(&project, &["--format", format]);
        let said = run(command.env("RELEASE", &secret)).exits(0);
        assert!(!said.out.contains(body) && !said.err.contains(body), "{}", said.out);
        assert!(said.out.contains("RELEASE"), "{}", said.out);
        let said = run(config(&project, &["--format", format]).args(["-k", &secret])).exits(2);
        let said = said.says(&["--key"]);
        assert!(!said.out.contains(body) && !said.err.contains(body), "{}", said.err);
    }
}

#[test]
fn the_schemas_are_the_published_ones() {
    for (flag, file) in [("--schema", "manifest"), ("--schema=output", "output")] {
        let published = repository().join(format!("docs/{file}.schema.json"));
        let published = std::fs::read_to_string(published).expect("the schema is published");
        let nowhere = scratch();
        let said = run(wasmsign(nowhere.path()).args(["config", flag])).exits(0);
        assert_eq!(said.out, published);
        let mut command = wasmsign(nowhere.path());
        let lines = run(command.args(["config", flag, "--format", "json"])).exits(0).json();
        let schema: Value = serde_json::from_str(&published).expect("it is JSON");
        assert_eq!(lines, [schema]);
    }
}
