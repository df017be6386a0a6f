//! Where everything is printed: results on standard output, all else on standard error.

use std::cell::Cell;
use std::error::Error as _;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::Command;

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;

use super::screen::{Format, Screen, choice, has_cursor, resolved, shown, write_line};
use super::values::from_here;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::project::Term;
use crate::sys::files::is_stdout;
use crate::text::escape::{escape, escape_json};
use crate::text::redact::Given;
use crate::text::snippet::Look;

/// The version of the lines. It changes when a key goes or its meaning changes, not when one is added.
const VERSION: u32 = 1;

/// A result.
pub(super) trait Line: Serialize {
    /// Prints it for people.
    fn show(&self, report: &Report) -> Result<()>;
}

// A line of JSON, which says by which schema it is to be read. Its description is that of the line.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}")]
pub(super) struct Versioned<T> {
    #[serde(flatten)]
    line: T,
    /// The version of this schema.
    #[schemars(extend("const" = VERSION))]
    schema: u32,
}

impl<T> Versioned<T> {
    pub(super) fn of(line: T) -> Self {
        Self { line, schema: VERSION }
    }
}

// cargo's own colours.
pub(super) const GOOD: Style = AnsiColor::BrightGreen.on_default().bold();
pub(super) const BAD: Style = AnsiColor::BrightRed.on_default().bold();
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const ADVICE: Style = AnsiColor::BrightCyan.on_default().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
const SNIPPET: Look = Look { frame: AnsiColor::BrightBlue.on_default().bold(), mark: BAD };

/// Prints what this call has to say, in the form that it asked for.
#[derive(Debug, Clone)]
pub struct Report {
    pub(super) screen: Screen,
    pub(super) out: ColorChoice,
    pub(super) err: ColorChoice,
    /// Nobody reads our standard output any more, as behind `| head`.
    pub(super) unread: Cell<bool>,
    /// Whether programs may draw bars that move.
    pub(super) may_move: bool,
    /// Cargo may have drawn a bar into the line where the cursor is.
    pub(super) is_drawn_into: Cell<bool>,
    /// What is not repeated, whoever quotes it.
    pub(super) given: Given,
}

impl Report {
    /// A report as the command line and the environment want it, which repeats none of the secrets in them.
    pub fn new(screen: Screen, term: &Term, given: Given) -> Self {
        let screen = shown(screen, term);
        let choice = choice(screen.color);
        Self {
            screen,
            may_move: !screen.quiet && !term.no_progress && has_cursor(),
            is_drawn_into: Cell::new(false),
            out: resolved(choice, &io::stdout()),
            err: resolved(choice, &io::stderr()),
            unread: Cell::new(false),
            given,
        }
    }

    /// The same report with JSON on standard output.
    pub fn as_json(&self) -> Self {
        Self { screen: Screen { format: Format::Json, ..self.screen }, ..self.clone() }
    }

    /// The same report with results for people.
    pub fn as_human(&self) -> Self {
        Self { screen: Screen { format: Format::Human, ..self.screen }, ..self.clone() }
    }

    /// A line of what is being done, with a right-aligned verb as in cargo.
    pub fn status(&self, verb: &str, text: &str) {
        if !self.screen.quiet {
            self.tell(&labelled(GOOD, verb, text));
        }
    }

    /// That rustup is asked for a standard library. It shows what it does as we do.
    pub fn installing(&self, target: &str, rustup: &mut Command) {
        self.status("Installing", &format!("standard library for {target} (rustup target add)"));
        rustup.args(self.screen.quiet.then_some("--quiet"));
        if let Some(color) = self.screen.color {
            rustup.env("RUSTUP_TERM_COLOR", color.word());
        }
    }

    /// As [`Report::status`], with `-v` alone.
    pub fn detail(&self, verb: &str, text: &str) {
        if self.screen.verbose > 0 {
            self.status(verb, text);
        }
    }

    /// Something that is wrong and keeps nothing from being done.
    pub fn warning(&self, text: &str) {
        if !self.screen.quiet {
            self.tell(&format!("{WARNING}warning{WARNING:#}: {}", escape(text)));
        }
    }

    /// What the reader should do now.
    pub(super) fn advice(&self, text: &str) {
        if !self.screen.quiet {
            self.tell(&format!("{ADVICE}help{ADVICE:#}: {text}"));
        }
    }

