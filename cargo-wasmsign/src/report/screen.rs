//! What the screen shows, and in which form.

use std::io::{self, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::stream::{AsLockedWrite, RawStream};
use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

use crate::project::Term;

/// How results and messages are shown.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// No messages, and no results but of what fails.
    pub quiet: bool,
    /// More messages.
    pub verbose: u8,
    /// When to use colours.
    pub color: Option<Color>,
    /// The form of the results.
    pub format: Format,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals that can show them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of the results on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs: one JSON object a line.
    Json,
}

impl Color {
    /// As `--color` has it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::from_str(word, false).ok()
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// Prints a text on standard error, before there is a [`Report`](super::Report). If standard error is gone, it
/// is lost.
pub fn print_error(text: &str, color: Option<Color>) {
    let color = resolved(choice(color), &io::stderr());
    let _ = write_line(io::stderr().lock(), color, "", text.trim_end());
}

/// Writes a line in one piece, so that it stays whole among those of cargo.
pub(super) fn write_line(
    mut stream: impl RawStream + AsLockedWrite,
    choice: ColorChoice,
    clear: &str,
    line: &str,
) -> io::Result<()> {
    if choice == ColorChoice::Never {
        stream.write_all(format!("{clear}{}\n", strip_str(line)).as_bytes())?;
        return stream.flush();
    }
    let mut stream = AutoStream::new(stream, choice);
    stream.write_all(format!("{clear}{line}\n").as_bytes())?;
    stream.flush()
}

/// What counts of flags and configuration: in cargo, any flag counts more.
pub(super) fn shown(given: Screen, term: &Term) -> Screen {
    let silent = !given.quiet && given.verbose == 0;
    let is_verbose = silent && term.verbose == Some(true);
    Screen {
        quiet: given.quiet || (silent && !is_verbose && term.quiet == Some(true)),
        verbose: given.verbose.max(u8::from(is_verbose)),
        color: given.color.or_else(|| Color::from_word(term.color.as_deref()?)),
        ..given
    }
}

/// Whether a bar can be drawn where messages go.
pub(super) fn has_cursor() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// `--color` or cargo's configuration; `NO_COLOR` and its kind decide what is left.
pub(super) fn choice(color: Option<Color>) -> ColorChoice {
    match color {
        Some(Color::Always) => ColorChoice::Always,
        Some(Color::Never) => ColorChoice::Never,
        Some(Color::Auto) | None => ColorChoice::Auto,
    }
}

pub(super) fn resolved(choice: ColorChoice, stream: &impl RawStream) -> ColorChoice {
    match choice {
        ColorChoice::Auto => AutoStream::choice(stream),
        decided => decided,
    }
}
