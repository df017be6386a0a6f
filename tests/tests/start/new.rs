//! New projects, each from the templates in the program: made, built, signed, verified and tested.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::build_host::path_with;
use end_to_end::once::projects;
use end_to_end::project::published;
use end_to_end::templates::place;
use end_to_end::{Said, cargo, files, program, repository, run, strays, templates};
use end_to_end::{wasmsign, write};
use serde_json::Value;
use tempfile::TempDir;

/// A call of `new` in a directory.
fn new(place: &Path, arguments: &[&str]) -> Said {
    run(wasmsign(place).arg("new").args(arguments))
}

/// A project, with what was told of it.
fn project(place: &TempDir, name: &str, template: &str) -> (PathBuf, Value) {
    let arguments = [name, "--template", template, "--format", "json"];
    let told = new(place.path(), &arguments).exits(0).json().remove(0);
    assert_eq!((&told["project"], &told["template"]), (&name.into(), &template.into()));
    (place.path().join(name), told)
}

/// Runs a line in a shell that finds our program.
fn shell(directory: &Path, line: &str) -> Said {
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", line]).current_dir(directory);
    shell.env("PATH", path_with(program().parent().expect("a program is in a directory")));
    for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        shell.env_remove(name);
    }
    run(&mut shell)
}

/// The lines that one is to type next.
fn next(told: &Value) -> Vec<&str> {
    told["next"].as_array().expect("it is a list").iter().filter_map(Value::as_str).collect()
}

/// Runs the tests of a project.
fn tests(project: &Path) {
    let mut test = Command::new(cargo());
    test.args(["test", "--workspace", "--quiet"]).current_dir(project);
    test.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    run(&mut test).exits(0).prints(&["test result: ok"]);
}

#[test]
fn the_templates_travel_in_the_program_that_is_published() {
    let packed = repository().join("cargo-wasmsign/templates.json");
    let packed = std::fs::read_to_string(packed).expect("the archive is there");
    assert!(
        packed == templates::packed(),
        "cargo-wasmsign/templates.json is not what templates/ has; renew it with\n    \
         cargo run -p end-to-end --bin pack-templates"
    );
    let mut list = Command::new(cargo());
    list.args(["package", "--list", "--allow-dirty", "--offline", "-p", "cargo-wasmsign"]);
    let list = run(list.current_dir(repository())).exits(0).out;
    assert!(list.lines().any(|file| file == "templates.json"), "{list}");
    // All that is compiled in lies in the package.
    let archive = repository().join("cargo-wasmsign/src/ops/new/archive.rs");
    let archive = std::fs::read_to_string(archive).expect("it can be read");
    assert!(archive.contains("include_str!(\"../../../templates.json\")"));
}

#[test]
fn every_template_is_made_with_its_name_and_keys_that_git_ignores() {
    let place = place();
    for (template, wanted) in templates::all() {
        let name = format!("my-{template}");
        let (project, told) = project(&place, &name, &template);
        let list = |key: &str| -> BTreeSet<String> {
            let texts = told[key].as_array().expect("it is a list").iter();
            texts.map(|text| text.as_str().expect("it is a text").to_owned()).collect()
        };
        let found: BTreeSet<_> = files(&project)
            .iter()
            .map(|(path, _)| path.strip_prefix(&project).expect("it is below"))
            .map(|path| path.to_str().expect("it is UTF-8").to_owned())
            .collect();
        assert_eq!(found, list("files"), "{template}");
        let secrets = list("secrets");
        let is_key = |path: &&String| path.starts_with("keys/");
        assert_eq!(found.iter().filter(|path| !is_key(path)).count(), wanted.len(), "{template}");
        let has_keys = found.iter().any(|path| is_key(&path));
        assert_eq!(has_keys, !secrets.is_empty(), "{template}");
        for secret in &secrets {
            let mode = std::fs::metadata(project.join(secret)).expect("it is there").permissions();
            assert_eq!(mode.mode() & 0o777, 0o600, "{secret}");
        }

        let git = |arguments: &[&str]| {
            run(Command::new("git").args(arguments).current_dir(&project)).exits(0).out
        };
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        let tracked: BTreeSet<_> = git(&["ls-files"]).lines().map(str::to_owned).collect();
        assert_eq!(&found - &tracked, secrets, "{template}");

        // Nothing of the repository is left, nor the name of the template's own package.
        let mut metadata = Command::new(cargo());
        metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let metadata = run(metadata.current_dir(&project)).exits(0).json().remove(0);
        let packages = metadata["packages"].as_array().expect("it is a list");
        assert!(packages.iter().any(|package| package["name"] == name.as_str()), "{packages:?}");
        for (path, content) in files(&project) {
            let text = String::from_utf8_lossy(&content);
            assert!(!text.contains("build-support"), "{}", path.display());
        }
    }
    assert!(strays(place.path()).is_empty());
}

