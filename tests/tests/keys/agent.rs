//! `-k ssh-agent:…` with OpenSSH's agent, locked, emptied or gone, before and in the middle of a build.

use std::path::Path;
use std::process::Command;

use end_to_end::agent::{Agent, SOCKET, fingerprint, tool};
use end_to_end::fixtures::{snapshot, vector, workdir};
use end_to_end::project::{Project, script, verifies};
use end_to_end::{Said, run, wasmsign, write};

/// Has `ssh-add` lock (`-x`) or unlock (`-X`) an agent; a program tells it the password.
fn lock(directory: &Path, socket: &Path, flag: &str) {
    let ask = directory.join("ask");
    script(&ask, "echo password");
    let mut command = Command::new("ssh-add");
    command.arg(flag).env(SOCKET, socket).env("SSH_ASKPASS", ask);
    run(command.env("SSH_ASKPASS_REQUIRE", "force").env("DISPLAY", "no")).exits(0);
}

fn sign(directory: &Path, socket: &Path, key: &str) -> Said {
    let mut command = wasmsign(directory);
    command.args(["sign", "add.wasm", "-k", &format!("ssh-agent:{key}")]);
    run(command.env(SOCKET, socket))
}

#[test]
fn a_locked_agent_is_told_and_an_unlocked_one_signs() {
    let workdir = workdir(&["add.wasm"]);
    let agent = Agent::start(workdir.path());
    let public = agent.add(workdir.path(), "ours", &[]);
    let before = snapshot(&workdir.path().join("add.wasm"));
    lock(workdir.path(), &agent.socket, "-x");
    let said = sign(workdir.path(), &agent.socket, &fingerprint(&public)).exits(2);
    said.says(&["has no key", "locked", "`ssh-add -X`"]);
    assert_eq!(snapshot(&workdir.path().join("add.wasm")), before);
    lock(workdir.path(), &agent.socket, "-X");
    sign(workdir.path(), &agent.socket, &fingerprint(&public)).exits(0);
    verifies(&workdir.path().join("add.wasm"), None, &[&public]);
}

#[test]
fn keys_of_other_algorithms_are_named() {
    let workdir = workdir(&["add.wasm"]);
    let agent = Agent::start(workdir.path());
    for (name, kind) in [("rsa", "rsa"), ("ecdsa", "ecdsa")] {
        let key = workdir.path().join(name);
        let path = key.to_str().expect("temporary directories have plain names");
        tool("ssh-keygen", &["-q", "-t", kind, "-N", "", "-f", path], &agent.socket);
        tool("ssh-add", &["-q", path], &agent.socket);
    }
    let missing = format!("SHA256:{}", "A".repeat(43));
    let named = ["none of its keys is an ssh-ed25519 key", "ssh-rsa", "ecdsa-sha2-nistp256"];
    sign(workdir.path(), &agent.socket, &missing)
        .exits(2)
        .says(&named)
        .says(&["ssh-keygen -t ed25519"]);
    for (name, algorithm) in [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")] {
        let public = workdir.path().join(name).with_extension("pub");
        let said = sign(workdir.path(), &agent.socket, &fingerprint(&public)).exits(2);
        said.says(&["not an ssh-ed25519 key", algorithm]);
        let line = std::fs::read_to_string(&public).expect("it was made");
        sign(workdir.path(), &agent.socket, line.trim())
            .exits(2)
            .says(&["expected an Ed25519 key"]);
    }
    assert_eq!(
        std::fs::read(workdir.path().join("add.wasm")).expect("it stays"),
        vector("add.wasm")
    );
}

/// The key is found before cargo runs, and what the build script does comes before it is to sign.
#[test]
fn an_agent_may_change_in_the_middle_of_a_build() {
    let project = Project::tiny("optimize = false");
    let agent = Agent::start(project.path());
    let public = agent.add(project.path(), "ours", &[]);
    let key = format!("ssh-agent:{}", fingerprint(&public));
    script(&project.join("ask"), "echo password");
    let build = |action: &str, code: i32, texts: &[&str]| {
        script(&project.join("action"), action);
        let source = r#"fn main() {
            println!("cargo::rerun-if-changed=action");
            assert!(std::process::Command::new("./action").status().unwrap().success());
        }"#;
        write(&project.join("build.rs"), source);
        let mut call = agent.build(&project, &["-k", &key]);
        let ask = project.join("ask");
        call.env("SSH_ASKPASS", ask).env("SSH_ASKPASS_REQUIRE", "force").env("DISPLAY", "no");
        run(&mut call).exits(code).says(texts);
    };
    let untouched = || assert!(project.published().is_empty(), "{:?}", project.published());
    build("ssh-add -q -D", 2, &["tiny.wasm", "has no key", "locked", "ssh-add FILE"]);
    untouched();
    tool("ssh-add", &["-q", project.join("ours").to_str().expect("as before")], &agent.socket);
    build("ssh-add -q -x", 2, &["tiny.wasm", "has no key", "locked", "ssh-add -X"]);
    untouched();
    lock(project.path(), &agent.socket, "-X");
    build("rm \"$SSH_AUTH_SOCK\"", 2, &["tiny.wasm", "no ssh agent can be reached"]);
    untouched();
}
