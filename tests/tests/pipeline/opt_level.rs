//! What cargo's `opt-level` decides: whether a module is optimized, and how, where the manifest says nothing.

#![cfg(unix)]

use end_to_end::project::{CDYLIB, LIBRARY, Project, custom_sections, of_reason, package};
use end_to_end::{run, wasmsign};
use serde_json::{Value, json};

/// A project whose wasmsign table says nothing, with these profiles.
fn project(profiles: &str) -> Project {
    let rest = format!("{CDYLIB}[package.metadata.wasmsign]\n{profiles}\n[workspace]\n");
    let project = Project::new(&[("Cargo.toml", &package("tiny", &rest)), ("src/lib.rs", LIBRARY)]);
    project.write("Cargo.toml", package("tiny", &rest) + end_to_end::project::SIGNED);
    project
}

/// What `config` says of the optimizer: `false` or the level, and why.
#[track_caller]
fn said(project: &Project, flags: &[&str], variables: &[(&str, &str)]) -> (Value, Value) {
    let mut config = wasmsign(project.path());
    config.args(["config", "--format", "json"]).args(flags).envs(variables.iter().copied());
    let options = run(&mut config).exits(0).json().remove(0)["options"].take();
    let option = |name: &str| Some(options.get(name)?.clone());
    let option = option("optimize").or_else(|| option("optimize.level")).expect("one of them");
    (option["value"].clone(), option["origin"].clone())
}

/// What cargo says that it compiles with.
#[track_caller]
fn compiled(project: &Project, flags: &[&str], variables: &[(&str, &str)]) -> String {
    let mut build = project.build(&["--format", "json", "--no-sign"]);
    let messages = run(build.args(flags).envs(variables.iter().copied())).exits(0).json();
    let artifact = of_reason(&messages, "compiler-artifact");
    artifact[0]["profile"]["opt_level"].as_str().expect("a text").to_owned()
}

/// What cargo's configuration says, the flags, the variables, and the level.
type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

#[test]
fn every_place_that_says_it_is_read_as_cargo_reads_it() {
    const PROFILES: &str = "[profile.small]\ninherits = \"mid\"\n[profile.mid]\ninherits = \"release\"\nopt-level = \"s\"\n\
         [profile.own]\ninherits = \"dev\"\nopt-level = 2\npackage.tiny.opt-level = 1\npackage.\"*\".opt-level = 3\n\
         [profile.heir]\ninherits = \"own\"\nopt-level = 3";
    const CONFIG: &str = "[profile.mid]\nopt-level = 2\n[profile.new]\ninherits = \"dev\"\nopt-level = \"z\"\n\
         [profile.own.package.tiny]\nopt-level = 0\n";
    let profile = |name: &'static str| ["--profile", name];
    let cases: [Case<'_>; 14] = [
        ("", &[], &[], "0"),
        ("", &["-r"], &[], "3"),
        ("", &profile("small"), &[], "s"),
        ("", &profile("own"), &[], "1"),
        ("", &profile("heir"), &[], "1"),
        ("", &["--config", "profile.dev.opt-level=\"z\""], &[], "z"),
        ("", &[], &[("CARGO_PROFILE_DEV_OPT_LEVEL", "2")], "2"),
        ("", &["-r"], &[("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")], "0"),
        (
            "",
            &["-r", "--config", "profile.release.opt-level=1"],
            &[("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")],
            "1",
        ),
        (CONFIG, &profile("mid"), &[], "2"),
        (CONFIG, &profile("small"), &[], "2"),
        (CONFIG, &profile("new"), &[], "z"),
        (CONFIG, &profile("own"), &[], "0"),
        (CONFIG, &profile("heir"), &[], "0"),
    ];
    let project = project(PROFILES);
    for (config, flags, variables, level) in cases {
        project.write(".cargo/config.toml", config);
        assert_eq!(
            compiled(&project, flags, variables),
            level,
            "cargo: {config} {flags:?} {variables:?}"
        );
        let (value, origin) = said(&project, flags, variables);
        let expected = if level == "0" { json!(false) } else { json!(level) };
        assert_eq!(value, expected, "{config} {flags:?} {variables:?}");
        assert_eq!((&origin["kind"], &origin["opt-level"]), (&json!("default"), &json!(level)));
    }
}

#[test]
fn an_unoptimized_profile_keeps_its_debug_sections() {
    let project = project("");
    let built = run(&mut project.build(&[])).exits(0);
    assert!(!built.err.contains("Optimized"), "{}", built.err);
    let sections = custom_sections(&project.module("tiny.wasm"));
    assert!(sections.contains(&".debug_info".to_owned()) && sections.contains(&"name".to_owned()));
    let mut config = wasmsign(project.path());
    let config = run(config.arg("config")).exits(0);
    let line = config.out.lines().find(|line| line.starts_with("optimize = false"));
    assert!(
        line.is_some_and(|line| line.ends_with("# default: the profile dev has opt-level 0")),
        "{}",
        config.out
    );
    let plan = run(&mut project.build(&["--dry-run"])).exits(0);
    assert!(plan.out.contains("leave unoptimized (opt-level 0)"), "{}", plan.out);
    let plan = run(&mut project.build(&["--dry-run", "-r"])).exits(0);
    assert!(plan.out.contains("optimize (-O3)"), "{}", plan.out);
}

#[test]
fn the_manifest_says_otherwise() {
    for (table, level) in [
        ("optimize = true", "z"),
        ("optimize = 1", "1"),
        ("optimize.names = \"keep\"", "z"),
        ("profile.dev.optimize = \"s\"", "s"),
    ] {
        let project = Project::tiny(table);
        let (value, _) = said(&project, &[], &[]);
        assert_eq!(value, level, "{table}");
        let built = run(&mut project.build(&[])).exits(0).says(&["Optimized"]);
        let told = "stripped debug sections (`optimize.debug = \"keep\"` keeps them)";
        assert!(built.err.contains(told), "{}", built.err);
        assert!(!custom_sections(&project.module("tiny.wasm")).contains(&".debug_info".to_owned()));
    }
    let project = Project::tiny("");
    let (value, _) = said(&project, &[], &[("CARGO_WASMSIGN_OPTIMIZE", "true")]);
    assert_eq!(value, "z");
    let (value, origin) = said(&project, &["-r", "--no-optimize"], &[]);
    assert_eq!((value, &origin["name"]), (json!(false), &json!("--no-optimize")));
}

#[test]
fn what_cargo_says_of_the_artifact_counts() {
    let project = project("");
    let cargo = ["build", "--target", "wasm32-unknown-unknown", "--message-format=json", "-r"];
    let mut cargo_build = std::process::Command::new(end_to_end::cargo());
    // The message that arrives later tells it; nothing in this project does.
    cargo_build.args(cargo).current_dir(project.path()).env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    cargo_build.env_remove("CARGO_TARGET_DIR");
    let messages = cargo_build.output().expect("cargo runs").stdout;
    project.write("messages", messages);
    let mut sign = wasmsign(project.path());
    let said = run(sign.args(["sign", "--cargo-messages", "messages"])).exits(0);
    assert!(!said.err.contains("Optimized"), "{}", said.err);
}