#[test]
fn a_module_is_built_and_verified_with_four_commands() {
    let place = place();
    let said = new(place.path(), &["card"]).exits(0);
    said.prints(&["Created card", "keys/release.key", "Next cd card"]);
    let (project, told) = project(&place, "mask", "module");
    let lines = next(&told);
    // `new` and `cd` come before them.
    assert!(2 + lines.len() <= 4, "{lines:?}");
    let said = lines.iter().map(|line| shell(&project, line).exits(0)).collect::<Vec<_>>();
    assert_eq!(published(&project.join("target")), ["wasm32-unknown-unknown/release/mask.wasm"]);
    assert!(said.last().expect("there are lines").out.contains("Verified"));
    tests(&project);
    // Only that key.
    let other = place.path().join("card/keys/release.pub");
    let module = project.join("target/wasmsign/wasm32-unknown-unknown/release/mask.wasm");
    run(wasmsign(&project).arg("verify").arg("-K").arg(other).arg(module)).exits(1);
}

#[test]
fn a_workspace_is_built_and_tested() {
    let place = place();
    let (project, told) = project(&place, "shop", "workspace");
    next(&told).into_iter().for_each(|line| drop(shell(&project, line).exits(0)));
    let target = project.join("target");
    let modules =
        ["wasm32-unknown-unknown/release/invoice.wasm", "wasm32-wasip1/release/access-log.wasm"];
    assert_eq!(published(&target), modules);
    for module in modules {
        let module = target.join("wasmsign").join(module);
        run(wasmsign(&project).arg("verify").arg(module)).exits(0);
    }
    tests(&project);
    let line = "cargo run --quiet -p shop -- target/wasmsign/wasm32-wasip1/release";
    shell(&project, line).exits(0).prints(&["carries a signature"]);
}

