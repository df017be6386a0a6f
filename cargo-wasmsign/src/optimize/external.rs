//! A `wasm-opt` program of the user's.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use super::failure;
use super::job::Job;
use crate::child;
use crate::error::Result;
use crate::escape::escape;

/// What `tool --version` says: its first line, escaped.
pub(super) fn version(tool: &Path) -> Result<String> {
    let mut command = Command::new(tool);
    command.arg("--version").stdout(Stdio::piped());
    let output =
        child::output(&mut command, &[]).map_err(|source| failure::not_started(tool, source))?;
    if !output.status.success() {
        return Err(failure::no_version(tool, &output));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().unwrap_or_default().trim();
    let line = if line.is_empty() { "wasm-opt of unknown version" } else { line };
    Ok(escape(line).chars().take(120).collect())
}

/// The arguments of `wasm-opt` that do `job`, whose paths are absolute.
pub(super) fn arguments(job: &Job) -> Vec<OsString> {
    let mut arguments = vec!["--mvp-features".into()];
    arguments.extend(job.features.flags().map(|name| format!("--enable-{name}")));
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
    use crate::config::Level;
    use crate::exit::Exit;
    use crate::optimize::Features;
    use crate::optimize::testing::job;

    #[test]
    fn dwarf_goes_before_the_level_runs() {
        let job = Job {
            level: Level::Oz,
            passes: vec!["vacuum".into()],
            keep_names: true,
            features: Features::from_names(["sign-ext"]).unwrap(),
            ..job("/in", "/out")
        };
        let expected = "--mvp-features --enable-sign-ext -g --strip-dwarf -Oz --vacuum -o /out /in";
        assert_eq!(arguments(&job), expected.split(' ').collect::<Vec<_>>());
    }

    #[test]
    fn names_and_dwarf_decide_the_flags() {
        let has = |keep_names, keep_debug, flag: &str| {
            let job = Job { keep_names, keep_debug, ..job("/in", "/out") };
            arguments(&job).contains(&flag.into())
        };
        assert!(!has(false, false, "-g") && has(false, false, "--strip-dwarf"));
        assert!(has(true, false, "-g") && has(true, false, "--strip-dwarf"));
        assert!(has(false, true, "-g") && !has(false, true, "--strip-dwarf"));
        assert!(has(true, true, "-g") && !has(true, true, "--strip-dwarf"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = version(Path::new("no-such-wasm-opt")).unwrap_err();
        assert_eq!(error.exit(), Exit::Tool);
        assert!(error.to_string().contains("`no-such-wasm-opt`"));
        assert!(error.what_to_do().unwrap().contains("optimize.tool"));
    }
}
