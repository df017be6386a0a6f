//! Programs that sign and programs that do not.

use tempfile::TempDir;
use wasmsign_core::SecretKey;

use super::*;
use crate::exit::Exit;

const MESSAGE: &[u8] = b"wasmsig";

fn key() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

/// A directory with the signature of [`MESSAGE`] and a program `sign` that runs this script.
fn workdir(script: &str) -> TempDir {
    let workdir = TempDir::new().unwrap();
    std::fs::write(workdir.path().join("signature"), key().sign(MESSAGE)).unwrap();
    // Not written by us: a child that another test starts at this moment would have the file open for
    // writing too, and such a file cannot be executed.
    let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > sign && chmod 755 sign";
    let mut shell = Command::new("sh");
    shell.args(["-c", write, "sh", script]).current_dir(workdir.path());
    assert!(shell.status().unwrap().success());
    workdir
}

fn find(workdir: &TempDir, argv: &[&str]) -> Result<Program> {
    let argv: Vec<_> = argv.iter().map(ToString::to_string).collect();
    Program::find(&argv, workdir.path(), key().public_key().clone())
}

fn sign(script: &str) -> Result<[u8; 64]> {
    let workdir = workdir(script);
    find(&workdir, &["./sign"]).unwrap().sign(MESSAGE)
}

#[track_caller]
fn fails<T: std::fmt::Debug>(result: Result<T>, exit: Exit, words: &[&str]) -> Error {
    let error = result.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.exit(), exit, "{text}");
    assert!(error.what_to_do().is_some(), "{text}");
    words.iter().for_each(|word| assert!(text.contains(word), "no `{word}` in {text}"));
    error
}

fn cause(error: &Error) -> String {
    std::error::Error::source(error).expect("there is a cause").to_string()
}

#[test]
fn it_runs_beside_the_manifest_with_the_message() {
    let script = "test \"$(cat)\" = wasmsig && test \"$1\" = 'a b' && cat signature";
    let workdir = workdir(script);
    let program = find(&workdir, &["./sign", "a b"]).unwrap();
    assert_eq!(program.sign(MESSAGE).unwrap(), key().sign(MESSAGE));
    assert_eq!(program.public_key(), key().public_key());
    // By its whole path, and by a name in PATH.
    let whole = workdir.path().join("sign");
    let program = find(&workdir, &[whole.to_str().unwrap(), "a b"]).unwrap();
    assert_eq!(program.sign(MESSAGE).unwrap(), key().sign(MESSAGE));
    let program = find(&workdir, &["sh", "-c", script, "sh", "a b"]).unwrap();
    assert_eq!(program.sign(MESSAGE).unwrap(), key().sign(MESSAGE));
}

#[test]
fn text_is_read_too() {
    let hex = hex::encode(key().sign(MESSAGE));
    assert_eq!(sign(&format!("echo {hex}")).unwrap(), key().sign(MESSAGE));
    assert_eq!(sign("cat signature; echo").unwrap(), key().sign(MESSAGE));
    let json = format!("echo '{{\"id\":\"{}\",\"signature\":\"{hex}\"}}'", "00".repeat(64));
    assert_eq!(sign(&json).unwrap(), key().sign(MESSAGE));
}

#[test]
fn a_program_that_cannot_run_is_told_before_it_should() {
    let workdir = workdir("");
    fails(find(&workdir, &["./other"]), Exit::Usage, &["`./other`", "below"]);
    fails(find(&workdir, &["no-such-signing-program"]), Exit::Usage, &["PATH"]);
    // Not in PATH, though it is in the directory.
    fails(find(&workdir, &["signature"]), Exit::Usage, &["PATH"]);
    fails(find(&workdir, &["./signature"]), Exit::Usage, &["`./signature`"]);
    fails(find(&workdir, &["./"]), Exit::Usage, &[]);
    fails(find(&workdir, &[]), Exit::Usage, &["empty"]);
    let gone = find(&workdir, &["./sign"]).unwrap();
    std::fs::remove_file(workdir.path().join("sign")).unwrap();
    fails(gone.sign(MESSAGE), Exit::Usage, &["`./sign`"]);
}

#[test]
fn failures_are_told_with_the_last_words() {
    let error =
        fails(sign("cat signature; echo 'no token' >&2; exit 3"), Exit::Tool, &["exit code 3"]);
    assert_eq!(cause(&error), "no token");
    fails(sign("kill -TERM $$"), Exit::Tool, &["signal 15 (SIGTERM)"]);
}

#[test]
fn what_is_no_signature_is_told() {
    fails(sign("true"), Exit::Tool, &["gave 0 bytes"]);
    fails(sign("head -c 63 signature"), Exit::Tool, &["gave 63 bytes"]);
    fails(sign("cat signature; echo; echo"), Exit::Tool, &["gave 66 bytes"]);
    let json = "echo '{\"error\":\"denied\"}'";
    fails(sign(json), Exit::Tool, &["gave JSON", "no text is an Ed25519 signature"]);
    let error = fails(sign("echo 'Signed.'; echo hm >&2"), Exit::Tool, &["gave 8 bytes"]);
    assert_eq!(cause(&error), "hm");
    fails(sign("exec yes"), Exit::Tool, &["4096 bytes or more"]);
}

#[test]
fn signatures_are_checked() {
    let other = hex::encode(key().sign(b"other"));
    fails(sign(&format!("echo {other}")), Exit::Tool, &["does not verify"]);
    let empty = hex::encode(key().sign(b""));
    fails(sign(&format!("echo {empty}")), Exit::Tool, &["does not verify", "was not read"]);
}

#[test]
fn variables_with_secrets_are_kept_from_it() {
    // Two of those that cargo sets for every test: one withheld, one not.
    child::withhold("CARGO_PKG_DESCRIPTION");
    let workdir = workdir("env > seen; cat signature");
    find(&workdir, &["./sign"]).unwrap().sign(MESSAGE).unwrap();
    let seen = std::fs::read_to_string(workdir.path().join("seen")).unwrap();
    assert!(seen.contains("CARGO_PKG_NAME=") && !seen.contains("CARGO_PKG_DESCRIPTION="), "{seen}");
}
