//! The archives of a release are named as `cargo binstall` looks for them, and a tag must be the version.

use std::path::Path;
use std::process::Command;

use end_to_end::{Said, cargo, repository, run};
use regex::Regex;
use serde_json::Value;

/// What cargo says of the package.
fn package() -> Value {
    let mut metadata = Command::new(cargo());
    metadata.args(["metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"]);
    let said = run(metadata.current_dir(repository())).exits(0).json();
    let packages = said[0]["packages"].as_array().expect("a list");
    let ours = packages.iter().find(|package| package["name"] == "cargo-wasmsign");
    ours.expect("it is a package").clone()
}

fn dist(arguments: &[&str]) -> Said {
    run(Command::new("bash").arg(repository().join(".github/dist.sh")).args(arguments))
}

/// The targets of the release workflow.
fn targets() -> Vec<String> {
    let workflow = repository().join(".github/workflows/release.yml");
    let workflow = std::fs::read_to_string(workflow).expect("it is there");
    let pattern = Regex::new(r"\{ target: ([a-z0-9_-]+),").expect("the pattern is right");
    pattern.captures_iter(&workflow).map(|found| found[1].to_owned()).collect()
}

#[test]
fn archives_have_the_names_that_the_manifest_says() {
    let package = package();
    let table = &package["metadata"]["binstall"];
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let targets = targets();
    assert!(targets.len() >= 5, "{targets:?}");
    for target in targets {
        let own = &table["overrides"][&target]["pkg-fmt"];
        let format = text(if own.is_null() { &table["pkg-fmt"] } else { own });
        let suffix = match &*format {
            "tgz" => ".tar.gz",
            "zip" => ".zip",
            other => panic!("{target}: {other}"),
        };
        let filled = |template: &Value| {
            let text = text(template).replace("{ name }", &text(&package["name"]));
            let text =
                text.replace("{ version }", package["version"].as_str().expect("it has one"));
            text.replace("{ target }", &target).replace("{ archive-suffix }", suffix)
        };
        let address = filled(&table["pkg-url"]);
        let archive = dist(&["--name", &target]).exits(0).out;
        assert_eq!(Path::new(&address).file_name(), Path::new(archive.trim()).file_name());
        // The script packs one directory, named as the archive is.
        let directory = archive.trim().strip_suffix(suffix).expect("it has the suffix");
        assert_eq!(filled(&table["bin-dir"]), format!("{directory}/{{ bin }}{{ binary-ext }}"));
    }
}

#[test]
fn a_tag_is_the_version() {
    let version = package()["version"].as_str().expect("it has one").to_owned();
    dist(&["--check-tag", &format!("v{version}")]).exits(0);
    for wrong in [version.clone(), format!("v{version}0"), "main".into()] {
        dist(&["--check-tag", &wrong]).exits(2).says(&[&wrong, &format!("v{version}")]);
    }
}