#[test]
fn plugins_are_signed_by_their_publishers() {
    let place = place();
    let (project, _) = project(&place, "sender", "plugins");
    run(wasmsign(&project).args(["build", "--release"])).exits(0);
    run(wasmsign(&project).args(["trust", "check", "wasmsign-trust.toml"])).exits(0);
    let verify = |module: &str| {
        let mut verify = wasmsign(&project);
        verify.args(["verify", "--policy", "wasmsign-trust.toml", "--format", "json", module]);
        run(&mut verify)
    };
    for (module, publisher) in [("redact", "acme"), ("title_case", "globex")] {
        let told = verify(&format!("signed/{module}.wasm")).exits(0).json().remove(0);
        assert_eq!(told["roles"][publisher], serde_json::json!([publisher]));
        assert_eq!(told["manifest"]["package"], module.replace('_', "-"));
    }
    let reason = |said: Said| said.json()[0]["reason"].clone();
    // The old key has handed over, and is retired.
    let rebuild = ["build", "--release", "-p", "title-case", "-k"];
    run(wasmsign(&project).args(rebuild).arg("keys/globex.key")).exits(0);
    assert_eq!(reason(verify("signed/title_case.wasm").exits(1)), "key-not-valid");
    run(wasmsign(&project).args(rebuild).arg("keys/acme.key")).exits(0);
    assert_eq!(reason(verify("signed/title_case.wasm").exits(1)), "no-trusted-signature");
    // One plugin in place of the other, signed by the right key.
    run(wasmsign(&project).args(rebuild).arg("keys/globex-2.key")).exits(0);
    let signed = |name: &str| project.join("signed").join(name);
    std::fs::copy(signed("redact.wasm"), signed("title_case.wasm")).expect("it can be copied");
    let mut sign = wasmsign(&project);
    sign.args(["sign", "-k", "keys/globex-2.key", "signed/title_case.wasm"]);
    run(&mut sign).exits(0);
    assert_eq!(reason(verify("signed/title_case.wasm").exits(1)), "wrong-package");
    let other = "signed/other.wasm";
    std::fs::copy(signed("redact.wasm"), project.join(other)).expect("it can be copied");
    assert_eq!(reason(verify(other).exits(1)), "no-rule");

    let mut test = Command::new(cargo());
    test.args(["test", "--quiet", "-p", "redact", "-p", "title-case"]).current_dir(&project);
    run(test.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS")).exits(0);
}

/// Its host is compiled and tested as a program of the workspace, from the same files: see `tests/host-wasmtime`.
#[test]
fn hosts_have_the_sources_that_are_tested() {
    let place = place();
    for template in ["host-wasmtime", "plugins"] {
        let (project, _) = project(&place, template, template);
        let name = &project.file_name().expect("it has one").to_string_lossy().into_owned();
        let from = repository().join("templates").join(template);
        let host = if template == "plugins" { "host/src" } else { "src" };
        let sources = files(&project.join(host));
        assert!(sources.len() > 2);
        for (path, made) in sources {
            let path = path.strip_prefix(&project).expect("it is below");
            let tested = std::fs::read_to_string(from.join(path)).expect("it can be read");
            let tested =
                if template == "plugins" { tested.replace("plugin-host", name) } else { tested };
            assert!(made == tested.as_bytes(), "{}", path.display());
        }
        let mut metadata = Command::new(cargo());
        metadata.args(["metadata", "--offline", "--format-version", "1"]);
        let metadata = run(metadata.current_dir(&project)).exits(0).out;
        assert!(metadata.contains("\"wasmtime\""), "it depends on the engine");
    }
}

#[test]
fn the_page_is_built_from_the_crates_that_are_published() {
    let place = place();
    let (project, told) = project(&place, "shop-page", "host-web");
    // Compiled once, beside other projects.
    let target = projects().join("host-web");
    let mut line = String::from("unset CARGO; ");
    line.push_str(&format!("CARGO_TARGET_DIR='{}' ", target.display()));
    line.push_str(next(&told).first().expect("there is a line"));
    shell(&project, &line).exits(0).prints(&["Made"]);
    let made: Vec<_> = std::fs::read_dir(project.join("dist")).expect("it is there").collect();
    assert!(made.len() >= 7, "{made:?}");
    assert!(project.join("dist/verifier.wasm").is_file());
}

#[test]
fn directories_are_made_as_far_as_they_are_missing() {
    let place = place();
    new(place.path(), &["a/b/first"]).exits(0);
    assert!(place.path().join("a/b/first/Cargo.toml").is_file());
    std::fs::create_dir(place.path().join("second")).expect("a directory can be made");
    new(place.path(), &["second"]).exits(0);
    assert!(place.path().join("second/Cargo.toml").is_file());
    std::fs::create_dir(place.path().join("third")).expect("a directory can be made");
    let here = new(&place.path().join("third"), &["."]).exits(0);
    here.prints(&["Next cd .", "release/third.wasm"]);
    let said = new(place.path(), &["it's ours", "--name", "ours"]).exits(0);
    said.prints(&[r"Next cd 'it'\''s ours'", "release/ours.wasm"]);
    assert!(strays(place.path()).is_empty());
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let place = place();
    write(&place.path().join("full/file"), "");
    write(&place.path().join("file"), "");
    let before = files(place.path());
    for (arguments, code, words) in [
        (&["full"] as &[&str], 2, "`full` is not empty"),
        (&["file"], 2, "`file` exists and is no directory"),
        (&["file/below"], 4, "file/below"),
        (&["1st"], 2, "`1st` cannot be the name of a package: it does not begin with a letter"),
        (&["a b"], 2, "`--name`"),
        (&["x", "--name", "fn"], 2, "the name is reserved"),
        (&["x", "--name", ""], 2, "it is empty"),
        (&["redact", "--template", "plugins"], 2, "another package named `redact`"),
        (&["x", "--template", "modul"], 2, "a similar value exists: 'module'"),
        (&["/proc/none/x"], 4, "/proc/none"),
        (&[], 2, "<PATH>"),
    ] {
        new(place.path(), arguments).exits(code).says(&[words]);
        assert_eq!(files(place.path()), before, "{arguments:?}");
        assert!(!place.path().join("x").exists());
    }
    assert!(strays(place.path()).is_empty());
}
