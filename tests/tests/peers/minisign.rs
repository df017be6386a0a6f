//! Debian's minisign verifies what we sign, and we what it signs.
#![cfg(unix)]

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use end_to_end::{Said, run, scratch, write};
use tempfile::TempDir;
use wasmsign_core::formats::FileSignatures;
use wasmsign_core::{PublicKey, SecretKey, Verifier, sign};

fn minisign(directory: &Path, arguments: &str) -> Said {
    run(Command::new("minisign").args(arguments.split_whitespace()).current_dir(directory))
}

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

/// A file, and a key pair without passphrase.
fn workdir() -> (TempDir, SecretKey, PublicKey) {
    let directory = scratch();
    write(&directory.path().join("archive.tar.gz"), "no WebAssembly at all".repeat(10_000));
    minisign(directory.path(), "-G -W -p key.pub -s key").exits(0);
    let secret = SecretKey::decode(&read(directory.path(), "key")).unwrap();
    let public = PublicKey::decode(&read(directory.path(), "key.pub")).unwrap();
    assert_eq!(secret.public_key(), &public);
    assert_eq!(secret.minisign_number(), public.minisign_number());
    (directory, secret, public)
}

fn verify(public: &PublicKey, file: &[u8], minisig: &[u8]) -> &'static str {
    let given = FileSignatures::minisign(minisig).unwrap();
    let verifier = Verifier::new([public.clone()]).unwrap();
    verifier.verify_file(file, &given).map_or_else(|error| error.code(), |_| "verified")
}

#[test]
fn we_verify_what_minisign_signs() {
    let (directory, secret, public) = workdir();
    let directory = directory.path();
    let archive = read(directory, "archive.tar.gz");
    // The key without its number, as another encoding has it.
    let bare = PublicKey::from_bytes(public.ed25519_bytes().unwrap()).unwrap();
    for (flag, word) in [("", b"ED"), ("-l", b"Ed")] {
        let sign = format!("-S {flag} -s key -m archive.tar.gz -c untrusted -t trusted");
        minisign(directory, &sign).exits(0);
        let minisig = read(directory, "archive.tar.gz.minisig");
        let text = String::from_utf8(minisig.clone()).unwrap();
        let read = wasmsign_core::formats::minisign::Signature::decode(&minisig).unwrap();
        assert_eq!(read.trusted_comment, "trusted");
        assert_eq!(Some(read.number), secret.minisign_number());
        let is_pure = read.algorithm == wasmsign_core::formats::minisign::Algorithm::Pure;
        assert_eq!(is_pure, word == b"Ed");
        for key in [&public, &bare] {
            assert_eq!(verify(key, &archive, &minisig), "verified");
        }
        assert_eq!(verify(&public, &archive[1..], &minisig), "body-changed");
        assert_eq!(verify(&bare, &archive[1..], &minisig), "no-trusted-signature");
        let changed = text.replace("trusted comment: trusted", "trusted comment: changed");
        assert_eq!(verify(&public, &archive, changed.as_bytes()), "comment-changed");
        let untrusted = text.replace("untrusted comment: untrusted", "untrusted comment: other");
        assert_eq!(verify(&public, &archive, untrusted.as_bytes()), "verified");
    }
}

#[test]
fn minisign_verifies_what_we_sign() {
    let (directory, secret, _) = workdir();
    let directory = directory.path();
    let archive = read(directory, "archive.tar.gz");
    let hashed = sign::minisign(&archive[..], &secret, "of a test", "file:archive.tar.gz").unwrap();
    let pure =
        sign::minisign_pure(Cursor::new(&archive), &secret, "of a test", "file:archive.tar.gz");
    for text in [&hashed, &pure.unwrap()] {
        write(&directory.join("archive.tar.gz.minisig"), text);
        let said = minisign(directory, "-V -p key.pub -m archive.tar.gz").exits(0);
        said.prints(&["Signature and comment signature verified", "file:archive.tar.gz"]);
        let said = minisign(directory, "-V -Q -p key.pub -m archive.tar.gz").exits(0);
        assert_eq!(said.out, "file:archive.tar.gz\n");
        write(&directory.join("other"), &archive[1..]);
        minisign(directory, "-V -p key.pub -m other -x archive.tar.gz.minisig").exits(1);
    }
    // It wants what it makes by default where it is told to.
    write(&directory.join("archive.tar.gz.minisig"), hashed);
    minisign(directory, "-V -H -p key.pub -m archive.tar.gz").exits(0);
}

/// A key of ours has no number: it signs under the first bytes of its id, and so is its public half written.
#[test]
fn minisign_verifies_with_our_keys() {
    let directory = scratch();
    let directory = directory.path();
    let secret = SecretKey::from_seed(&[7; 32]);
    write(
        &directory.join("key.pub"),
        secret.public_key().encode(wasmsign_core::KeyEncoding::Minisign),
    );
    write(&directory.join("file"), "any");
    write(&directory.join("file.minisig"), sign::minisign(&b"any"[..], &secret, "", "").unwrap());
    minisign(directory, "-V -p key.pub -m file").exits(0);
}

/// What we refuse to read, or read, is what it refuses or reads, but where its description says otherwise.
#[test]
fn the_form_is_that_which_minisign_takes() {
    let (directory, secret, public) = workdir();
    let directory = directory.path();
    let archive = read(directory, "archive.tar.gz");
    let text = sign::minisign(&archive[..], &secret, "c", "t").unwrap();
    let lines: Vec<_> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    let cut = &lines[1][..lines[1].len() - 4];
    let forms = [
        text.clone(),
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
        format!("{text}\n"),
        with(0, "untrusted comment:"),
        with(0, "comment: c"),
        with(1, cut),
        with(1, "RURAI"),
        with(2, "trusted comment t"),
        with(2, "untrusted comment: t"),
        with(3, ""),
        lines[..3].join("\n"),
        lines[1..].join("\n"),
        String::new(),
    ];
    for form in forms {
        write(&directory.join("archive.tar.gz.minisig"), &form);
        let theirs = minisign(directory, "-V -p key.pub -m archive.tar.gz").code == Some(0);
        let given = FileSignatures::minisign(form.as_bytes());
        let ours = given.is_ok_and(|given| {
            Verifier::new([public.clone()]).unwrap().verify_file(&archive[..], &given).is_ok()
        });
        assert_eq!(ours, theirs, "{form:?}");
    }
    // It does not look at what follows the fourth line.
    assert!(FileSignatures::minisign(format!("{text}more\n").as_bytes()).is_err());
}
