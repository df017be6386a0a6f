//! `ssh-keygen -Y` verifies what we sign, and we what it signs.
#![cfg(unix)]

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::{Said, run, scratch, write};
use tempfile::TempDir;
use wasmsign_core::formats::FileSignatures;
use wasmsign_core::{PublicKey, SecretKey, Verifier, sign};

const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0";

fn ssh_keygen(directory: &Path, arguments: &str, input: Option<&str>) -> Said {
    let mut command = Command::new("ssh-keygen");
    command.args(arguments.split_whitespace()).current_dir(directory);
    match input {
        Some(file) => command.stdin(File::open(directory.join(file)).unwrap()),
        None => command.stdin(Stdio::null()),
    };
    run(&mut command)
}

/// A module, and a key pair without passphrase, whose owner is `me`.
fn workdir(kind: &str) -> TempDir {
    let directory = scratch();
    write(&directory.path().join("module.wasm"), MODULE);
    let made = run(Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", "", "-C", "test", "-f", "key"])
        .current_dir(directory.path()));
    made.exits(0);
    let public = std::fs::read_to_string(directory.path().join("key.pub")).unwrap();
    write(&directory.path().join("allowed"), format!("me namespaces=\"wasm,file\" {public}"));
    directory
}

fn keys(directory: &Path) -> (SecretKey, PublicKey) {
    let read = |name: &str| std::fs::read(directory.join(name)).unwrap();
    (SecretKey::decode(&read("key")).unwrap(), PublicKey::decode(&read("key.pub")).unwrap())
}

fn verify(public: &PublicKey, module: &[u8], signature: &str, namespace: &str) -> &'static str {
    let given = FileSignatures::sshsig(signature.as_bytes(), namespace).unwrap();
    let verifier = Verifier::new([public.clone()]).unwrap();
    verifier.verify_with(module, &given).map_or_else(|error| error.code(), |_| "verified")
}

#[test]
fn we_verify_what_ssh_keygen_signs() {
    let directory = workdir("ed25519");
    let directory = directory.path();
    let (_, public) = keys(directory);
    for hash in ["sha512", "sha256"] {
        let sign = format!("-Y sign -f key -n wasm -O hashalg={hash}");
        ssh_keygen(directory, &sign, Some("module.wasm")).exits(0);
        let said = ssh_keygen(directory, &sign, Some("module.wasm")).exits(0);
        assert_eq!(verify(&public, MODULE, &said.out, "wasm"), "verified", "{hash}");
        assert_eq!(verify(&public, MODULE, &said.out, "file"), "body-changed");
        assert_eq!(verify(&public, &MODULE[..8], &said.out, "wasm"), "body-changed");
        let other = SecretKey::from_seed(&[7; 32]);
        let result = verify(other.public_key(), MODULE, &said.out, "wasm");
        assert_eq!(result, "no-trusted-signature");
    }
}

#[test]
fn ssh_keygen_verifies_what_we_sign() {
    let directory = workdir("ed25519");
    let directory = directory.path();
    let (secret, _) = keys(directory);
    write(&directory.join("sig"), sign::sshsig(MODULE, &secret, "wasm").unwrap());
    let verify = |namespace: &str, file: &str| {
        let call = format!("-Y verify -f allowed -I me -n {namespace} -s sig");
        ssh_keygen(directory, &call, Some(file))
    };
    verify("wasm", "module.wasm").exits(0).prints(&["Good \"wasm\" signature for me"]);
    write(&directory.join("other.wasm"), &MODULE[..8]);
    assert_ne!(verify("wasm", "other.wasm").code, Some(0));
    assert_ne!(verify("file", "module.wasm").code, Some(0));
    // Byte for byte what it makes itself: Ed25519 leaves nothing to chance.
    let own = ssh_keygen(directory, "-Y sign -f key -n wasm", Some("module.wasm")).exits(0);
    assert_eq!(own.out, sign::sshsig(MODULE, &secret, "wasm").unwrap());
}

#[test]
fn signatures_of_other_algorithms_are_malformed() {
    for kind in ["rsa", "ecdsa"] {
        let directory = workdir(kind);
        let sign = "-Y sign -f key -n wasm";
        let said = ssh_keygen(directory.path(), sign, Some("module.wasm")).exits(0);
        let error = FileSignatures::sshsig(said.out.as_bytes(), "wasm").unwrap_err();
        assert_eq!(error.code(), "signature-form");
        assert!(error.to_string().contains("ssh-ed25519"), "{error}");
    }
}
