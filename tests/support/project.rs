//! Small projects to build: a few files and a key pair in a directory of their own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::{files, key_pair, run, scratch, wasmsign, write};

/// A library that answers 42 and needs no other crate, not even `std`.
pub const LIBRARY: &str = r#"#![no_std]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> i32 {
    42
}
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
"#;

/// A program that says nothing.
pub const PROGRAM: &str = "fn main() {}\n";

/// What makes a library a module.
pub const CDYLIB: &str = "[lib]\ncrate-type = [\"cdylib\"]\n";

/// The workspace's tables: everything is signed by `release`, whose key pair lies beside them.
pub const SIGNED: &str = r#"
[workspace.metadata.wasmsign]
sign-with = ["release"]
[workspace.metadata.wasmsign.keys.release]
public = "release.pub"
secret = { file = "release.key" }
"#;

/// The usual target of modules.
pub const UNKNOWN: &str = "wasm32-unknown-unknown";

/// The beginning of a package's manifest; `rest` follows.
pub fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{rest}")
}

/// A project in a directory of its own.
pub struct Project(TempDir);

impl Project {
    /// A project of these files, and a key pair `release`.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(scratch());
        files.iter().for_each(|(path, content)| project.write(path, content));
        key_pair(project.path(), "release");
        project
    }

    /// A package `tiny` with one cdylib; `table` is what its `[package.metadata.wasmsign]` says.
    pub fn tiny(table: &str) -> Self {
        Self::library(LIBRARY, table)
    }

    /// As [`Project::tiny`], with another source.
    pub fn library(source: &str, table: &str) -> Self {
        Self::new(&[
            ("Cargo.toml", &Self::manifest(&format!("{table}\n[workspace]\n{SIGNED}"))),
            ("src/lib.rs", source),
        ])
    }

    /// The manifest of `tiny`; `rest` begins in its `[package.metadata.wasmsign]`.
    pub fn manifest(rest: &str) -> String {
        package("tiny", &format!("{CDYLIB}[package.metadata.wasmsign]\n{rest}"))
    }

    /// A workspace of members, each with its name, its manifest behind `[package]`, and its source:
    /// a program where it has a `main`, a library elsewhere.
    pub fn workspace(root: &str, members: &[(&str, &str, &str)]) -> Self {
        let names: Vec<_> = members.iter().map(|(name, ..)| *name).collect();
        let root = format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n{root}");
        let project = Self::new(&[("Cargo.toml", &root)]);
        for (name, manifest, source) in members {
            let file = if source.contains("fn main") { "main.rs" } else { "lib.rs" };
            project.write(&format!("{name}/Cargo.toml"), package(name, manifest));
            project.write(&format!("{name}/src/{file}"), source);
        }
        project
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A path in its directory.
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    /// Writes a file of it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        write(&self.join(path), content);
    }

    /// Replaces a text that a file of it has.
    #[track_caller]
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.join(path)).expect("the file can be read");
        assert!(text.contains(old), "no `{old}` in {text}");
        self.write(path, text.replace(old, new));
    }

    /// `cargo wasmsign build` in it, with these arguments.
    pub fn build(&self, arguments: &[&str]) -> Command {
        self.build_in("", arguments)
    }

    /// As [`Project::build`], from a directory below.
    pub fn build_in(&self, directory: &str, arguments: &[&str]) -> Command {
        let mut command = wasmsign(&self.join(directory));
        command.arg("build").args(arguments);
        command
    }

    /// Where it publishes.
    pub fn output(&self) -> PathBuf {
        self.join("target/wasmsign")
    }

    /// The published file `name` of the usual target and the dev profile.
    pub fn module(&self, name: &str) -> PathBuf {
        self.output().join(UNKNOWN).join("debug").join(name)
    }

    /// What it has published, as `TRIPLE/PROFILE/NAME`.
    pub fn published(&self) -> Vec<String> {
        published(&self.join("target"))
    }

    /// Asserts that nothing was compiled.
    #[track_caller]
    pub fn is_untouched(&self) {
        assert!(!self.join("target").exists(), "{:?}", names(&self.join("target")));
    }
}

/// What was published in a target directory, as `TRIPLE/PROFILE/NAME`.
pub fn published(target_directory: &Path) -> Vec<String> {
    let mut names = names(&target_directory.join("wasmsign"));
    // Records, and modules that were optimized before.
    names.retain(|name| !name.starts_with('.'));
    names
}

fn names(directory: &Path) -> Vec<String> {
    let relative =
        |path: &Path| path.strip_prefix(directory).map(|path| path.display().to_string());
    files(directory).iter().filter_map(|(path, _)| relative(path).ok()).collect()
}

/// Every entry below a directory, itself too, with its time of modification.
pub fn times(directory: &Path) -> Vec<(PathBuf, SystemTime)> {
    let modified = |path: PathBuf| {
        let time = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
        (path, time.expect("the system tells times"))
    };
    let mut found = vec![modified(directory.to_owned())];
    for entry in std::fs::read_dir(directory).expect("the directory can be read").flatten() {
        match entry.path().is_dir() {
            true => found.extend(times(&entry.path())),
            false => found.push(modified(entry.path())),
        }
    }
    found.sort();
    found
}

/// The messages of one reason.
pub fn of_reason<'a>(messages: &'a [Value], reason: &str) -> Vec<&'a Value> {
    messages.iter().filter(|message| message["reason"] == reason).collect()
}

/// Asserts that a module verifies with these public keys, each by itself: by our own program, and by
/// wasmsign2. `signature` is a detached one.
#[track_caller]
pub fn verifies(module: &Path, signature: Option<&Path>, keys: &[&Path]) {
    for key in keys {
        let mut verify = wasmsign(module.parent().expect("a file is in a directory"));
        verify.arg("verify").arg("-K").arg(key).arg(module);
        signature.iter().for_each(|path| {
            verify.arg("-S").arg(path);
        });
        run(&mut verify).exits(0);
        let peer = wasmsign2::PublicKey::from_any_file(key).expect("wasmsign2 reads the key");
        let data = signature.map(|path| std::fs::read(path).expect("the signature can be read"));
        let mut file = std::fs::File::open(module).expect("the module can be read");
        peer.verify(&mut file, data.as_deref()).expect("wasmsign2 verifies the module");
    }
}

/// The names of the custom sections of a module.
pub fn custom_sections(module: &Path) -> Vec<String> {
    let bytes = std::fs::read(module).expect("the module can be read");
    let payloads = wasmparser::Parser::new(0).parse_all(&bytes);
    payloads
        .filter_map(|payload| match payload.expect("the module is well formed") {
            wasmparser::Payload::CustomSection(section) => Some(section.name().to_owned()),
            _ => None,
        })
        .collect()
}

/// Waits until something is so.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "still not so after a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Writes a program for `sh`.
#[cfg(unix)]
pub fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    write(path, format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .expect("the mode can be set");
}