    /// Why something was not done; gives the exit code that says so.
    pub fn error(&self, error: &Error) -> Exit {
        let mut text = format!("{BAD}error{BAD:#}: {}", escape(error.message()));
        if let Some(place) = error.place() {
            let drawn = place.draw(from_here(place.path()), SNIPPET);
            text.push_str(&format!("\n{drawn}"));
        }
        let mut source = error.source();
        if source.is_some() {
            text.push_str("\n\nCaused by:");
        }
        while let Some(cause) = source {
            for line in cause.to_string().lines() {
                text.push_str(&format!("\n  {}", escape(line)));
            }
            source = cause.source();
        }
        if let Some(advice) = error.what_to_do() {
            // Below the line that it is about, as compilers do, unless a cause stands between.
            let place = error.place().filter(|_| error.source().is_none());
            let margin = place.map(|place| place.margin(SNIPPET)).unwrap_or_default();
            text.push_str(&format!("\n{margin}\n{ADVICE}help{ADVICE:#}: {}", escape(advice)));
        }
        self.tell(&text);
        error.exit()
    }

    /// Whether results are printed, of what succeeds too.
    pub fn shows_results(&self) -> bool {
        self.is_json() || !self.screen.quiet
    }

    pub(super) fn is_json(&self) -> bool {
        self.screen.format == Format::Json
    }

    /// What makes room for a line where cargo may have drawn a bar, on its way to a terminal.
    pub(super) fn clear(&self, to_terminal: bool) -> &'static str {
        if to_terminal && self.is_drawn_into.get() { "\r\u{1b}[K" } else { "" }
    }

    /// A line on standard error. If that is gone there is nobody to tell.
    pub(super) fn tell(&self, line: &str) {
        let (clear, line) = (self.clear(true), self.given.hidden_in(line));
        let _ = write_line(io::stderr().lock(), self.err, clear, &line);
    }

    /// A line of the result, unless `-q`.
    pub(super) fn result(&self, line: &str) -> Result<()> {
        if self.screen.quiet { Ok(()) } else { self.print(line) }
    }

    /// Refuses to write `output` between lines of JSON.
    ///
    /// # Errors
    ///
    /// Exit code 2.
    pub fn refuse_json_beside(&self, output: &Path) -> Result<()> {
        if self.is_json() && is_stdout(output) {
            return Err(Error::usage(
                "standard output cannot be used for both the result and JSON",
            )
            .advice("remove `--format json`, or pass a file to write to"));
        }
        Ok(())
    }

    /// A result in the form that was asked for.
    pub(super) fn line(&self, line: &impl Line) -> Result<()> {
        match self.is_json() {
            true => self.json(&Versioned::of(line)),
            false => line.show(self),
        }
    }

    /// One JSON object on a line of its own.
    pub(super) fn json(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value)
            .map_err(|source| Error::io("failed to write to standard output", source))?;
        self.print(&escape_json(&text))
    }

    /// A line of what was done.
    pub(super) fn done(&self, verb: &str, text: &str) -> Result<()> {
        self.result(&labelled(GOOD, verb, text))
    }

    /// As [`Report::done`], on standard error where `output` is standard output itself.
    pub(super) fn done_beside(&self, output: &str, verb: &str, text: &str) -> Result<()> {
        if is_stdout(Path::new(output)) {
            self.status(verb, text);
            return Ok(());
        }
        self.done(verb, text)
    }

    /// A text that is the result itself, such as a script.
    ///
    /// # Errors
    ///
    /// Exit code 2 where lines of JSON were asked for; 4.
    pub fn text(&self, text: &str) -> Result<()> {
        if self.is_json() {
            return Err(
                Error::usage("this result has no form in JSON").advice("remove `--format json`")
            );
        }
        self.print(text.strip_suffix('\n').unwrap_or(text))
    }

    /// A line on standard output.
    pub(super) fn print(&self, line: &str) -> Result<()> {
        if self.unread.get() {
            return Ok(());
        }
        // Of JSON nothing may be taken away.
        let choice = if self.is_json() { ColorChoice::AlwaysAnsi } else { self.out };
        let (clear, line) = (self.clear(io::stdout().is_terminal()), self.given.hidden_in(line));
        match write_line(io::stdout().lock(), choice, clear, &line) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.unread.set(true),
            Err(source) => return Err(Error::io("failed to write to standard output", source)),
            Ok(()) => {}
        }
        Ok(())
    }
}

/// A line that begins with a word of its own, right-aligned as in cargo.
pub(super) fn labelled(style: Style, label: &str, text: &str) -> String {
    format!("{style}{label:>12}{style:#} {text}")
}
