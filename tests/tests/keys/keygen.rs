//! `cargo wasmsign keygen`: the files it makes, and those that it does not touch.
#![cfg(unix)]

use end_to_end::fixtures::{call, mode, names, set_mode, shell, snapshot, workdir};
use end_to_end::{run, scratch};
use wasmsign_core::{PublicKey, SecretKey};

/// The pair in a directory, after a check that its halves belong together.
fn pair(directory: &std::path::Path) -> (Vec<u8>, Vec<u8>) {
    let secret = std::fs::read(directory.join("k.key")).unwrap();
    let public = std::fs::read(directory.join("k.pub")).unwrap();
    let key = SecretKey::decode(&secret).unwrap();
    assert_eq!(*key.public_key(), PublicKey::decode(&public).unwrap());
    (secret, public)
}

#[test]
fn each_encoding_signs_and_verifies() {
    for (encoding, starts_secret, starts_public) in [
        ("pem", &b"-----BEGIN PRIVATE KEY-----"[..], &b"-----BEGIN PUBLIC KEY-----"[..]),
        ("compact", b"\x81", b"\x01"),
        ("openssh", b"-----BEGIN OPENSSH PRIVATE KEY-----", b"ssh-ed25519 "),
    ] {
        let workdir = workdir(&["add.wasm"]);
        let made = format!("keygen -k k.key -K k.pub --encoding {encoding}");
        let said = call(workdir.path(), &made).exits(0);
        assert!(said.out.contains("Created secret key k.key"), "{}", said.out);
        assert!(said.out.contains("Created public key k.pub"), "{}", said.out);
        let (secret, public) = pair(workdir.path());
        assert!(secret.starts_with(starts_secret), "{encoding}");
        assert!(public.starts_with(starts_public), "{encoding}");
        if encoding == "compact" {
            assert_eq!((secret.len(), public.len()), (65, 33));
        }
        call(workdir.path(), "sign add.wasm -k k.key -K k.pub").exits(0);
        call(workdir.path(), "verify add.wasm -K k.pub").exits(0);
        call(workdir.path(), "verify add.wasm -K one.public")
            .exits(1)
            .prints(&["(no-trusted-signature)"]);
    }
}

#[test]
fn pem_is_the_default_and_every_pair_is_another() {
    let (first, second) = (scratch(), scratch());
    for workdir in [&first, &second] {
        call(workdir.path(), "keygen -k k.key -K k.pub").exits(0);
        assert_eq!(names(workdir.path()), ["k.key", "k.pub"]);
    }
    let (one, two) = (pair(first.path()), pair(second.path()));
    assert!(one.0.starts_with(b"-----BEGIN PRIVATE KEY-----"));
    assert!(one.0 != two.0 && one.1 != two.1);
}

#[test]
fn json_names_the_files_and_the_public_key_alone() {
    let workdir = scratch();
    let said = call(workdir.path(), "keygen -k k.key -K k.pub --format json").exits(0);
    let lines = said.json();
    let (secret, public) = pair(workdir.path());
    let key = PublicKey::decode(&public).unwrap();
    let text = lines[0]["public_key"].as_str().unwrap().to_owned();
    assert_eq!(PublicKey::decode(text.as_bytes()).unwrap(), key);
    let id: String = key.default_key_id().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        lines,
        [serde_json::json!({
            "secret": "k.key", "public": "k.pub", "public_key": text, "key_id": id,
            "schema": 1,
        })]
    );
    let body = String::from_utf8(secret).unwrap().lines().nth(1).unwrap().to_owned();
    assert!(!said.out.contains(&body) && !said.err.contains(&body));
}

#[test]
fn the_secret_is_its_owners_and_the_public_key_the_umasks() {
    let workdir = scratch();
    run(&mut shell(workdir.path(), "umask 027; exec \"$@\"", "keygen -k k.key -K k.pub")).exits(0);
    assert_eq!(mode(&workdir.path().join("k.key")), 0o600);
    assert_eq!(mode(&workdir.path().join("k.pub")), 0o640);
    // Forced over a file that others could read.
    set_mode(&workdir.path().join("k.key"), 0o644);
    call(workdir.path(), "keygen -k k.key -K k.pub --force").exits(0);
    assert_eq!(mode(&workdir.path().join("k.key")), 0o600);
}

