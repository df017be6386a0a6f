//! `cargo wasmsign`, as it is installed: found, asked for its version, run.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::{Error, ErrorKind, Result};
use crate::surroundings::scrub;

/// The oldest `cargo wasmsign` that will do: the one that was released with this crate.
const WANTED: &str = env!("CARGO_PKG_VERSION");

/// An installed `cargo wasmsign`, and the directory of the guest in which it runs.
#[derive(Debug)]
pub(crate) struct Tool {
    cargo: OsString,
    toolchain: Option<String>,
    directory: PathBuf,
}

impl Tool {
    /// Looks for the program, and asks it for its version.
    pub(crate) fn find(directory: &Path, toolchain: Option<&str>) -> Result<Self> {
        let tool = Self {
            cargo: cargo(toolchain),
            toolchain: toolchain.map(str::to_owned),
            directory: directory.to_owned(),
        };
        let output = tool.run(tool.command(&["wasmsign", "--version"]).stderr(Stdio::piped()))?;
        check(&output)?;
        Ok(tool)
    }

    /// A call of cargo in the guest's directory. What it says on standard error is seen by whoever builds.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.cargo);
        scrub(&mut command);
        command.args(arguments).current_dir(&self.directory);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }

    /// Runs a call to its end.
    pub(crate) fn run(&self, command: &mut Command) -> Result<Output> {
        command.spawn().and_then(|child| child.wait_with_output()).map_err(|source| {
            let message = format!("failed to run `{}`", self.cargo.display());
            Error::new(ErrorKind::Guest, message).because(source)
        })
    }
}

/// The cargo to call. Under rustup that is rustup's, which looks for the toolchain of the directory it runs in; `$CARGO`
/// is the cargo of the one toolchain that builds the host, whose compiler may know nothing of the guest's target.
fn cargo(toolchain: Option<&str>) -> OsString {
    let of_host = std::env::var_os("CARGO").filter(|path| !path.is_empty());
    let under_rustup = std::env::var_os("RUSTUP_TOOLCHAIN").is_some() || toolchain.is_some();
    match of_host {
        Some(path) if !under_rustup || !is_in_path(OsStr::new("cargo")) => path,
        _ => "cargo".into(),
    }
}

fn is_in_path(program: &OsStr) -> bool {
    let file = Path::new(program).with_extension(std::env::consts::EXE_EXTENSION);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(&file).is_file())
}

/// Whether what `cargo wasmsign --version` says is enough.
fn check(output: &Output) -> Result<()> {
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        // cargo's own words, which are not translated.
        return Err(if complaint.contains("no such command") {
            Error::new(ErrorKind::ToolMissing, "`cargo wasmsign` is not installed")
                .advice(install())
        } else {
            Error::new(ErrorKind::Guest, "`cargo wasmsign --version` failed")
                .because(complaint.trim().to_owned())
        });
    }
    let found = said.split_whitespace().last().unwrap_or_default();
    if version(found) >= version(WANTED) {
        return Ok(());
    }
    let message = format!("`cargo wasmsign` is too old: found {found:?}, wanted {WANTED} or later");
    Err(Error::new(ErrorKind::ToolTooOld, message).advice(install()))
}

fn install() -> String {
    format!(
        "run `cargo install cargo-wasmsign --locked` ({WANTED} or later); builds that do not need \
         the guest can use a stub, see `Guest::or_stub`"
    )
}

/// The three numbers of a version; none where it is no version, which is less than any. A pre-release counts as its
/// release.
fn version(text: &str) -> Option<[u64; 3]> {
    let numbers = text.split(['-', '+']).next()?;
    let mut parts = numbers.split('.').map(|part| part.parse().ok());
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(version("0.10.0") > version("0.9.12"));
        assert_eq!(version("1.2.3-rc.1"), Some([1, 2, 3]));
        for none in ["", "1", "1.2", "1.2.3.4", "1.x.3", "help"] {
            assert_eq!(version(none), None, "{none}");
        }
        assert!(version("0.0.0") > version("what?"));
    }

    #[cfg(unix)]
    fn output(code: i32, stdout: &str, stderr: &str) -> Output {
        use std::os::unix::process::ExitStatusExt;
        Output {
            status: std::process::ExitStatus::from_raw(code << 8),
            stdout: stdout.into(),
            stderr: stderr.into(),
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_missing_or_too_old_is_told_with_the_way_to_get_it() {
        check(&output(0, &format!("cargo-wasmsign {WANTED}\n"), "")).unwrap();
        let missing = check(&output(101, "", "error: no such command: `wasmsign`\n")).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::ToolMissing);
        let old = check(&output(0, "cargo-wasmsign 0.0.9\n", "")).unwrap_err();
        assert_eq!(old.kind(), ErrorKind::ToolTooOld);
        for error in [missing, old] {
            let told = format!("{error:?}");
            assert!(
                told.contains("cargo install cargo-wasmsign") && told.contains(WANTED),
                "{told}"
            );
        }
        let other = check(&output(1, "", "error: toolchain `x` is not installed")).unwrap_err();
        assert!(format!("{other:?}").contains("toolchain `x`"));
    }
}
