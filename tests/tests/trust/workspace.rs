//! Whom a workspace trusts: its trust table, the keys that it signs with, and the trust file made of them.

use end_to_end::fixtures::call;
use end_to_end::project::{Project, UNKNOWN};
use end_to_end::{key_pair, run, wasmsign};

/// A project whose module is built and signed.
fn built() -> Project {
    let project = Project::tiny("optimize = false");
    run(&mut project.build(&[])).exits(0);
    project
}

fn module() -> String {
    format!("target/wasmsign/{UNKNOWN}/debug/tiny.wasm")
}

#[test]
fn a_published_module_is_verified_with_the_keys_that_sign_it() {
    let project = built();
    call(project.path(), &format!("verify {}", module())).exits(0).prints(&["Verified"]);
    // From anywhere, where the manifest is named.
    let mut command = wasmsign("/".as_ref());
    command.args(["verify", "--manifest-path"]).arg(project.join("Cargo.toml"));
    run(command.arg(project.module("tiny.wasm"))).exits(0);
    std::fs::copy(project.module("tiny.wasm"), project.join("copy.wasm")).unwrap();
    call(project.path(), "verify copy.wasm").exits(2).says(&["no key to verify with", "--policy"]);
    // The key that the manifest names now has not signed it.
    key_pair(project.path(), "stranger");
    project.replace("Cargo.toml", "public = \"release.pub\"", "public = \"stranger.pub\"");
    call(project.path(), &format!("verify {}", module()))
        .exits(1)
        .prints(&["no-trusted-signature"]);
}

#[test]
fn the_trust_table_of_the_workspace_decides() {
    let project = built();
    let table = "\n[workspace.metadata.wasmsign.trust.keys.r]\npublic = \"release.pub\"\n\
                 [[workspace.metadata.wasmsign.trust.rules]]\nmodules = [\"tiny.wasm\"]\nrequire = [\"r\"]\n";
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).unwrap();
    project.write("Cargo.toml", format!("{manifest}{table}"));
    let said = call(project.path(), &format!("verify {} --format json", module())).exits(0);
    assert_eq!(said.json()[0]["rule"], 0);
    call(project.path(), &format!("verify {} --name other.wasm", module()))
        .exits(1)
        .prints(&["no-rule"]);
    call(project.path(), &format!("verify {} --require all", module()))
        .exits(2)
        .says(&["trust table"]);
    call(project.path(), "trust check Cargo.toml").exits(0).prints(&["Rule 0: tiny.wasm"]);
    // A key that is given decides, whatever the table says.
    call(project.path(), &format!("verify {} --name other.wasm -K release.pub", module())).exits(0);
    // It does not keep anybody from building.
    run(&mut project.build(&[])).exits(0);
    project.replace("Cargo.toml", "require = [\"r\"]", "require = [\"s\"]");
    call(project.path(), &format!("verify {}", module())).exits(2).says(&["Cargo.toml:", "`s`"]);
}

#[test]
fn a_trust_file_is_made_of_the_keys_that_sign() {
    let project = built();
    call(project.path(), "trust init").exits(0).prints(&[
        "Created",
        "wasmsign-trust.toml",
        "release",
    ]);
    call(project.path(), "trust check wasmsign-trust.toml")
        .exits(0)
        .prints(&["Rule 0: tiny.wasm", "signed by release"]);
    call(project.path(), &format!("verify {} --policy wasmsign-trust.toml", module())).exits(0);
    let made = std::fs::read(project.join("wasmsign-trust.toml")).unwrap();
    call(project.path(), "trust init").exits(2).says(&["already exists", "`--force`"]);
    call(project.path(), "trust init -o other.toml").exits(0);
    assert_eq!(std::fs::read(project.join("other.toml")).unwrap(), made);
    call(project.path(), "trust init --force").exits(0);
    let said = call(project.path(), "trust init -o - -q").exits(0);
    assert_eq!(said.out.as_bytes(), made);
}

#[test]
fn without_keys_there_is_nobody_to_trust() {
    let project = Project::new(&[
        ("Cargo.toml", &Project::manifest("\n[workspace]\n")),
        ("src/lib.rs", end_to_end::project::LIBRARY),
    ]);
    call(project.path(), "trust init").exits(2).says(&["names no key"]);
    assert!(!project.join("wasmsign-trust.toml").exists());
}
