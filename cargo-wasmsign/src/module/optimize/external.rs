//! A `wasm-opt` program of the user's.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::failure;
use super::job::Call;
use crate::error::Result;
use crate::sys::child;
use crate::sys::hashing::copy_hashed;
use crate::sys::programs;
use crate::text::escape::escape;

/// The program that is meant: the path itself, or the first program of this name in `PATH`.
pub(super) fn find(tool: &Path) -> Option<PathBuf> {
    let found = programs::find(&tool.to_string_lossy(), Path::new(""));
    // What is there and is no program is told by how it fails to start.
    found.or_else(|| (tool.components().count() > 1 && tool.exists()).then(|| tool.to_owned()))
}

/// All programs of this name in `PATH`, in its order.
pub(super) fn all(name: &str) -> Vec<PathBuf> {
    programs::all(name)
}

/// How long a tool may take to say something of itself: its work may take any time, this not.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of it is read. Binaryen says some 40 KiB.
const ANSWER: u64 = 1 << 20;

/// What `tool --version` says: its first line, escaped.
pub(super) fn version(tool: &Path) -> Result<String> {
    let mut command = Command::new(tool);
    command.arg("--version").stdout(Stdio::piped());
    let output = child::output_within(Some(PATIENCE), ANSWER, &mut command, &[])
        .map_err(|source| failure::not_started(tool, source))?;
    if !output.status.success() {
        return Err(failure::no_version(tool, &output));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().unwrap_or_default().trim();
    let line = if line.is_empty() { "wasm-opt of unknown version" } else { line };
    Ok(escape(line).chars().take(120).collect())
}

/// What `tool --help` says; none where it says nothing, or fails over it.
pub(super) fn help(tool: &Path) -> Option<String> {
    let mut command = Command::new(tool);
    command.arg("--help").stdout(Stdio::piped());
    let output = child::output_within(Some(PATIENCE), ANSWER, &mut command, &[]).ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What tells this program from any other. Two builds of one version need not do the same, so its bytes
/// count as well.
pub(super) fn identity(tool: &Path, version: &str) -> Option<String> {
    let mut hash = Sha256::new();
    copy_hashed(File::open(tool).ok()?, &mut io::sink(), &mut hash).ok()?;
    Some(format!("{version}, {}", hex::encode(hash.finalize())))
}

/// The arguments of `wasm-opt` that do a job, whose paths are absolute.
pub(super) fn arguments(call: &Call) -> Vec<OsString> {
    let job = &call.job;
    let mut arguments = vec!["--mvp-features".into()];
    arguments.extend(call.flags.iter().map(|name| format!("--enable-{name}")));
    if job.debug_info() {
        arguments.push("-g".into());
    }
    arguments.extend(job.first_passes().iter().map(|name| format!("--{name}")));
    arguments.push(format!("-O{}", job.level.as_str()));
    arguments.extend(job.passes.iter().map(|name| format!("--{name}")));
    arguments.push("-o".into());
    let paths = [job.output.clone().into_os_string(), job.input.clone().into_os_string()];
    arguments.into_iter().map(OsString::from).chain(paths).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::Level;
    use crate::module::optimize::testing::{TempDir, job};
    use crate::module::optimize::{Features, Job};

    fn call(job: Job) -> Call {
        let features = Features::from_names(["sign-ext"]).unwrap();
        Call { job, features, flags: vec!["sign-ext".into()] }
    }

    #[test]
    fn dwarf_goes_before_the_level_runs() {
        let job = Job {
            level: Level::Oz,
            passes: vec!["vacuum".into()],
            keep_names: true,
            ..job("/in", "/out")
        };
        let expected = "--mvp-features --enable-sign-ext -g --strip-dwarf -Oz --vacuum -o /out /in";
        assert_eq!(arguments(&call(job)), expected.split(' ').collect::<Vec<_>>());
    }

    #[test]
    fn names_and_dwarf_decide_the_flags() {
        let has = |keep_names, keep_debug, flag: &str| {
            let job = Job { keep_names, keep_debug, ..job("/in", "/out") };
            arguments(&call(job)).contains(&flag.into())
        };
        assert!(!has(false, false, "-g") && has(false, false, "--strip-dwarf"));
        assert!(has(true, false, "-g") && has(true, false, "--strip-dwarf"));
        assert!(has(false, true, "-g") && !has(false, true, "--strip-dwarf"));
        assert!(has(true, true, "-g") && !has(true, true, "--strip-dwarf"));
    }

    #[test]
    fn the_bytes_of_a_program_are_its_identity() {
        let dir = TempDir::new();
        let one = dir.write("one", b"1");
        let two = dir.write("two", b"2");
        let twin = dir.write("twin", b"1");
        assert_eq!(identity(&one, "v"), identity(&twin, "v"));
        assert_ne!(identity(&one, "v"), identity(&two, "v"));
        assert_ne!(identity(&one, "v"), identity(&one, "w"));
        assert_eq!(identity(&dir.0, "v"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_bare_name_is_found_in_the_path() {
        assert!(find(Path::new("sh")).unwrap().is_absolute());
        assert_eq!(find(Path::new("no-such-wasm-opt")), None);
        assert_eq!(find(Path::new("./no-such-wasm-opt")), None);
    }
}
