//! `-K dir:PATH`: every public key in a directory.

use std::path::Path;

use end_to_end::fixtures::{call, vector, workdir};
use end_to_end::project::Project;
use end_to_end::{key_pair, run, write};
use serde_json::json;
use tempfile::TempDir;
use wasmsign_core::{KeyEncoding, PublicKey};

const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7 me@home\n";

/// The vectors' keys and a module, signed as `line` says, with the public keys in `trusted` among other files.
fn signed(line: &str) -> TempDir {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), &format!("sign add.wasm {line}")).exits(0);
    let ours = PublicKey::decode(&vector("one.public")).expect("it is one");
    for (name, content) in [
        ("a.pub", ours.encode(KeyEncoding::OpenSsh)),
        ("b.public", vector("two.public")),
        ("README.md", b"# Keys that we trust\n".to_vec()),
        (".gitkeep", Vec::new()),
        ("rsa.pub", RSA.into()),
        (
            "ecdsa.pem",
            b"-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n".to_vec(),
        ),
        ("photo.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec()),
        ("one.secret", vector("one.secret")),
        ("below/c.pub", b"not looked at".to_vec()),
    ] {
        write(&workdir.path().join("trusted").join(name), content);
    }
    workdir
}

#[test]
fn each_key_counts_and_other_files_do_not() {
    let workdir = signed("-k one.secret");
    call(workdir.path(), "verify add.wasm -K dir:trusted").exits(0);
    call(workdir.path(), "verify add.wasm -K dir:trusted --require all").exits(1);
    call(workdir.path(), "verify add.wasm -K dir:trusted --require 3").exits(2).says(&["(2)"]);
    call(workdir.path(), "sign add.wasm -k two.secret -K dir:trusted").exits(0);
    let said = call(
        workdir.path(),
        "verify add.wasm -K dir:trusted -K one.public --require all --format json",
    );
    let signers = &said.exits(0).json()[0]["signers"];
    // By the names of their files, and one that is given twice counts once.
    let keys: Vec<_> =
        signers.as_array().expect("there are").iter().map(|one| &one["public_key"]).collect();
    let hex = |name| json!(end_to_end::fixtures::hex(&vector(name)));
    assert_eq!(keys, [&hex("one.public"), &hex("two.public")]);
}

#[test]
fn a_directory_without_a_key_is_told() {
    let workdir = signed("-k one.secret");
    write(&workdir.path().join("empty/README.md"), "nothing here");
    write(&workdir.path().join("secrets/one.secret"), vector("one.secret"));
    write(&workdir.path().join("others/rsa.pub"), RSA);
    for (directory, text) in [
        ("empty", "no file in the directory `empty`"),
        ("secrets", "no file in the directory `secrets`"),
        ("others", "no file in the directory `others`"),
        ("gone", "there is no directory `gone`"),
        ("one.public", "`one.public` is a file"),
        ("", "the path of a directory"),
    ] {
        let said = call(workdir.path(), &format!("verify add.wasm -K dir:{directory}"));
        said.exits(2).says(&[text, "help:"]);
    }
    call(workdir.path(), "sign add.wasm -k dir:trusted").exits(2).says(&["names public keys"]);
}

/// A key that is passed over would weaken `--require all`.
#[test]
fn a_damaged_key_is_not_passed_over() {
    let workdir = signed("-k one.secret");
    for content in [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO8c me@home",
        "untrusted comment: minisign public key 2B0D\nRWQf6LRCGA9i53mlYecO\n",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
        "0100000000000000000000000000000000000000000000000000000000000000000",
    ] {
        write(&workdir.path().join("trusted/c.pub"), content);
        if content.starts_with("01") {
            write(&workdir.path().join("trusted/c.pub"), &content[..66]);
        }
        let said = call(workdir.path(), "verify add.wasm -K dir:trusted");
        said.exits(3).says(&[&Path::new("trusted").join("c.pub").display().to_string()]);
    }
}

#[test]
fn a_manifest_names_a_directory_from_its_own_place() {
    let project = Project::tiny("optimize = false");
    key_pair(&project.join("trusted"), "second");
    project.replace("Cargo.toml", "public = \"release.pub\"", "public = \"dir:trusted\"");
    run(&mut project.build(&[])).exits(2).says(&["`release`", "does not belong"]);
    std::fs::copy(project.join("release.pub"), project.join("trusted/release.pub"))
        .expect("it is there");
    run(&mut project.build_in("src", &[])).exits(0);
}
