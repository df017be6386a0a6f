//! Modules and keys for the tests of the commands that work on files.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{Said, repository, run, scratch, wasmsign};

/// The key id that stands beside signatures of the vectors' key `one` by default.
pub const ID_ONE: &str = "45d322479ab735333f160867";
/// As [`ID_ONE`], for `two`.
pub const ID_TWO: &str = "fc878e42945592ad82a26c55";

/// A file of the vectors that wasmsign2 0.2.8 has made.
pub fn vector(name: &str) -> Vec<u8> {
    let path = repository().join("tests/tests/peers/vectors/wasmsign2-0.2.8").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A key file of the core's test data, many of them bad.
pub fn foreign_key(name: &str) -> PathBuf {
    repository().join("build-support/wasmsign-core/src/keys/testdata").join(name)
}

/// A directory with the vectors' key pairs and these of its modules.
pub fn workdir(modules: &[&str]) -> TempDir {
    let workdir = scratch();
    for name in ["one.secret", "two.secret", "one.public", "two.public"].iter().chain(modules) {
        std::fs::write(workdir.path().join(name), vector(name)).expect("a file can be written");
        #[cfg(unix)]
        if name.ends_with(".secret") {
            set_mode(&workdir.path().join(name), 0o600);
        }
    }
    workdir
}

/// Runs the program with arguments that are separated by single spaces.
pub fn call(directory: &Path, line: &str) -> Said {
    run(wasmsign(directory).args(line.split(' ')))
}

/// The content of a file and when it was last written to.
pub fn snapshot(path: &Path) -> (Vec<u8>, SystemTime) {
    let modified = path.metadata().and_then(|file| file.modified());
    (std::fs::read(path).expect("the file can be read"), modified.expect("files have a time"))
}

/// The names in a directory, sorted.
pub fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("the directory can be read");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("as before").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The names of the program's temporary files in a directory.
pub fn temporary(directory: &Path) -> Vec<String> {
    names(directory).into_iter().filter(|name| name.ends_with(".tmp")).collect()
}

/// The identity of a file without a signature.
pub fn identity(unsigned: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(unsigned)))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A signer as the program's JSON has it: one of the vectors' keys, with a key id.
pub fn signer(name: &str, key_id: Option<&str>) -> Value {
    json!({"public_key": hex(&vector(&format!("{name}.public"))), "key_id": key_id})
}

/// A custom section; its sizes take five bytes each.
pub fn custom(name: &str, payload: &[u8]) -> Vec<u8> {
    let mut section = vec![0];
    section.extend(padded(5 + name.len() as u32 + payload.len() as u32));
    section.extend(padded(name.len() as u32));
    section.extend(name.as_bytes());
    section.extend(payload);
    section
}

/// A module of nothing but these sections.
pub fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}

/// Writes a module of `mebibytes` MiB of zeros in one custom section, as a sparse file.
pub fn large_module(path: &Path, mebibytes: u32) {
    let length = mebibytes << 20;
    let start = [&b"\0asm\x01\0\0\0\0"[..], &padded(length), &[4], b"data"].concat();
    std::fs::write(path, &start).expect("a file can be written");
    let total = 8 + 6 + u64::from(length);
    let file = File::options().write(true).open(path).expect("the file is ours");
    file.set_len(total).expect("files can have holes");
}

fn padded(value: u32) -> [u8; 5] {
    std::array::from_fn(|index| {
        let more = if index < 4 { 0x80 } else { 0 };
        (value >> (7 * index)) as u8 & 0x7f | more
    })
}

/// The permissions of a file.
#[cfg(unix)]
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().expect("the file is there").permissions().mode() & 0o7777
}

/// Sets the permissions of a file.
#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// A call through the shell, where `"$@"` is the program with the arguments of `line`.
#[cfg(unix)]
pub fn shell(directory: &Path, script: &str, line: &str) -> Command {
    let program = wasmsign(directory);
    let mut command = Command::new("sh");
    command.current_dir(directory).args(["-c", script, "sh"]).arg(program.get_program());
    command.args(program.get_args()).args(line.split(' '));
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// A call without the rights of an administrator, in a directory that all can enter.
#[cfg(unix)]
pub fn unprivileged(directory: &Path, line: &str) -> Command {
    use std::os::unix::process::CommandExt;
    let program = directory.join("cargo-wasmsign");
    let ours = wasmsign(directory);
    std::fs::hard_link(ours.get_program(), &program)
        .or_else(|_| std::fs::copy(ours.get_program(), &program).map(|_| ()))
        .expect("the program can be copied");
    let mut command = Command::new(program);
    command.current_dir(directory).args(line.split(' '));
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    command
}
