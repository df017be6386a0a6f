//! What the tests of this topic begin with.

use std::path::Path;
use std::process::Command;

use end_to_end::fixtures::{call, workdir};
use serde_json::Value;
use tempfile::TempDir;

/// The formats whose keys are Ed25519, each with what is appended to a module's name for its file.
pub const ED25519: [(&str, Option<&str>); 4] = [
    ("wasmsign1", None),
    ("minisign", Some(".minisig")),
    ("sshsig", Some(".sig")),
    ("oak", Some(".endorsement")),
];

/// A directory with a module `add.wasm`, the Ed25519 keys `one` and `two`, and a key pair of secp256k1, `ec.pem` and
/// `ec.pub`, which openssl has made.
pub fn directory() -> TempDir {
    let directory = workdir(&["add.wasm"]);
    let path = directory.path();
    openssl(path, "ecparam -name secp256k1 -genkey -out ec.pem");
    openssl(path, "ec -in ec.pem -pubout -out ec.pub");
    directory
}

/// Runs openssl, which must succeed.
pub fn openssl(directory: &Path, line: &str) {
    succeeds(Command::new("openssl").args(line.split(' ')).current_dir(directory));
}

/// Runs a program, which must succeed; gives what it says.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// The verdict of `verify`, and the exit code that it must have.
pub fn verdict(directory: &Path, line: &str, exit: i32) -> Value {
    let said = call(directory, &format!("verify {line} --format json")).exits(exit);
    said.json().into_iter().next().unwrap_or_default()
}

/// The reason of a verdict.
pub fn reason(directory: &Path, line: &str, exit: i32) -> String {
    verdict(directory, line, exit)["reason"].as_str().unwrap_or_default().to_owned()
}
