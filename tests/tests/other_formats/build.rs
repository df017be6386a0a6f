//! Several formats from a manifest.

use std::fs;

use end_to_end::fixtures::call;
use end_to_end::project::{Project, of_reason};
use end_to_end::run;

use super::given::verdict;

/// A package whose modules are signed in these formats by the key `release`.
fn project(formats: &str) -> Project {
    Project::tiny(&format!("optimize = false\nsignature-format = {formats}"))
}

#[test]
fn a_build_signs_in_each_format() {
    let project = project(r#"["wasmsign2", "minisign", "oak"]"#);
    let said = run(&mut project.build(&["--message-format", "json"])).exits(0);
    let said = said.json();
    let artifact = of_reason(&said, "wasmsign-artifact")[0].clone();
    assert_eq!(artifact["other_signatures"].as_array().unwrap().len(), 2);
    let module = artifact["path"].as_str().unwrap();
    for format in ["wasmsign2", "minisign", "oak"] {
        verdict(project.path(), &format!("{module} --as {format} -K release.pub"), 0);
    }
    // Nothing changed, nothing to do; and a signature that is gone is made again.
    let fresh = |expected: bool| {
        let said = run(&mut project.build(&["--message-format", "json"])).exits(0).json();
        assert_eq!(of_reason(&said, "wasmsign-artifact")[0]["fresh"], expected);
    };
    fresh(true);
    fs::write(format!("{module}.minisig"), "changed").unwrap();
    fresh(false);
    fresh(true);
    // A format that is left out leaves no file behind.
    project.replace("Cargo.toml", r#"["wasmsign2", "minisign", "oak"]"#, r#""wasmsign1""#);
    fresh(false);
    assert!(!std::path::Path::new(&format!("{module}.minisig")).exists());
    assert!(!std::path::Path::new(&format!("{module}.endorsement")).exists());
    verdict(project.path(), &format!("{module} --as wasmsign1 -K release.pub"), 0);
    fresh(true);
}

#[test]
fn formats_that_do_not_go_together_are_told_before_cargo_runs() {
    for (formats, word) in [
        (r#"["wasmsign2", "wasmsign1"]"#, "embedded wasmsign2"),
        (r#"["wasm-sign"]"#, "no key for a wasm-sign signature"),
        (r#"["minisig"]"#, "minisign"),
        (r#"[]"#, "empty"),
    ] {
        let project = project(formats);
        let said = run(&mut project.build(&[])).exits(2);
        assert!(said.err.contains(word), "{formats}: {}", said.err);
    }
    let project = project(r#"["wasmsign2", "sshsig"]"#);
    let said = call(project.path(), "build --dry-run").exits(0);
    assert!(said.out.contains("as wasmsign2, sshsig"), "{}", said.out);
}