#[test]
fn nothing_is_overwritten_without_force() {
    for taken in ["k.key", "k.pub"] {
        let workdir = scratch();
        let file = workdir.path().join(taken);
        std::fs::write(&file, "mine").unwrap();
        let before = snapshot(&file);
        let said = call(workdir.path(), "keygen -k k.key -K k.pub").exits(2);
        said.says(&[&format!("`{taken}` already exists"), "another name", "--force"]);
        assert_eq!(snapshot(&file), before);
        assert_eq!(names(workdir.path()), [taken], "both files or none");
        call(workdir.path(), "keygen -k k.key -K k.pub --force").exits(0);
        pair(workdir.path());
    }
}

#[test]
fn a_link_to_nowhere_is_a_file_too() {
    let workdir = scratch();
    std::os::unix::fs::symlink("elsewhere", workdir.path().join("k.key")).unwrap();
    call(workdir.path(), "keygen -k k.key -K k.pub").exits(2).says(&["`k.key` already exists"]);
    assert_eq!(names(workdir.path()), ["k.key"]);
}

#[test]
fn both_files_or_none() {
    for (public, code, found) in [
        ("file/k.pub", 4, "file/k.pub"),
        ("/proc/k.pub", 4, "/proc/k.pub"),
        ("/dev/full", 4, "No space left on device"),
        ("k.key", 2, "separate files"),
    ] {
        let workdir = scratch();
        std::fs::write(workdir.path().join("file"), "").unwrap();
        let line = format!("keygen -k k.key -K {public}");
        call(workdir.path(), &line).exits(code).says(&[found]);
        assert_eq!(names(workdir.path()), ["file"], "{public}");
        // Neither does it touch an older pair.
        std::fs::write(workdir.path().join("k.key"), "mine").unwrap();
        call(workdir.path(), &format!("{line} --force")).exits(code).says(&[found]);
        assert_eq!(std::fs::read(workdir.path().join("k.key")).unwrap(), b"mine");
    }
}

#[test]
fn a_directory_is_not_replaced() {
    for force in ["", " --force"] {
        let workdir = scratch();
        std::fs::create_dir(workdir.path().join("k.key")).unwrap();
        let code = if force.is_empty() { 2 } else { 4 };
        call(workdir.path(), &format!("keygen -k k.key -K k.pub{force}"))
            .exits(code)
            .says(&["k.key"]);
        assert!(workdir.path().join("k.key").is_dir());
        assert_eq!(names(workdir.path()), ["k.key"]);
    }
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let workdir = scratch();
    let pipe = workdir.path().join("pipe");
    run(std::process::Command::new("mkfifo").arg(&pipe)).exits(0);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    call(workdir.path(), "keygen -k k.key -K pipe --force").exits(0);
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
    std::fs::write(workdir.path().join("k.pub"), reader.join().unwrap()).unwrap();
    pair(workdir.path());
}

#[test]
fn standard_output_gets_the_key_and_nothing_else() {
    let workdir = scratch();
    let said = call(workdir.path(), "keygen -k k.key -K /dev/stdout").exits(0);
    std::fs::write(workdir.path().join("k.pub"), &said.out).unwrap();
    pair(workdir.path());
    said.says(&["Created public key /dev/stdout"]);
    let said = call(workdir.path(), "keygen -k j.key -K /dev/stdout --format json").exits(2);
    said.says(&["standard output", "--format json"]);
    assert_eq!(names(workdir.path()), ["k.key", "k.pub"]);
}

#[test]
fn directories_that_are_missing_are_made() {
    let workdir = scratch();
    call(workdir.path(), "keygen -k keys/secret/k.key -K keys/k.pub").exits(0);
    assert_eq!(names(&workdir.path().join("keys/secret")), ["k.key"]);
}

#[test]
fn flags_that_are_missing_or_wrong_are_usage_errors() {
    let workdir = scratch();
    for line in [
        "keygen",
        "keygen -k k.key",
        "keygen -K k.pub",
        "keygen -k k.key -K k.pub --encoding der",
        "keygen -k k.key -K k.pub stray",
    ] {
        call(workdir.path(), line).exits(2).says(&["error: "]);
    }
    assert!(names(workdir.path()).is_empty());
}
