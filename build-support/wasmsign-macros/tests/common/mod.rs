//! Small cargo projects that call the macros, and signed modules for them.
//!
//! Not by trybuild: there, paths would begin at a directory that is trybuild's own, and its dependencies would change
//! the features of others in this workspace, so that the optimizer's C++ would be compiled once more.

// Each test program uses some of it.
#![allow(dead_code)]

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::wasm::custom_frame;
use wasmsign_core::{KeyEncoding, SecretKey};

pub const HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// A project in a directory of its own. All share one [`target`] directory, so that wasmsign-core is compiled once.
pub struct Project {
    directory: PathBuf,
}

impl Project {
    /// A new project, with `manifest` behind its name and edition.
    pub fn new(name: &str, manifest: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory).unwrap();
        }
        let project = Self { directory };
        let package = format!("[package]\nname = {name:?}\nedition = \"2024\"\n\n[workspace]\n\n");
        project.write("Cargo.toml", package + manifest);
        // The versions of the workspace, which are at hand.
        project.write("Cargo.lock", fs::read(workspace().join("Cargo.lock")).unwrap());
        project
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(&self.directory)
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }

    /// What cargo says where it succeeds.
    #[track_caller]
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.cargo(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        said + &String::from_utf8(output.stdout).unwrap()
    }

    /// What cargo says where it fails.
    #[track_caller]
    pub fn fail(&self, arguments: &[&str]) -> String {
        let output = self.cargo(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{said}");
        said
    }
}

/// The target directory that the small projects of this repository's tests share.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The dependencies of a project that includes modules.
pub fn dependencies() -> String {
    let here = env!("CARGO_MANIFEST_DIR");
    let core = Path::new(here).with_file_name("wasmsign-core");
    format!(
        "[dependencies]\nwasmsign-core = {{ path = {core:?} }}\nwasmsign-macros = {{ path = {here:?} }}\n"
    )
}

pub fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub fn public_text(seed: u8) -> Vec<u8> {
    secret(seed).public_key().encode(KeyEncoding::Pem)
}

pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    let mut section = custom_frame(name, content.len() as u64).unwrap();
    section.extend_from_slice(content);
    section
}

pub fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [HEADER, &sections.concat()].concat()
}

fn signature(signer: &SecretKey) -> NewSignature<'_> {
    NewSignature { signer, key_id: KeyId::Auto }
}

pub fn signed(module: &[u8], seeds: &[u8]) -> Vec<u8> {
    let secrets: Vec<SecretKey> = seeds.iter().copied().map(secret).collect();
    let signatures: Vec<_> = secrets.iter().map(signature).collect();
    let mut output = Cursor::new(Vec::new());
    sign::embed(Cursor::new(module), &mut output, &signatures).unwrap();
    output.into_inner()
}

pub fn detached(module: &[u8], seed: u8) -> Vec<u8> {
    sign::detached(module, None, &[signature(&secret(seed))]).unwrap().data.encode()
}
