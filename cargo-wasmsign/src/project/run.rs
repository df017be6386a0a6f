//! One `cargo build`: its flags, its messages, its end.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use cargo_metadata::PackageId;

use super::cargo::{Resolution, command};
use super::message::Line;
use super::rustflags::silences_warnings;
use super::{Configuration, Reproducible};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child::Running;
use crate::sys::tokens::Tokens;

/// What cargo builds.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Manifest and dependencies.
    pub resolution: Resolution,
    /// The packages, by their full id.
    pub packages: Vec<PackageId>,
    /// The target triple.
    pub target: String,
    /// `--features`, one by one.
    pub features: Vec<String>,
    /// All other flags of cargo, as they were given.
    pub flags: Vec<String>,
    /// The form of cargo's messages on its standard output.
    pub messages: Messages,
    /// What makes the build reproducible, if it is to be.
    pub reproducible: Option<Reproducible>,
    /// Whether cargo-auditable builds.
    pub auditable: bool,
    /// Whether the flags tell cargo how many jobs to run, so that it takes none of ours.
    pub own_jobs: bool,
}

/// What cargo prints where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Messages {
    /// JSON for us; diagnostics rendered on standard error, in short form where that is set.
    Rendered {
        /// `--message-format short`.
        short: bool,
    },
    /// JSON for the caller, in exactly these formats.
    Json(Vec<String>),
}

impl Default for Messages {
    fn default() -> Self {
        Self::Rendered { short: false }
    }
}

impl Run {
    /// The command, for showing or running it.
    pub fn command(&self) -> Command {
        let words: &[&str] = if self.auditable { &["auditable", "build"] } else { &["build"] };
        let mut cargo = command(words, &self.resolution);
        if let Some(reproducible) = &self.reproducible {
            cargo.env("CARGO_ENCODED_RUSTFLAGS", reproducible.rustflags.join("\x1f"));
            reproducible.overrides.iter().for_each(|text| {
                cargo.args(["--config", text]);
            });
        }
        cargo.args(["--target", &self.target]);
        cargo.arg("--message-format").arg(self.messages.flag());
        self.packages.iter().for_each(|package| {
            cargo.args(["--package", &package.repr]);
        });
        self.features.iter().for_each(|feature| {
            cargo.args(["--features", feature]);
        });
        cargo.args(&self.flags);
        cargo
    }

    /// Runs cargo and gives each line of its standard output to `on_line` while cargo runs and holds its
    /// lock on the target directory.
    ///
    /// # Errors
    ///
    /// Exit code 101 where cargo fails; whatever `on_line` gives, after ending cargo.
    pub fn run(
        &self,
        tokens: &Tokens,
        configuration: &Configuration,
        mut on_line: impl FnMut(Line) -> Result<()>,
    ) -> Result<()> {
        let failed = |source| Error::new(Exit::Build, "failed to run cargo").because(source);
        let mut command = self.command();
        command.stdout(Stdio::piped());
        if !self.own_jobs {
            tokens.share(&mut command);
        }
        let mut cargo = Running::start(&mut command).map_err(failed)?;
        let mut is_told = false;
        let mut has_begun = false;
        if let Some(stdout) = cargo.stdout() {
            let mut lines = BufReader::new(stdout);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).map_err(failed)? > 0 {
                has_begun = true;
                let text = String::from_utf8_lossy(&line);
                let is_ours = |package: &PackageId| self.packages.contains(package);
                let message = Line::read(text.trim_end_matches(['\n', '\r']), is_ours);
                is_told |= message.finished.is_some();
                on_line(message)?;
                line.clear();
            }
        }
        let status = cargo.wait().map_err(failed)?;
        if status.success() && is_told {
            return Ok(());
        }
        if status.success() {
            return Err(Error::new(
                Exit::Build,
                "cargo's messages ended before the build finished",
            )
            .advice("check that the program in `CARGO` or PATH is cargo itself"));
        }
        let error = Error::new(Exit::Build, format!("cargo build failed ({status})"));
        match !has_begun && silences_warnings(configuration, &self.target) {
            true => Err(error.advice(SILENCED)),
            false => Err(error),
        }
    }
}

/// cargo reads from the compiler's warnings which kinds of crates there are for a target.
const SILENCED: &str = "cargo detects the crate types of a target from the compiler's warnings, \
                        and the compiler flags silence them; remove `-Awarnings` and \
                        `--cap-lints=allow` from RUSTFLAGS, or use `[lints.rust] warnings = \
                        \"allow\"` in Cargo.toml";

impl Messages {
    fn flag(&self) -> String {
        match self {
            Self::Rendered { short: false } => "json-render-diagnostics".into(),
            Self::Rendered { short: true } => {
                "json-render-diagnostics,json-diagnostic-short".into()
            }
            Self::Json(formats) => formats.join(","),
        }
    }
}
