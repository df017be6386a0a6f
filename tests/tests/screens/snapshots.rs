//! What people see, whole: help, errors, and a build with and without a terminal, each as a file in `snapshots/`.
//!
//! `SNAPSHOTS=overwrite cargo test --workspace --test screens` writes the files anew; read the difference before it is
//! committed. Paths, sizes, times and identities, which differ between machines and compilers, have placeholders.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use end_to_end::fixtures::{set_mode, vector, workdir};
use end_to_end::project::{CDYLIB, LIBRARY, Project, package};
use end_to_end::{cargo, program, repository, run, wasmsign};
use regex::Regex;
use snapbox::{Assert, Data, Redactions};

/// Columns of the terminal that most people have.
const COLUMNS: u16 = 80;
/// As many rows as keep everything that a build says.
const ROWS: u16 = 60;

/// Compares a screen with the file of this name.
#[track_caller]
fn shows(name: &str, directory: &Path, screen: &str) {
    let path = repository().join("tests/tests/screens/snapshots").join(format!("{name}.txt"));
    let assert = Assert::new().redact_with(redactions(directory)).action_env("SNAPSHOTS");
    // Another cargo on this machine may have been in the way.
    let waits = |line: &&str| line.trim_start().starts_with("Blocking waiting for file lock");
    let lines: String = screen.split_inclusive('\n').filter(|line| !waits(line)).collect();
    assert.eq(lines, Data::read_from(&path, None));
}

/// What differs between two machines.
fn redactions(directory: &Path) -> Redactions {
    let mut redactions = Redactions::new();
    let directory = directory.canonicalize().expect("the directory is there");
    redactions.insert("[ROOT]", directory).expect("a name in brackets");
    redactions.insert("[CARGO]", PathBuf::from(cargo())).expect("a name in brackets");
    for (name, pattern) in [
        ("[IDENTITY]", r"sha256:(?<redacted>[0-9a-f]{12,64})"),
        ("[TIME]", r" in (?<redacted>(\d+m )?\d+\.\d+s)"),
        ("[SIZE]", r"(?<redacted>\b\d+(\.\d+)? (B|KiB|MiB))\b"),
        ("[CHANGE]", r"\((?<redacted>[-+]?\d+(\.\d+)? ?%)\)"),
        ("[VERSION]", r"(?m)^(cargo-wasmsign|cargo wasmsign) (?<redacted>\d+\.\d+\.\d+)$"),
    ] {
        let pattern = Regex::new(pattern).expect("the pattern is right");
        redactions.insert(name, pattern).expect("a name in brackets");
    }
    redactions
}

/// What a call says without a terminal: its standard output, its standard error, its exit code.
fn transcript(command: &mut Command) -> String {
    let said = run(command.env("COLUMNS", COLUMNS.to_string()));
    let code = said.code.expect("no signal has ended it");
    format!("{}--- standard error\n{}--- exit code {code}\n", said.out, said.err)
}

/// The end of what a call shows on a terminal, as a person sees it.
fn on_terminal(directory: &Path, arguments: &str) -> String {
    let size = format!("stty rows {ROWS} columns {COLUMNS}");
    let call = format!("{size} && exec '{}' {arguments}", program().display());
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &call, "/dev/null"]);
    terminal.current_dir(directory).stdin(Stdio::null()).env("TERM", "xterm-256color");
    for variable in ["CI", "NO_COLOR", "CARGO_TERM_COLOR", "CARGO_TARGET_DIR", "RUSTFLAGS"] {
        terminal.env_remove(variable);
    }
    let output = terminal.output().expect("`script` runs");
    let mut screen = vt100::Parser::new(size_of(ROWS), size_of(COLUMNS), 0);
    screen.process(&output.stdout);
    // A line that the terminal has wrapped is one line here: what it holds is not everywhere of the same length.
    format!("{}\n", screen.screen().contents().trim_end())
}

fn size_of(cells: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(cells).expect("a terminal has cells")
}

/// A package that the vectors' key `one` signs, so that its signers are always the same.
fn project(table: &str) -> Project {
    let project = Project::new(&[("Cargo.toml", &manifest(table)), ("src/lib.rs", LIBRARY)]);
    project.write("one.secret", vector("one.secret"));
    project.write("one.public", vector("one.public"));
    set_mode(&project.join("one.secret"), 0o600);
    project
}

fn manifest(table: &str) -> String {
    let signed = "[workspace.metadata.wasmsign]\nsign-with = [\"one\"]\n\
                  [workspace.metadata.wasmsign.keys.one]\npublic = \"one.public\"\nsecret = { file = \"one.secret\" }\n";
    package("tiny", &format!("{CDYLIB}[package.metadata.wasmsign]\n{table}\n[workspace]\n{signed}"))
}

/// The commands that `--help` lists.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let entries = lines.take_while(|line| !line.is_empty());
    let first = |line: &str| line.strip_prefix("  ")?.split(' ').next().map(str::to_owned);
    entries.filter_map(first).filter(|word| !word.is_empty()).collect()
}

