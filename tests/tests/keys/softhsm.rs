//! SoftHSM, a token in files, and a module between us and it that goes wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::{Said, run, scratch, write};
use tempfile::TempDir;

/// Where systems have it.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// What each PIN begins with. It is to be seen nowhere.
pub const PIN: &str = "7391-Kirschkern";

/// SoftHSM with its tokens in a directory, which is gone with this value.
pub struct SoftHsm {
    directory: TempDir,
    /// What opens its tokens, and no others.
    pub pin: String,
}

impl SoftHsm {
    /// Without a token.
    pub fn new() -> Self {
        let directory = scratch();
        let tokens = directory.path().join("tokens");
        std::fs::create_dir(&tokens).expect("a directory can be made");
        let tokens = tokens.display();
        let configuration = format!(
            "directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        );
        write(&directory.path().join("softhsm2.conf"), configuration);
        let name = directory.path().file_name().expect("it has a name").to_string_lossy();
        let pin = format!("{PIN}{name}");
        write(&directory.path().join("pin"), format!("{pin}\nanother line\n"));
        Self { directory, pin }
    }

    /// With a token `main`, and in it the Ed25519 key of a file as `release`, id 01.
    pub fn with_key(key: &Path) -> Self {
        let hsm = Self::new();
        hsm.add_token("main");
        hsm.import("main", key, "release", "01");
        hsm
    }

    /// Makes a token.
    pub fn add_token(&self, label: &str) {
        self.tool(&["--init-token", "--free", "--label", label, "--so-pin", "12345678"]);
    }

    /// Writes the key pair of a PKCS#8 file into a token.
    pub fn import(&self, token: &str, key: &Path, label: &str, id: &str) {
        let key = key.to_str().expect("temporary directories have plain names");
        self.tool(&["--import", key, "--token", token, "--label", label, "--id", id]);
    }

    fn tool(&self, arguments: &[&str]) -> Said {
        let mut tool = Command::new("softhsm2-util");
        tool.args(arguments).args(["--pin", &self.pin]);
        run(self.known_to(&mut tool)).exits(0)
    }

    /// Has a program see the tokens.
    pub fn known_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("SOFTHSM2_CONF", self.directory.path().join("softhsm2.conf"))
    }

    /// The file whose first line is the PIN.
    pub fn pin_file(&self) -> PathBuf {
        self.directory.path().join("pin")
    }

    /// The URI of what `path` names (`token=main;object=release`), with the PIN from a file.
    pub fn uri(&self, path: &str) -> String {
        format!("{}&pin-source=file:{}", without_pin(path), self.pin_file().display())
    }
}

/// The URI of what `path` names, without a word on the PIN.
pub fn without_pin(path: &str) -> String {
    format!("pkcs11:{path}?module-path={}", module())
}

/// SoftHSM's library.
pub fn module() -> &'static str {
    let found = MODULES.iter().find(|path| Path::new(path).exists());
    found.expect("SoftHSM is installed: apt-get install softhsm2")
}

/// A module that passes everything on to SoftHSM, but for what the variable `TOKEN_FAULT` names. Into the file in
/// `TOKEN_LOG` it writes a line for each login and each signature.
pub fn faulty_module(directory: &Path) -> PathBuf {
    let (source, library) = (directory.join("faulty.c"), directory.join("faulty.so"));
    write(&source, include_str!("faulty.c"));
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    run(&mut compile).exits(0);
    library
}
