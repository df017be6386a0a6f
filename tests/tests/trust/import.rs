//! `trust import`, from what ssh-keygen makes and from Kubewarden's configuration.

use std::process::Command;

use end_to_end::fixtures::{call, names, vector};
use end_to_end::scratch;

#[test]
fn signers_of_ssh_keygen_verify_modules() {
    let directory = scratch();
    let path = directory.path();
    for (kind, name) in [("ed25519", "alice"), ("ecdsa", "bob")] {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", kind, "-N", "", "-C", name, "-f", name]).current_dir(path);
        assert!(keygen.status().expect("ssh-keygen is installed").success());
    }
    let public = |name: &str| std::fs::read_to_string(path.join(format!("{name}.pub"))).unwrap();
    let alice = format!(
        "alice@example.com namespaces=\"wasm\",valid-after=\"20260101Z\" {}",
        public("alice")
    );
    std::fs::write(path.join("allowed"), &alice).unwrap();
    std::fs::write(path.join("add.wasm"), vector("add.wasm")).unwrap();
    call(path, "sign add.wasm -k alice").exits(0);
    call(path, "trust import allowed -o trust.toml").exits(0).prints(&["Created trust.toml"]);
    call(path, "verify add.wasm --policy trust.toml").exits(0);
    call(path, "verify add.wasm --policy trust.toml --at 2025-01-01")
        .exits(1)
        .prints(&["key-not-valid"]);

    let before = std::fs::read(path.join("trust.toml")).unwrap();
    call(path, "trust import allowed -o trust.toml")
        .exits(2)
        .says(&["`trust.toml` already exists"]);
    std::fs::write(path.join("allowed"), format!("{alice}bob {}", public("bob"))).unwrap();
    let listed = names(path);
    call(path, "trust import allowed -o other.toml").exits(2).says(&["line 2: ", "`--partial`"]);
    assert_eq!(names(path), listed);
    assert_eq!(std::fs::read(path.join("trust.toml")).unwrap(), before);
    call(path, "trust import allowed -o trust.toml --partial --force")
        .exits(0)
        .says(&["left out: line 2: "]);
    call(path, "verify add.wasm --policy trust.toml").exits(0);
}

#[test]
fn standard_output_has_the_trust_file_alone() {
    let directory = scratch();
    let path = directory.path();
    call(path, "keygen -k a.key -K a.pub --encoding openssh").exits(0);
    let key = std::fs::read_to_string(path.join("a.pub")).unwrap();
    let config = format!("apiVersion: v1\nallOf:\n- kind: pubKey\n  owner: alice\n  key: {key}");
    std::fs::write(path.join("verification-config.yml"), config).unwrap();
    let said = call(path, "trust import verification-config.yml").exits(0);
    assert!(
        said.out.starts_with("# Imported from verification-config.yml.\nversion = 1\n"),
        "{}",
        said.out
    );
    assert_eq!(said.err, "");
    std::fs::write(path.join("trust.toml"), said.out).unwrap();
    call(path, "trust check trust.toml").exits(0).prints(&["signed by alice"]);
    call(path, "trust import gone").exits(4);
    call(path, "trust import a.key").exits(3);
}
