//! What is said of an optimizer that failed: what became of it, its last words, what to do.

use std::io;
use std::path::Path;
use std::process::ExitStatus;

use super::capabilities::number;
use super::job::Job;
use crate::error::{Error, Result};
use crate::sys::child::Output;
use crate::sys::exit_status::{in_words, last_words};
use crate::text::escape::escape;

/// Where Binaryen is to be had.
const INSTALL: &str =
    "https://github.com/WebAssembly/binaryen/releases, or the package `binaryen` of your system";

/// Where a current Binaryen is to be had: the packages of many systems are years old.
pub(super) const NEWER: &str =
    "https://github.com/WebAssembly/binaryen/releases or `npm install -g binaryen`";

/// A program that is not there.
pub(super) fn not_found(program: &Path) -> Error {
    let name = escape(&program.to_string_lossy());
    Error::tool(format!("there is no optimizer `{name}`")).advice(format!(
        "install Binaryen ({INSTALL}), set `optimize.tool` to the path of its wasm-opt, or set \
         `optimize.tool = \"embedded\"`"
    ))
}

/// A program that is there and could not be started.
pub(super) fn not_started(program: &Path, source: io::Error) -> Error {
    let name = escape(&program.to_string_lossy());
    Error::tool(format!("failed to start the optimizer `{name}`")).because(source).advice(
        "check that it is an executable program for this system, or set `optimize.tool` to \
         another one",
    )
}

/// Refuses an optimizer that is older than `minimum`.
pub(super) fn refuse_old(version: &str, minimum: Option<u32>, is_embedded: bool) -> Result<()> {
    let Some(minimum) = minimum else { return Ok(()) };
    let error = match number(version) {
        Some(found) if found >= minimum => return Ok(()),
        Some(_) => Error::tool(format!(
            "the optimizer, {version}, is too old: `optimize.minimum-version` requires {minimum}"
        )),
        None => Error::tool(format!(
            "the optimizer, {version}, does not report its version number: \
             `optimize.minimum-version` requires {minimum}"
        )),
    };
    Err(error.advice(match is_embedded {
        true => {
            format!("set `optimize.tool` to a wasm-opt of version {minimum} or later ({INSTALL})")
        }
        false => format!("install Binaryen {minimum} or later ({INSTALL})"),
    }))
}

/// A program that did not say its version.
pub(super) fn no_version(tool: &Path, output: &Output) -> Error {
    let name = escape(&tool.to_string_lossy());
    quote(Error::tool(format!("`{name} --version` {}", in_words(output.status))), output)
        .advice("set `optimize.tool` to a wasm-opt program of Binaryen")
}

/// An optimizer that ended badly: of itself, or by a fault.
pub(super) fn failed(version: &str, job: &Job, output: &Output) -> Error {
    let name = escape(&job.name.to_string_lossy());
    let (verb, end) = (verb(output.status), in_words(output.status));
    let message = format!("the optimizer, {version}, {verb} `{name}`: it {end}");
    quote(Error::tool(message), output).advice(advice(job))
}

/// A child of ourselves that died, or gave no answer.
pub(super) fn lost_helper(name: &Path, output: &Output) -> Error {
    let name = escape(&name.to_string_lossy());
    let end = in_words(output.status);
    quote(Error::tool(format!("the process that checks `{name}` {end}")), output)
        .advice("check that there is enough memory for the module, or set `optimize = false`")
}

/// What an optimizer did with a module that it did not optimize.
fn verb(status: ExitStatus) -> &'static str {
    match status.code() {
        Some(code) if code >= 0 => "refused",
        _ if was_asked_to_end(status) => "was stopped while optimizing",
        _ => "crashed while optimizing",
    }
}

/// What may help, the likeliest first.
fn advice(job: &Job) -> String {
    let dwarf = "`optimize.debug = \"strip\"` (Binaryen 116 reads DWARF up to version 4), ";
    let passes = "fewer `optimize.passes`, ";
    format!(
        "try {}{}another wasm-opt with `optimize.tool`, or `optimize = false`",
        if job.keep_debug { dwarf } else { "" },
        if job.passes.is_empty() { "" } else { passes },
    )
}

/// An optimizer that succeeded, but wrote no module that can be used, for the given reason.
pub(super) fn no_module(version: &str, job: &Job, output: &Output, reason: &str) -> Error {
    let name = escape(&job.name.to_string_lossy());
    let message = format!("`{name}`: the optimizer, {version}, {}", escape(reason));
    quote(Error::tool(message), output).advice(advice(job))
}

/// Adds the child's last words as the cause.
fn quote(error: Error, output: &Output) -> Error {
    let words = last_words(&output.stderr);
    if words.is_empty() { error } else { error.because(words) }
}

/// Whether somebody has ended it, or the system for want of memory.
#[cfg(unix)]
fn was_asked_to_end(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    matches!(status.signal(), Some(1 | 2 | 9 | 15))
}

#[cfg(not(unix))]
fn was_asked_to_end(_status: ExitStatus) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_is_compared_with_the_first_number() {
        let refusal = |version: &str, minimum| refuse_old(version, minimum, false).err();
        assert!(refusal("wasm-opt version 116 (version_116-7-gabc)", Some(116)).is_none());
        assert!(refusal("wasm-opt of unknown version", None).is_none());
        let error = refusal("wasm-opt version 99", Some(116)).unwrap();
        assert!(error.to_string().contains("version 99, is too old"), "{error}");
        assert!(error.to_string().contains("requires 116"), "{error}");
        let error = refusal("wasm-opt of unknown version", Some(116)).unwrap();
        assert!(error.to_string().contains("does not report its version number"), "{error}");
        let error = refuse_old("binaryen 116 (embedded)", Some(117), true).unwrap_err();
        assert!(error.what_to_do().unwrap().contains("`optimize.tool`"));
    }

    #[cfg(unix)]
    #[test]
    fn a_death_is_named() {
        use crate::module::optimize::testing::job;
        use std::error::Error as _;
        for (signal, expected) in [
            ("ABRT", "crashed while optimizing `a.wasm`: it was killed by signal 6 (SIGABRT"),
            ("KILL", "was stopped while optimizing `a.wasm`: it was killed by signal 9 (SIGKILL"),
        ] {
            let mut command = std::process::Command::new("sh");
            command.args(["-c", &format!("echo 'Fatal: no' >&2; kill -{signal} $$")]);
            let output = crate::sys::child::output(&mut command, &[]).unwrap();
            let error = failed("binaryen", &job("a.wasm", "b.wasm"), &output);
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(error.source().unwrap().to_string(), "Fatal: no");
            assert!(error.what_to_do().unwrap().contains("optimize = false"));
        }
    }
}