#[test]
fn help() {
    let workdir = workdir(&[]);
    let whole = run(wasmsign(workdir.path()).arg("--help")).exits(0).out;
    shows("help", workdir.path(), &transcript(wasmsign(workdir.path()).arg("--help")));
    let commands = commands(&whole);
    assert!(commands.len() > 10, "{commands:?}");
    // `help` has none of its own.
    for command in commands.into_iter().filter(|command| command != "help") {
        let mut call = wasmsign(workdir.path());
        call.args([&*command, "--help"]);
        shows(&format!("help-{command}"), workdir.path(), &transcript(&mut call));
    }
}

#[test]
fn errors_of_file_commands() {
    let workdir = workdir(&["add.wasm", "add.one.wasm", "component.one.wasm"]);
    for (name, line) in [
        ("verify-no-key", "verify add.one.wasm"),
        ("verify-wrong-key", "verify add.one.wasm -K two.public"),
        ("verify-unsigned", "verify add.wasm -K one.public"),
        ("verify-component", "verify component.one.wasm -K one.public"),
        ("verify-missing-file", "verify gone.wasm -K one.public"),
        ("verify-missing-key", "verify add.one.wasm -K gone.public"),
        ("verify-key-as-module", "verify one.public -K one.public"),
        ("verify-secret-as-public", "verify add.one.wasm -K one.secret"),
        ("verify-several", "verify add.one.wasm add.wasm gone.wasm -K one.public"),
        ("verify", "verify add.one.wasm -K one.public"),
        ("sign", "sign add.wasm -k one.secret -o signed.wasm"),
        ("sign-no-key", "sign add.wasm"),
        ("sign-unset-variable", "sign add.wasm -k env:WASMSIGN_SCREENS_UNSET"),
        ("sign-public-as-secret", "sign add.wasm -k one.public"),
        ("sign-foreign-public-key", "sign add.wasm -k one.secret -K two.public"),
        ("sign-missing-directory", "sign add.wasm -k one.secret -o gone/add.wasm"),
        ("keygen-existing", "keygen -k one.secret -K new.public"),
        ("inspect", "inspect add.one.wasm"),
        ("inspect-missing", "inspect gone.wasm"),
        ("split-signed", "split add.one.wasm -o split.wasm"),
        ("detach-unsigned", "detach add.wasm -S add.sig"),
        ("unknown-command", "verfy add.wasm"),
        ("unknown-flag", "verify add.wasm --publickey one.public"),
        ("build-no-project", "build"),
    ] {
        shows(name, workdir.path(), &transcript(wasmsign(workdir.path()).args(line.split(' '))));
    }
}

#[test]
fn errors_of_builds() {
    for (name, table, arguments) in [
        ("build-unknown-key", "optimise = false", &[][..]),
        ("build-unknown-signer", "sign-with = [\"release\"]", &[]),
        ("build-missing-optimizer", "optimize = { level = \"z\", tool = \"tools/wasm-opt\" }", &[]),
        ("build-unknown-pass", "optimize.passes = [\"dea\"]", &[]),
        (
            "build-missing-embedded-file",
            "sections.embed = { info = { file = \"info.json\" } }",
            &[],
        ),
        ("build-failing-transform", "transform.command = [\"false\"]", &[]),
        ("build-target-behind", "", &["--", "--target", "wasm32-wasip1"]),
        ("build-unknown-package", "", &["-p", "tinny"]),
        ("build-foreign-target", "", &["--target", "x86_64-unknown-linux-gnu"]),
    ] {
        let project = project(table);
        let screen = transcript(project.build(arguments).env("CARGO_TERM_QUIET", "true"));
        shows(name, project.path(), &screen);
    }
}

#[test]
fn a_build_without_a_terminal() {
    let project = project("");
    shows("build", project.path(), &transcript(&mut project.build(&["--release"])));
    shows("build-again", project.path(), &transcript(&mut project.build(&["--release"])));
    shows(
        "build-fresh-verbose",
        project.path(),
        &transcript(&mut project.build(&["--release", "-v", "--no-sign"])),
    );
    shows(
        "build-dry-run",
        project.path(),
        &transcript(&mut project.build(&["--release", "--dry-run"])),
    );
    shows("build-dev", project.path(), &transcript(&mut project.build(&[])));
    let mut config = wasmsign(project.path());
    // No optimizer of this machine's.
    config.env("PATH", Path::new(cargo()).parent().expect("a program is in a directory"));
    shows("config", project.path(), &transcript(config.args(["config", "--release"])));
}

#[test]
fn a_build_on_a_terminal() {
    let project = project("");
    shows("terminal-build", project.path(), &on_terminal(project.path(), "build --release"));
    shows("terminal-build-again", project.path(), &on_terminal(project.path(), "build --release"));
    project.write("src/lib.rs", "compile_error!(\"no\");");
    shows("terminal-build-failed", project.path(), &on_terminal(project.path(), "build --release"));
    shows("terminal-help", project.path(), &on_terminal(project.path(), "keygen --help"));
}
