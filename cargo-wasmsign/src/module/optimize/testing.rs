//! What the tests of the optimizer share: jobs, directories, and small modules made by hand.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
#[cfg(feature = "embedded-optimizer")]
use std::{process::Command, sync::OnceLock};

#[cfg(feature = "embedded-optimizer")]
use serde_json::Value;

use super::{Allowed, Job, Level};
#[cfg(feature = "embedded-optimizer")]
use super::{
    embedded::{Embedded, protocol::PROGRAM as PROGRAM_NAME},
    job::Call,
    tool::Tool,
};

/// A job that does as little as possible.
pub(super) fn job(input: impl Into<PathBuf>, output: impl Into<PathBuf>) -> Job {
    let input = input.into();
    Job {
        name: input.clone(),
        input,
        digest: "of the input".into(),
        output: output.into(),
        level: Level::O0,
        passes: Vec::new(),
        keep_names: false,
        keep_debug: false,
        features: Allowed::Auto,
        exports: None,
        producers: false,
        jobs: None,
        timeout: None,
    }
}

/// A directory that goes with the test.
pub(super) struct TempDir(pub(super) PathBuf);

impl TempDir {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wasmsign-optimize-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A program of shell.
#[cfg(unix)]
pub(super) fn tool(dir: &TempDir, name: &str, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.write(name, format!("#!/bin/sh\n{script}\n").as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The embedded optimizer, as cargo builds it beside the program.
#[cfg(feature = "embedded-optimizer")]
pub(super) fn embedded() -> Embedded {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // As `cargo test --workspace` builds it, so that nothing is compiled again for other features: those that
        // tests alone depend on count only where a test is among what is built.
        build.args(["build", "--locked", "--workspace", "--message-format", "json"]);
        build.args(["--lib", "--test", "program"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = build.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = output.stdout.split(|byte| *byte == b'\n');
        let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        let mut ours = messages.filter(|message| message["target"]["name"] == PROGRAM_NAME);
        ours.find_map(|message| message["executable"].as_str().map(PathBuf::from)).unwrap()
    });
    Embedded::at(program.clone())
}

/// Has the embedded Binaryen do a call; its reason, where it does not.
#[cfg(feature = "embedded-optimizer")]
pub(super) fn binaryen(call: Call) -> Result<(), String> {
    let tool = Tool::embedded(embedded(), None).unwrap();
    let (mut command, order) = tool.command(call).unwrap();
    let output = crate::sys::child::output(&mut command, &order).unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(crate::sys::exit_status::last_words(&output.stderr)),
    }
}

/// A section with `id` and `body`, which must be short.
pub(super) fn section(id: u8, body: &[u8]) -> Vec<u8> {
    assert!(body.len() < 128, "one byte of LEB128");
    [&[id, u8::try_from(body.len()).unwrap()], body].concat()
}

/// A custom section.
pub(super) fn custom(name: &str, data: &[u8]) -> Vec<u8> {
    section(0, &[&[u8::try_from(name.len()).unwrap()], name.as_bytes(), data].concat())
}

/// A `target_features` section of names with their prefixes.
pub(super) fn target_features(names: &[&str]) -> Vec<u8> {
    let names = names.iter().map(|name| {
        let (prefix, name) = name.split_at(1);
        [prefix.as_bytes(), &[u8::try_from(name.len()).unwrap()], name.as_bytes()].concat()
    });
    let count = vec![u8::try_from(names.len()).unwrap()];
    custom("target_features", &[count].into_iter().chain(names).collect::<Vec<_>>().concat())
}

/// A module of one exported function `(i32, i32) -> i32` with this body, and a memory.
pub(super) fn function(body: &[u8]) -> Vec<u8> {
    let size = u8::try_from(body.len() + 2).unwrap();
    let code = [&[1, size, 0], body, &[0x0b]].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f]),
        section(3, &[1, 0]),
        section(5, &[1, 0, 1]),
        section(7, b"\x01\x01f\0\0"),
        section(10, &code),
    ]
    .concat()
}

/// A module that adds its two arguments: no feature at all.
pub(super) fn adder() -> Vec<u8> {
    function(&[0x20, 0, 0x20, 1, 0x6a])
}
