//! The programs of a toolchain: the real ones do the work.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::fault::answer;
use crate::{EMPTY_MODULE, read, say};

/// A message of cargo that names a file that nobody has made.
const NOTHING_BUILT: &str = "{\"reason\":\"build-finished\",\"success\":true}\n";

pub(crate) fn cargo(arguments: &[String]) {
    let step = arguments.iter().find(|argument| !argument.starts_with(['-', '+']));
    let step = step.map_or("", String::as_str);
    let wrong = if step == "build" { NOTHING_BUILT } else { "{}\n" };
    let said =
        answer(step, || finished(real(arguments).stderr(Stdio::inherit())), wrong.as_bytes());
    say(&said);
}

pub(crate) fn rustc(arguments: &[String]) {
    let mut compiler = real(arguments);
    if let Some(sysroot) = std::env::var_os("SHIM_SYSROOT") {
        compiler.arg("--sysroot").arg(sysroot);
    }
    compiler.stderr(Stdio::inherit());
    if arguments.iter().any(|argument| argument == "target-libdir") {
        return say(&answer("libdir", || finished(&mut compiler), b"/nowhere/at/all\n"));
    }
    let Some(directory) = after(arguments, "--out-dir") else {
        return say(&finished(&mut compiler));
    };
    say(&finished(&mut compiler));
    modules(&directory).iter().for_each(|module| {
        let changed = answer("compile", || read(module), EMPTY_MODULE);
        std::fs::write(module, changed).expect("the artifact can be written");
    });
}

fn real(arguments: &[String]) -> Command {
    let mut command =
        Command::new(std::env::var_os("SHIM_REAL").expect("it is told which is real"));
    command.args(arguments);
    command
}

/// What a program says until its end; where that is not a good one, it is ours too.
fn finished(command: &mut Command) -> Vec<u8> {
    let Output { status, stdout, .. } = command.output().expect("the real program starts");
    if !status.success() {
        say(&stdout);
        std::process::exit(status.code().unwrap_or(1));
    }
    stdout
}

fn after(arguments: &[String], flag: &str) -> Option<PathBuf> {
    let at = arguments.iter().position(|argument| argument == flag)?;
    arguments.get(at + 1).map(PathBuf::from)
}

fn modules(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("the compiler has made it");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "wasm")).collect()
}
