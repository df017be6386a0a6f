//! What is said of an optimizer that failed: what became of it, its last words, what to do.

use std::io;
use std::path::Path;

use super::job::Job;
use crate::child::Output;
use crate::error::Error;
use crate::escape::escape;
use crate::fate::{fate, last_words};

/// A program that could not be started.
pub(super) fn not_started(program: &Path, source: io::Error) -> Error {
    let name = escape(&program.to_string_lossy());
    let advice = if source.kind() == io::ErrorKind::NotFound {
        "install Binaryen (https://github.com/WebAssembly/binaryen/releases, or the package \
         `binaryen` of your system), set `optimize.tool` to the path of its wasm-opt, \
         or set `optimize.tool = \"embedded\"`"
    } else {
        "check that it is a program for this system and may be executed, \
         or set `optimize.tool` to another one"
    };
    Error::tool(format!("failed to start the optimizer `{name}`")).because(source).advice(advice)
}

/// A program that did not say its version.
pub(super) fn no_version(tool: &Path, output: &Output) -> Error {
    let name = escape(&tool.to_string_lossy());
    quote(Error::tool(format!("`{name} --version` {}", fate(output.status))), output)
        .advice("set `optimize.tool` to a wasm-opt program of Binaryen")
}

/// An optimizer that ended badly.
pub(super) fn failed(version: &str, job: &Job, output: &Output) -> Error {
    let name = escape(&job.input.to_string_lossy());
    let message = format!("the optimizer, {version}, {} on `{name}`", fate(output.status));
    quote(Error::tool(message), output).advice(advice(job))
}

/// What may help, the likeliest first.
fn advice(job: &Job) -> String {
    let dwarf = "`optimize.debug = \"strip\"` (Binaryen 116 reads DWARF up to version 4), ";
    let passes = "fewer `optimize.passes`, ";
    format!(
        "try {}{}another `optimize.level`, an external wasm-opt through `optimize.tool`, or \
         `optimize = false`; if the module is right, please report this to \
         https://github.com/WebAssembly/binaryen/issues",
        if job.keep_debug { dwarf } else { "" },
        if job.passes.is_empty() { "" } else { passes },
    )
}

/// An optimizer that ended well, but left no module, for the given reason.
pub(super) fn no_module(version: &str, module: &Path, output: &Output, reason: String) -> Error {
    let name = escape(&module.to_string_lossy());
    let message = format!("the optimizer, {version}, {} for `{name}`", escape(&reason));
    quote(Error::tool(message), output)
        .advice("check that the disk is not full and that `optimize.tool` is a wasm-opt program")
}

/// Adds the child's last words as the cause.
fn quote(error: Error, output: &Output) -> Error {
    let words = last_words(&output.stderr);
    if words.is_empty() { error } else { error.because(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_death_is_named() {
        use crate::optimize::testing::job;
        use std::error::Error as _;
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "echo 'Fatal: no' >&2; kill -ABRT $$"]);
        let output = crate::child::output(&mut command, &[]).unwrap();
        let error = failed("binaryen", &job("a.wasm", "b.wasm"), &output);
        let message = error.to_string();
        assert!(message.contains("signal 6 (SIGABRT") && message.contains("`a.wasm`"), "{message}");
        assert_eq!(error.source().unwrap().to_string(), "Fatal: no");
        assert!(error.what_to_do().unwrap().contains("optimize = false"));
    }
}
