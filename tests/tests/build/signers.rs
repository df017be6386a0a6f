//! Keys that are not ours to see: in an ssh-agent, or with a program that signs.
#![cfg(unix)]

use end_to_end::agent::{Agent, SOCKET, fingerprint, tool};
use end_to_end::project::{Project, script, verifies};
use end_to_end::{key_pair, run};

const PLAIN: &str = "optimize = false";
/// Has `release` sign with this secret, and leaves its public key out.
fn sign_with(project: &Project, secret: &str) {
    project.replace("Cargo.toml", "public = \"release.pub\"\n", "");
    project.replace("Cargo.toml", "{ file = \"release.key\" }", secret);
}

#[test]
fn an_agent_signs_by_fingerprint() {
    let project = Project::tiny(PLAIN);
    let agent = Agent::start(project.path());
    let public = agent.add(project.path(), "ours", &[]);
    sign_with(&project, &format!("{{ ssh-agent = \"{}\" }}", fingerprint(&public)));
    let said = run(&mut agent.build(&project, &[])).exits(0);
    assert!(said.out.contains("signed by release"), "{}", said.out);
    verifies(&project.module("tiny.wasm"), None, &[&public]);
    // The second time there is nothing to sign.
    let said = run(&mut agent.build(&project, &["-v"])).exits(0);
    assert!(said.out.to_lowercase().contains("fresh"), "{}", said.out);
}

#[test]
fn an_agent_signs_by_public_key_beside_a_file() {
    let project = Project::tiny(PLAIN);
    let agent = Agent::start(project.path());
    let public = agent.add(project.path(), "ours", &[]);
    let line = std::fs::read_to_string(&public).expect("the key can be read");
    let secret = format!("{{ ssh-agent = \"{}\" }}", line.trim());
    project.replace("Cargo.toml", "[\"release\"]", "[\"release\", \"second\"]");
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("as before");
    let second = format!("[workspace.metadata.wasmsign.keys.second]\nsecret = {secret}\n");
    project.write("Cargo.toml", format!("{manifest}{second}"));
    run(&mut agent.build(&project, &[])).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[&public, &project.join("release.pub")]);
}

#[test]
fn an_agent_without_the_key_is_told_before_anything_is_built() {
    let project = Project::tiny(PLAIN);
    let agent = Agent::start(project.path());
    let fingerprints = |name| fingerprint(&agent.add(project.path(), name, &[]));
    let (ours, other) = (fingerprints("ours"), fingerprints("other"));
    sign_with(&project, &format!("{{ ssh-agent = \"{ours}\" }}"));
    tool(
        "ssh-add",
        &["-q", "-d", project.join("ours").to_str().expect("as before")],
        &agent.socket,
    );
    let words = [&*ours, &other, "ssh-add", "--no-sign"];
    run(&mut agent.build(&project, &[])).exits(2).says(&words);
    tool("ssh-add", &["-q", "-D"], &agent.socket);
    run(&mut agent.build(&project, &[])).exits(2).says(&[&*ours, "locked"]);
    run(project.build(&[]).env_remove(SOCKET)).exits(2).says(&[SOCKET, "not set"]);
    run(project.build(&[]).env(SOCKET, "")).exits(2).says(&[SOCKET]);
    let socket = agent.socket.clone();
    drop(agent);
    run(project.build(&[]).env(SOCKET, &socket)).exits(2).says(&["no ssh agent", "--no-sign"]);
    project.is_untouched();
    run(project.build(&["--no-sign"]).env_remove(SOCKET)).exits(0);
}

#[test]
fn the_agents_key_must_be_the_manifests() {
    let project = Project::tiny(PLAIN);
    let agent = Agent::start(project.path());
    let ours = fingerprint(&agent.add(project.path(), "ours", &[]));
    let secret = format!("{{ ssh-agent = \"{ours}\" }}");
    project.replace("Cargo.toml", "{ file = \"release.key\" }", &secret);
    run(&mut agent.build(&project, &[])).exits(2).says(&["`release`", "does not belong"]);
    project.is_untouched();
}

