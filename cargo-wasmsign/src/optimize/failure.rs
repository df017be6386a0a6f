//! What is said of an optimizer that failed: what became of it, its last words, what to do.

use std::io;
use std::path::Path;
use std::process::ExitStatus;

use super::job::Job;
use crate::child::Output;
use crate::error::Error;
use crate::escape::escape;

/// How many lines of a child's last words an error quotes, and how many characters of each.
const QUOTED_LINES: usize = 12;
const QUOTED_WIDTH: usize = 400;

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

/// The last lines of a stream, safe to print.
fn last_words(stream: &[u8]) -> String {
    let text = String::from_utf8_lossy(stream);
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let quoted = lines.iter().skip(lines.len().saturating_sub(QUOTED_LINES));
    quoted.map(|line| shorten(&escape(line.trim_end()))).collect::<Vec<_>>().join("\n")
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(QUOTED_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What became of a child, as a verb.
fn fate(status: ExitStatus) -> String {
    match status.code() {
        // Windows' exceptions are exit codes with the highest bit set.
        Some(code) if code < 0 => format!("died of exception {code:#010x}"),
        Some(code) => format!("ended with exit code {code}"),
        None => death(status),
    }
}

#[cfg(unix)]
fn death(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    let number = status.signal().unwrap_or_default();
    format!("was killed by signal {number}{}", signal_name(number))
}

#[cfg(not(unix))]
fn death(status: ExitStatus) -> String {
    format!("died: {status}")
}

/// The signals that end an optimizer: its own faults, the lack of memory, and somebody's wish.
#[cfg(unix)]
fn signal_name(number: i32) -> &'static str {
    match number {
        2 => " (SIGINT)",
        4 => " (SIGILL)",
        5 => " (SIGTRAP)",
        6 => " (SIGABRT: it gave up)",
        7 if cfg!(target_os = "linux") => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL: often the system is out of memory)",
        10 if cfg!(target_vendor = "apple") => " (SIGBUS)",
        11 => " (SIGSEGV)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_few_and_safe() {
        let stream = (0..40).map(|n| format!("line {n}\u{1b}[2J\n\n")).collect::<String>();
        let words = last_words(stream.as_bytes());
        assert_eq!(words.lines().count(), QUOTED_LINES);
        assert!(words.starts_with("line 28\\u{1b}[2J") && !words.contains('\u{1b}'));
        assert!(last_words("x".repeat(9999).as_bytes()).chars().count() <= QUOTED_WIDTH + 1);
    }

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
