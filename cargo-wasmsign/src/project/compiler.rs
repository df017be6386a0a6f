//! Queries to the compiler that cargo will call.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use cargo_platform::Cfg;

use super::Configuration;
use crate::error::{Error, Result};
use crate::sys::child;
use crate::sys::exit_status::in_words;

/// The compiler.
#[derive(Debug, Clone)]
pub struct Compiler(PathBuf);

impl Compiler {
    /// The one that the environment or cargo's configuration names, else rustc.
    ///
    /// # Errors
    ///
    /// Exit code 2: the configuration names none, but says something.
    pub fn of(configuration: &Configuration) -> Result<Self> {
        let named = std::env::var_os("RUSTC").filter(|name| !name.is_empty()).map(PathBuf::from);
        let program = match named {
            Some(name) => Some(name),
            None => configuration.program(&["build", "rustc"])?,
        };
        Ok(Self(program.unwrap_or_else(|| "rustc".into())))
    }

    /// What it calls itself, such as `rustc 1.90.0 (1159e78c4 2025-09-14)`.
    ///
    /// # Errors
    ///
    /// Exit code 5 where it does not answer.
    pub fn version(&self) -> Result<String> {
        self.ask(&["-V"])
    }

    /// Where its standard libraries and their sources are.
    ///
    /// # Errors
    ///
    /// Exit code 5 where it does not answer.
    pub(super) fn sysroot(&self) -> Result<PathBuf> {
        Ok(self.ask(&["--print", "sysroot"])?.into())
    }

    /// Its commit, under which the standard library names its own sources.
    ///
    /// # Errors
    ///
    /// Exit code 5 where it does not answer.
    pub(super) fn commit(&self) -> Result<String> {
        let version = self.ask(&["-vV"])?;
        let line = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
        Ok(line.unwrap_or("unknown").to_owned())
    }

    /// What it takes for so when it compiles for a target with these flags.
    ///
    /// # Errors
    ///
    /// Exit code 2 where it does not know the target.
    pub(super) fn cfg(&self, target: &str, flags: &[String]) -> Result<Vec<Cfg>> {
        let said = self.ask_of_target(target, "cfg", flags)?;
        // A form that is new to us is none that a table of ours could ask for.
        Ok(said.lines().filter_map(|line| Cfg::from_str(line).ok()).collect())
    }

    /// Where the standard library for a target is, or would be.
    ///
    /// # Errors
    ///
    /// Exit code 2 where it does not know the target.
    pub fn library(&self, target: &str) -> Result<PathBuf> {
        Ok(self.ask_of_target(target, "target-libdir", &[])?.into())
    }

    fn ask_of_target(&self, target: &str, what: &str, flags: &[String]) -> Result<String> {
        let mut command = self.command(&["--print", what, "--target", target]);
        command.args(flags);
        // As cargo does. Compilers of before neither want nor take it.
        let of_file = target.ends_with(".json");
        let mut output = self.run(command.args(of_file.then_some("-Zunstable-options")))?;
        if of_file && !output.status.success() {
            let older =
                self.run(self.command(&["--print", what, "--target", target]).args(flags))?;
            output = if older.status.success() { older } else { output };
        }
        match output.status.code() {
            Some(0) => Ok(text(&output.stdout)),
            // rustc ends with 1 where it has understood the question.
            Some(1) => {
                Err(Error::usage(format!("the compiler does not know the target `{target}`"))
                    .because(text(&output.stderr).trim().to_owned()))
            }
            _ => Err(self.failed().because(format!("it {}", in_words(output.status)))),
        }
    }

    fn ask(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(&mut self.command(arguments))?;
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(self.failed().because(text(&output.stderr).trim().to_owned())),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(arguments).stdout(Stdio::piped());
        command
    }

    fn run(&self, command: &mut Command) -> Result<child::Output> {
        child::output(command, &[]).map_err(|source| self.failed().because(source))
    }

    fn failed(&self) -> Error {
        Error::tool(format!("failed to ask the compiler `{}`", self.0.display()))
    }
}

fn text(stream: &[u8]) -> String {
    String::from_utf8_lossy(stream).trim_end().to_owned()
}

/// What cargo calls a target that a file describes, in directories and in its configuration: the name of the file.
pub(super) fn short_name(target: &str) -> &str {
    let stem = Path::new(target).file_stem().and_then(|stem| stem.to_str());
    stem.filter(|_| target.ends_with(".json")).unwrap_or(target)
}
