//! What the end-to-end tests share: the program as cargo builds it, projects to build with it, keys.

#[cfg(unix)]
pub mod agent;
pub mod book;
#[cfg(unix)]
pub mod browser;
pub mod build_host;
#[cfg(unix)]
pub mod ci;
pub mod conformance;
pub mod fixtures;
pub mod guests;
#[cfg(unix)]
pub mod host_web;
pub mod modules;
pub mod once;
pub mod project;
#[cfg(unix)]
pub mod shim;
pub mod site;
pub mod templates;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use once::once;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use wasmsign_core::{KeyEncoding, SecretKey};

/// The root of this repository.
pub fn repository() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // What cargo says now, not what it said when this was compiled: two checkouts that share a target
        // directory share what is compiled too, and one would test the program of the other.
        let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let package: PathBuf = now.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let mut above = package.ancestors().map(Path::to_owned);
        above.find(|place| place.join("Cargo.lock").is_file()).expect("a repository has one")
    })
}

/// The cargo that runs the tests.
pub fn cargo() -> &'static OsStr {
    static CARGO: OnceLock<std::ffi::OsString> = OnceLock::new();
    CARGO.get_or_init(|| std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The program under test, built as the workspace builds it, with the embedded optimizer beside it.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("cargo-wasmsign", std::env::consts::EXE_EXTENSION))
}

/// The file with this extension that cargo makes of a program or a library of the workspace.
///
/// All of it is the selection, and a test is among what is built, because only then all dependencies have the features
/// that they have for `cargo test --workspace`, and nothing is compiled a second time.
pub fn built(target: &str, extension: &str) -> PathBuf {
    once(&format!("{target}.{extension}"), || {
        let mut build = Command::new(cargo());
        build.args(["build", "--locked", "--workspace", "--lib", "--test", "program"]);
        build.args(["--message-format", "json"]).current_dir(repository());
        let output = build.output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = json_lines(&output.stdout);
        let ours = messages.iter().filter(|message| message["target"]["name"] == target);
        let files = ours.filter_map(|message| message["filenames"].as_array()).flatten();
        let mut paths = files.filter_map(Value::as_str).map(Path::new);
        let is_meant = |path: &&Path| path.extension().unwrap_or_default() == extension;
        paths.find(is_meant).expect("cargo names the file").to_owned()
    })
}

/// Lines of JSON.
pub fn json_lines(bytes: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(bytes);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// A call of the program, in a directory, without this process's own settings.
pub fn wasmsign(directory: &Path) -> Command {
    let mut command = Command::new(program());
    command
        .arg("wasmsign")
        .current_dir(directory)
        .env("CARGO", cargo())
        .env("CARGO_TERM_COLOR", "never");
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        let ours = name_text.starts_with("CARGO_WASMSIGN_") || name_text.starts_with("WASMSIGN_");
        if ours
            || matches!(
                &*name_text,
                "CARGO_TARGET_DIR" | "CARGO_BUILD_TARGET" | "RUSTFLAGS" | "NO_COLOR"
            )
        {
            command.env_remove(name);
        }
    }
    command
}

/// What a call has said.
pub struct Said {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a call to its end.
pub fn run(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    Said {
        code: status.code(),
        out: String::from_utf8(stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(stderr).expect("standard error is UTF-8"),
    }
}

impl Said {
    /// Asserts the exit code, showing everything where it is another one. A bad one alone says little: what was said
    /// belongs to it.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Asserts that standard error has each of these texts.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "no `{text}` in\n{}", self.err);
        }
        self
    }

    /// Asserts that standard output has each of these texts.
    #[track_caller]
    pub fn prints(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.out.contains(text), "no `{text}` in\n{}", self.out);
        }
        self
    }

    /// Standard output as lines of JSON.
    pub fn json(&self) -> Vec<Value> {
        json_lines(self.out.as_bytes())
    }
}

/// A fresh directory outside the repository.
pub fn scratch() -> TempDir {
    TempDir::new().expect("a temporary directory can be made")
}

/// A fresh copy of one of the templates, without what was built in it.
pub fn template(name: &str) -> TempDir {
    let copy = scratch();
    let from = repository().join("templates").join(name);
    for entry in std::fs::read_dir(from).expect("the template can be read") {
        let entry = entry.expect("as before");
        if entry.file_name() != "target" {
            copy_tree(&entry.path(), &copy.path().join(entry.file_name()));
        }
    }
    copy
}

/// Copies a file, or a directory with all that is in it, with their times of modification. What somebody takes away
/// meanwhile is not there.
fn copy_tree(from: &Path, to: &Path) {
    let Ok(metadata) = from.metadata() else { return };
    if metadata.is_dir() {
        std::fs::create_dir_all(to).expect("a directory can be made");
        for entry in std::fs::read_dir(from).into_iter().flatten() {
            let entry = entry.expect("the directory can be read");
            copy_tree(&entry.path(), &to.join(entry.file_name()));
        }
    } else if std::fs::copy(from, to).is_ok() {
        let file = std::fs::File::options().write(true).open(to).expect("it was just made");
        let time = metadata.modified().expect("files have a time");
        file.set_modified(time).expect("the file is ours");
    }
}

/// Writes a key pair `NAME.key` and `NAME.pub` into a directory, as `keygen` does: always the same one of this name.
pub fn key_pair(directory: &Path, name: &str) {
    let key = SecretKey::from_seed(&Sha256::digest(name).into());
    let secret = directory.join(format!("{name}.key"));
    write(&secret, &*key.encode(KeyEncoding::Pem));
    #[cfg(unix)]
    fixtures::set_mode(&secret, 0o600);
    write(&directory.join(format!("{name}.pub")), key.public_key().encode(KeyEncoding::Pem));
}

/// Writes a file, with the directories above it.
pub fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().expect("a file is in a directory"))
        .expect("a directory can be made");
    std::fs::write(path, content).expect("a file can be written");
}

/// Every file below a directory, with its content, sorted by path.
pub fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
            } else {
                found
                    .push((entry.path(), std::fs::read(entry.path()).expect("a file can be read")));
            }
        }
    }
    found.sort();
    found
}

/// The temporary files of the program below a directory.
pub fn strays(directory: &Path) -> Vec<PathBuf> {
    let is_stray = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "tmp");
    files(directory).into_iter().map(|(path, _)| path).filter(is_stray).collect()
}
