//! What `Import` of wasmsign-build costs in a build script, for a module of 10 MB.
//!
//!     cargo run --locked -p end-to-end --bin build-script-speed
//!
//! The build script is compiled by cargo as those of any host are, with and without
//! `[profile.dev.build-override] opt-level = 3`, and started as cargo does: the least of 31 times, because whatever else
//! runs can only add to it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use end_to_end::guests::{key, large, signed};
use end_to_end::{cargo, json_lines, repository, scratch, write};
use wasmsign_core::KeyEncoding;

const LENGTH: usize = 10_000_000;
const ROUNDS: usize = 31;

/// What a script can do with a module, by its first argument.
const SCRIPT: &str = r#"
fn main() {
    let copy = std::env::var("OUT_DIR").unwrap() + "/copy.wasm";
    match std::env::args().nth(1).as_deref() {
        Some("read") => println!("{}", std::fs::read("m.wasm").unwrap().len()),
        Some("copy") => std::fs::write(copy, std::fs::read("m.wasm").unwrap()).unwrap(),
        Some("import") => drop(wasmsign_build::Import::new("m.wasm").key("k.pub").verify().unwrap()),
        _ => {}
    }
}
"#;

fn main() {
    let workdir = scratch();
    let at = |name: &str| workdir.path().join(name);
    write(&at("m.wasm"), signed(&large(LENGTH), &[&key(7)]));
    write(&at("k.pub"), key(7).public_key().encode(KeyEncoding::Pem));
    write(&at("src/lib.rs"), "");
    write(&at("build.rs"), SCRIPT);
    let lock = std::fs::read(repository().join("Cargo.lock")).expect("it can be read");
    println!(
        "{:<10} {:>10} {:>10} {:>10} {:>14}",
        "opt-level", "read", "copy", "import", "beyond reading"
    );
    for level in [3, 0] {
        write(&at("Cargo.toml"), manifest(level));
        write(&at("Cargo.lock"), &lock);
        let script = build(workdir.path());
        let [read, copy, import] =
            ["read", "copy", "import"].map(|what| fastest(&script, workdir.path(), what));
        let beyond = import - read;
        println!("{level:<10} {read:>10.1?} {copy:>10.1?} {import:>10.1?} {beyond:>14.1?}");
    }
}

fn manifest(level: u8) -> String {
    let library = repository().join("build-support/wasmsign-build");
    format!(
        "[package]\nname = \"speed\"\nedition = \"2024\"\n[workspace]\n\
         [build-dependencies]\nwasmsign-build = {{ path = {library:?} }}\n\
         [profile.dev.build-override]\nopt-level = {level}\n"
    )
}

/// Compiles the build script, and gives its path.
fn build(project: &Path) -> PathBuf {
    let mut command = Command::new(cargo());
    command.args(["build", "--offline", "--message-format", "json", "--target-dir", "target"]);
    let output = command.current_dir(project).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = json_lines(&output.stdout);
    let script = messages.iter().find(|message| {
        message["target"]["kind"][0] == "custom-build"
            && message["target"]["src_path"]
                .as_str()
                .is_some_and(|path| Path::new(path).starts_with(project))
    });
    let path = script.and_then(|message| message["filenames"][0].as_str());
    path.expect("cargo names the build script").into()
}

fn fastest(script: &Path, project: &Path, what: &str) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let mut command = Command::new(script);
        command.arg(what).current_dir(project);
        command.env("OUT_DIR", project).env("CARGO_MANIFEST_DIR", project);
        let start = Instant::now();
        let output = command.output().expect("the build script runs");
        let taken = start.elapsed();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        taken
    });
    times.min().expect("there are rounds")
}
