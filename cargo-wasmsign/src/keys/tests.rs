//! What all signers have in common.

use std::path::Path;

use serde_json::json;
use wasmsign_core::{PublicKey, SecretKey};

use super::holder::Found;
use super::scheme::Wrong;
use super::*;
use crate::error::Result;
use crate::exit::Exit;
use crate::text::snippet::Snippet;

/// A key by the scheme of this word.
fn key_ref(word: &str, words: &[&str]) -> Result<KeyRef, Wrong> {
    let scheme = SCHEMES.iter().find(|scheme| scheme.word == word).expect("it is known");
    KeyRef::of_scheme(scheme, &Told { words, ..Told::in_directory(Path::new("/w")) })
}

fn named(secret: Option<KeyRef>, public: Option<&PublicKey>) -> NamedKey {
    let public = public.map(|key| {
        let text = crate::text::hex::public_key_text(key);
        KeyRef::public(&text, Path::new("/w"), "the manifest").expect("it is one")
    });
    let place = Snippet::new(Path::new("Cargo.toml"), "a\nb", 2..3);
    NamedKey { name: "release".into(), public, secret, place }
}

fn find(key: &NamedKey) -> Result<Signer> {
    Signer::from_manifest(key, &PassphraseSource::default())
}

#[test]
fn signers_go_to_other_threads() {
    fn check<T: Send + Sync>() {}
    check::<Signer>();
}

#[test]
fn debug_shows_no_secret() {
    let found = Found::new(SecretKey::from_seed(&[0xab; 32]));
    let text = format!("{found:?}");
    assert!(text.contains("holder") && !text.contains(&"ab".repeat(4)), "{text}");
    assert!(!text.contains("171, 171"), "{text}");
}

#[test]
fn a_name_is_told_as_a_manifest_has_it() {
    let fingerprint = "SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8";
    for (word, words, told) in [
        ("env", &["KEY"][..], json!({ "env": "KEY" })),
        ("env-file", &["FILE"], json!({ "env-file": "FILE" })),
        ("file", &["../a.key"], json!({ "file": "/a.key" })),
        ("ssh-agent", &[fingerprint], json!({ "ssh-agent": fingerprint })),
        ("command", &["sign", "-x"], json!({ "command": ["sign", "-x"] })),
    ] {
        assert_eq!(key_ref(word, words).expect(word).told(), told);
    }
    let names = |word, words: &[&str], beside| {
        let scheme = SCHEMES.iter().find(|scheme| scheme.word == word).expect("it is known");
        let told = Told { words, beside, ..Told::in_directory(Path::new("/w")) };
        let key = KeyRef::of_scheme(scheme, &told).expect("it is one");
        (key.variables().join(" "), key.secret_variables().join(" "))
    };
    let both = |all: &str, secret: &str| (all.to_owned(), secret.to_owned());
    assert_eq!(names("env", &["KEY"], None), both("KEY", "KEY"));
    assert_eq!(names("env", &["KEY"], Some("OPEN")), both("KEY OPEN", "KEY OPEN"));
    assert_eq!(names("env-file", &["FILE"], None), both("FILE", ""));
    assert_eq!(names("env-file", &["FILE"], Some("OPEN")), both("FILE OPEN", "OPEN"));
    assert_eq!(names("file", &["a"], Some("OPEN")), both("OPEN", "OPEN"));
}

#[test]
fn every_scheme_refuses_a_secret_key_in_its_place() {
    for scheme in SCHEMES {
        let secret = "-----BEGIN PRIVATE KEY----- hush";
        let wrong = key_ref(scheme.word, &[secret]).expect_err(scheme.word);
        assert!(matches!(wrong, Wrong { word: 0, why: Why::Secret }), "{wrong:?}");
    }
}

#[test]
fn a_key_has_what_it_needs_or_says_where_that_is_missing() {
    let command = key_ref("command", &["cat"]).ok();
    let error = find(&named(command, None)).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.what_to_do().unwrap().contains("`public`"));
    let error = find(&named(None, None)).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.to_string().starts_with("Cargo.toml:2:1: the key `release`"), "{error}");
}

#[test]
fn both_halves_are_of_one_pair() {
    let directory = tempfile::tempdir().expect("there is room");
    let secret = SecretKey::from_seed(&[1; 32]);
    let path = directory.path().join("a.key");
    std::fs::write(&path, secret.encode(wasmsign_core::KeyEncoding::Pem)).expect("as before");
    let file = || key_ref("file", &[path.to_str().expect("it is text")]).ok();
    assert!(find(&named(file(), Some(secret.public_key()))).is_ok());
    let other = SecretKey::from_seed(&[2; 32]);
    let error = find(&named(file(), Some(other.public_key()))).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.message().contains("does not belong to its secret key"), "{error}");
}