#[test]
fn an_agent_whose_user_says_no_leaves_nothing() {
    let project = Project::tiny(PLAIN);
    let agent = Agent::start(project.path());
    let public = agent.add(project.path(), "ours", &["-c"]);
    sign_with(&project, &format!("{{ ssh-agent = \"{}\" }}", fingerprint(&public)));
    run(&mut agent.build(&project, &[])).exits(5).says(&["tiny.wasm", "refused to sign"]);
    assert!(project.published().is_empty(), "{:?}", project.published());
}

/// Signs with `release.key`. openssl wants a file, because it reads its input twice.
const OPENSSL: &str = "message=$(mktemp) && trap 'rm -f \"$message\"' EXIT && cat > \"$message\" && \
                       openssl pkeyutl -sign -rawin -inkey release.key -in \"$message\"";

/// A project whose key `release` signs with `./sign`, which this script is.
fn with_command(script_text: &str) -> Project {
    let project = Project::tiny(PLAIN);
    project.replace("Cargo.toml", "{ file = \"release.key\" }", "{ command = [\"./sign\"] }");
    script(&project.join("sign"), script_text);
    project
}

#[test]
fn a_command_signs() {
    for end in ["", " | od -An -v -tx1", " | openssl base64"] {
        let project = with_command(&format!("{OPENSSL}{end}"));
        project.write("src/below/keep", "");
        // Wherever the build is called from, it runs beside the manifest.
        let said = run(&mut project.build_in("src/below", &[])).exits(0);
        assert!(said.out.contains("signed by release"), "{}", said.out);
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    }
}

#[test]
fn a_command_that_cannot_run_is_told_before_anything_is_built() {
    let project = with_command(OPENSSL);
    std::fs::remove_file(project.join("sign")).expect("it is ours");
    run(&mut project.build(&[])).exits(2).says(&["`./sign`", "--no-sign"]);
    project.write("sign", "no program");
    run(&mut project.build(&[])).exits(2).says(&["`./sign`"]);
    project.replace("Cargo.toml", "./sign", "no-such-signing-program");
    run(&mut project.build(&[])).exits(2).says(&["`no-such-signing-program`", "PATH"]);
    project.replace("Cargo.toml", "public = \"release.pub\"\n", "");
    run(&mut project.build(&[])).exits(2).says(&["Cargo.toml:", "`command`", "`public`"]);
    project.is_untouched();
}

#[test]
fn a_command_that_fails_leaves_nothing() {
    let hash = OPENSSL.replace("cat >", "openssl dgst -sha512 -binary >");
    for (script, words) in [
        ("cat > seen; echo 'no token' >&2; exit 3", &["exit code 3", "no token"][..]),
        ("kill -KILL $$", &["signal 9"]),
        ("echo signed", &["7 bytes", "64 bytes"]),
        ("exec yes", &["4096 bytes or more"]),
        (&hash, &["does not verify", "hash"]),
    ] {
        let project = with_command(script);
        run(&mut project.build(&[])).exits(5).says(&[&["tiny.wasm", "`./sign`"], words].concat());
        assert!(project.published().is_empty(), "{:?}", project.published());
    }
    let project = with_command(OPENSSL);
    key_pair(project.path(), "other");
    project.replace("Cargo.toml", "release.pub", "other.pub");
    run(&mut project.build(&[])).exits(5).says(&["does not verify", "`public`"]);
}

#[test]
fn a_command_gets_no_secrets() {
    let project = with_command(&format!("env > seen; {OPENSSL}"));
    let key = std::fs::read_to_string(project.join("release.key")).expect("the key can be read");
    let secret = key.lines().nth(1).expect("the second line is the key");
    run(project.build(&[]).env("E2E_SPARE", &key).env("E2E_HARMLESS", "seen")).exits(0);
    let seen = std::fs::read_to_string(project.join("seen")).expect("the command ran");
    assert!(seen.contains("E2E_HARMLESS=seen") && !seen.contains(secret), "{seen}");
}
