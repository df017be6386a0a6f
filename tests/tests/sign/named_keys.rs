//! `sign` with keys that are named: those of a manifest, and those in an ssh-agent.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use end_to_end::agent::{Agent, SOCKET, fingerprint, tool};
use end_to_end::fixtures::vector;
use end_to_end::project::{Project, script, verifies};
use end_to_end::{Said, key_pair, run, scratch, wasmsign, write};

/// A project with an unsigned module `add.wasm` in `below`, and these keys beside the one that signs its builds: each
/// with its name and what its table says.
fn project(keys: &[(&str, &str)]) -> Project {
    let project = Project::tiny("optimize = false");
    key_pair(project.path(), "second");
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("it is there");
    let table = |(name, said): &(&str, &str)| {
        format!("[workspace.metadata.wasmsign.keys.{name}]\n{said}\n")
    };
    let tables: String = keys.iter().map(table).collect();
    project.write("Cargo.toml", format!("{manifest}\n{tables}"));
    project.write("below/add.wasm", vector("add.wasm"));
    project
}

const SECOND: (&str, &str) = ("second", "secret = { file = \"second.key\" }");

/// `sign add.wasm` in `below` with these arguments.
fn sign(project: &Project, arguments: &[&str]) -> Command {
    let mut command = wasmsign(&project.join("below"));
    command.args(["sign", "add.wasm"]).args(arguments);
    command
}

fn path(file: &Path) -> &str {
    file.to_str().expect("temporary directories have plain names")
}

#[test]
fn signers_of_the_manifest_above_are_named() {
    let project = project(&[SECOND]);
    let said = run(&mut sign(&project, &["--with", "release", "--with", "second"])).exits(0);
    assert!(said.out.contains("Signed add.wasm"), "{}", said.out);
    let keys = [&*project.join("release.pub"), &project.join("second.pub")];
    verifies(&project.join("below/add.wasm"), None, &keys);
    project.is_untouched();
}

#[test]
fn a_manifest_elsewhere_is_named_too() {
    let project = project(&[SECOND]);
    let elsewhere = scratch();
    write(&elsewhere.path().join("add.wasm"), vector("add.wasm"));
    let mut command = wasmsign(elsewhere.path());
    command.args(["sign", "add.wasm", "--with", "second", "-k"]).arg(project.join("release.key"));
    run(&mut command).exits(2).says(&["no `Cargo.toml` in this directory", "--manifest-path"]);
    run(command.args(["--manifest-path", "gone/Cargo.toml"]))
        .exits(2)
        .says(&["`gone/Cargo.toml` is not a file"]);
    let mut command = wasmsign(elsewhere.path());
    command.args(["sign", "add.wasm", "--with", "second", "--manifest-path"]);
    run(command.arg(project.join("Cargo.toml"))).exits(0);
    verifies(&elsewhere.path().join("add.wasm"), None, &[&project.join("second.pub")]);
    // A manifest alone is no key.
    let mut command = wasmsign(elsewhere.path());
    run(command.args(["sign", "add.wasm", "-k", "x", "--manifest-path", "Cargo.toml"]))
        .exits(2)
        .says(&["--with <NAME>"]);
}

#[test]
fn what_cannot_sign_is_told() {
    let project = project(&[
        ("second", "public = \"second.pub\""),
        ("gone", "secret = { env = \"E2E_UNSET\" }"),
    ]);
    let refused = |with: &str, texts: &[&str]| {
        let said = run(&mut sign(&project, &["--with", with])).exits(2).says(texts);
        assert!(!said.err.contains("--no-sign"), "there is nothing to build: {}", said.err);
        assert_eq!(
            std::fs::read(project.join("below/add.wasm")).expect("it stays"),
            vector("add.wasm")
        );
    };
    refused("relaese", &["`--with`: there is no key named `relaese`", "did you mean `release`?"]);
    refused("alice", &["the known keys are: `gone`, `release` and `second`"]);
    refused("second", &["Cargo.toml:", "`second` has no `secret`"]);
    refused("gone", &["`E2E_UNSET` is not set"]);
    let said = run(&mut sign(&project, &["--with", "release", "-K", "../second.pub"])).exits(2);
    said.says(&["does not belong to the secret key"]);
    run(&mut sign(&project, &["--with", "release", "--cargo-messages", "-"]))
        .exits(2)
        .says(&["cannot be used with"]);
    project.replace("Cargo.toml", "optimize = false", "optimise = false");
    run(&mut sign(&project, &["--with", "release"])).exits(2).says(&["did you mean `optimize`?"]);
}

#[test]
fn commands_of_the_manifest_sign() {
    let project =
        project(&[("second", "public = \"second.pub\"\nsecret = { command = [\"./sign\"] }")]);
    script(
        &project.join("sign"),
        "cat > message && openssl pkeyutl -sign -rawin -inkey second.key -in message",
    );
    run(&mut sign(&project, &["--with", "second"])).exits(0);
    verifies(&project.join("below/add.wasm"), None, &[&project.join("second.pub")]);
}

