//! The program as cargo has just built it, without cargo around it. Because of this test, `cargo test` builds it beside
//! the tests, and the package of end-to-end tests finds it compiled.

use std::process::{Command, Output};

fn call(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-wasmsign"));
    command.args(arguments).output().expect("the program starts")
}

#[test]
fn it_says_its_version_as_a_subcommand_and_by_itself() {
    for arguments in [&["wasmsign", "--version"][..], &["--version"]] {
        let output = call(arguments);
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stdout).expect("it is UTF-8");
        assert!(said.trim_end().ends_with(env!("CARGO_PKG_VERSION")), "{said}");
    }
}

#[test]
fn what_it_does_not_know_is_a_matter_of_usage() {
    let output = call(&["wasmsign", "verfy"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{output:?}");
}