#[test]
fn an_agent_signs_for_sign_and_build() {
    let project = project(&[]);
    let agent = Agent::start(project.path());
    let public = agent.add(project.path(), "ours", &[]);
    let key = format!("ssh-agent:{}", fingerprint(&public));
    run(sign(&project, &["-k", &key, "-K", "../ours.pub"]).env(SOCKET, &agent.socket)).exits(0);
    verifies(&project.join("below/add.wasm"), None, &[&public]);
    // By the public key itself, and for a build.
    let line = std::fs::read_to_string(&public).expect("the key can be read");
    let said =
        run(&mut agent.build(&project, &["-k", &format!("ssh-agent:{}", line.trim())])).exits(0);
    assert!(said.out.contains("signed by ssh-agent:"), "{}", said.out);
    verifies(&project.module("tiny.wasm"), None, &[&public]);
}

#[test]
fn an_agent_that_cannot_sign_is_told() {
    let project = project(&[]);
    let agent = Agent::start(project.path());
    let ours = format!("ssh-agent:{}", fingerprint(&agent.add(project.path(), "ours", &[])));
    let refused = |key: &str, texts: &[&str]| {
        let said =
            run(sign(&project, &["-k", key]).env(SOCKET, &agent.socket)).exits(2).says(texts);
        assert!(!said.err.contains("--no-sign"), "there is nothing to build: {}", said.err);
    };
    refused("ssh-agent:", &["`ssh-agent` does not name a key", "ssh-add -l"]);
    refused("ssh-agent:SHA256:x", &["`ssh-agent` does not name a key"]);
    let secret: String = [0x81; 65].iter().map(|byte| format!("{byte:02x}")).collect();
    let asked = format!("ssh-agent:{secret}");
    for mut call in [sign(&project, &["-k", &asked]), project.build(&["-k", &asked])] {
        let said = run(&mut call).exits(2).says(&["--key"]);
        assert!(!said.err.contains(&secret), "{}", said.err);
    }
    tool("ssh-add", &["-q", "-D"], &agent.socket);
    refused(&ours, &["has no key SHA256:", "locked"]);
    run(sign(&project, &["-k", &ours]).env_remove(SOCKET)).exits(2).says(&[SOCKET, "not set"]);
}

/// Has a certificate beside a key, as `ssh-keygen -s` makes it.
fn certify(directory: &Path, socket: &Path, name: &str) {
    let (ca, public) = (directory.join("ca"), directory.join(name).with_extension("pub"));
    tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", path(&ca)], socket);
    tool("ssh-keygen", &["-q", "-s", path(&ca), "-I", "me", "-n", "u", path(&public)], socket);
}

#[test]
fn a_certificate_beside_a_key_is_told_from_it() {
    let project = project(&[]);
    let agent = Agent::start(project.path());
    let dir = project.path();
    let public = agent.add(dir, "ours", &[]);
    certify(dir, &agent.socket, "ours");
    let key = fingerprint(&public);
    let with = |key: &str| -> Said {
        run(sign(&project, &["-k", &format!("ssh-agent:{key}")]).env(SOCKET, &agent.socket))
    };
    // The certificate is listed first, as an agent may.
    tool("ssh-add", &["-q", "-D"], &agent.socket);
    tool("ssh-add", &["-q", path(&dir.join("ours"))], &agent.socket);
    let certificate = dir.join("ours-cert.pub");
    std::fs::rename(&certificate, dir.join("spare")).expect("it is there");
    tool("ssh-add", &["-q", "-d", path(&dir.join("ours"))], &agent.socket);
    let said = with(&key).exits(2);
    said.says(&["a certificate of this key, but not the key itself", &key])
        .says(&["ssh-ed25519-cert-v01@openssh.com", "`ssh-add FILE`"]);
    tool("ssh-add", &["-q", path(&dir.join("ours"))], &agent.socket);
    with(&key).exits(0);
    verifies(&project.join("below/add.wasm"), None, &[&public]);
    // Its line will do as well: it tells the same key.
    let line = std::fs::read_to_string(dir.join("spare")).expect("it was moved there");
    with(line.trim()).exits(0);
    // Where another is missing, both are shown as `ssh-add -l` does.
    let other = format!("SHA256:{}", "A".repeat(43));
    let said = with(&other).exits(2);
    assert_eq!(said.err.matches(&key).count(), 2, "{}", said.err);
    let listed = tool("ssh-add", &["-l"], &agent.socket).out;
    assert_eq!(listed.matches(&key).count(), 2, "{listed}");
}

#[test]
fn a_key_for_certain_hosts_is_explained() {
    let project = project(&[]);
    let agent = Agent::start(project.path());
    let dir = project.path();
    tool(
        "ssh-keygen",
        &["-q", "-t", "ed25519", "-N", "", "-f", path(&dir.join("host"))],
        &agent.socket,
    );
    let host = std::fs::read_to_string(dir.join("host.pub")).expect("it was made");
    project.write("known", format!("example.com {host}"));
    let known = dir.join("known");
    let public = agent.add(dir, "ours", &["-H", path(&known), "-h", "example.com"]);
    let key = format!("ssh-agent:{}", fingerprint(&public));
    run(sign(&project, &["-k", &key]).env(SOCKET, &agent.socket)).exits(5).says(&[
        "refused to sign",
        "only SSH's own data",
        "`ssh-add -h`",
    ]);
}
